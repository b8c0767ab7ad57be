/** mmap(2) of files: the launcher mapped anonymous memory at the address; it is filled here. */
import { SysError } from '../abi/errno.ts';
import { NodeFile } from '../kernel/node-file.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import type { Handler } from './context.ts';

const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_TYPE = 0xf;
const MAP_SHARED_VALIDATE = 3;

/** Arguments: address, length, prot, flags, fd, offset. Other processes' writes are not seen until the file is mapped again. */
export const mmap: Handler = (c) => {
	const [address, length, offset] = [c.long(0), c.long(1), c.long(5)];
	const file = c.process.descriptors.get(c.int(4));
	if (!(file instanceof NodeFile) || file.node.type !== 'file')
		throw new SysError(file.kind === 'node' ? 'ENODEV' : 'EACCES');
	if (!file.readable) throw new SysError('EACCES');
	const type = c.int(3) & MAP_TYPE;
	const shared = type === MAP_SHARED || type === MAP_SHARED_VALIDATE;
	const writesBack = shared && (c.int(2) & PROT_WRITE) !== 0;
	if (writesBack && !file.writable) throw new SysError('EACCES');
	if (length <= 0 || offset < 0 || offset % 4096 !== 0) throw new SysError('EINVAL');
	const bytes = Buffer.allocUnsafe(Math.min(length, pieceBytes));
	for (let done = 0; done < length; ) {
		const got = file.readAt(bytes.subarray(0, Math.min(bytes.length, length - done)), offset + done);
		if (got === 0) break;
		c.link.write(address + done, bytes.subarray(0, got));
		done += got;
	}
	if (writesBack) {
		file.hold();
		c.process.mappings.set(address, {
			address,
			length,
			offset,
			write: (data, position) => void file.node.write(data, position),
			size: () => file.node.stat().size,
			release: () => file.release(),
		});
	}
	return 0;
};
