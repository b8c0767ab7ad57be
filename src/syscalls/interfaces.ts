/** ioctl(2) of sockets that asks for network interfaces: the guest's own network has the loopback alone. netdevice(7) */
import { SysError } from '../abi/errno.ts';
import type { Context } from './context.ts';

const SIOCGIFNAME = 0x8910;
const SIOCGIFINDEX = 0x8933;
/** In struct ifreq a name of 16 bytes, and a union. */
const nameBytes = 16;
const loopback = { name: 'lo', index: 1 };

/** if_indextoname(3), if_nametoindex(3). undefined: another request. ENODEV. */
export function interfaceControl(c: Context, request: number): number | undefined {
	if (request !== SIOCGIFNAME && request !== SIOCGIFINDEX) return undefined;
	const bytes = Buffer.from(c.link.read(c.long(2), nameBytes + 4));
	if (request === SIOCGIFNAME) {
		if (bytes.readInt32LE(nameBytes) !== loopback.index) throw new SysError('ENODEV');
		bytes.fill(0, 0, nameBytes).write(loopback.name);
	} else {
		if (bytes.toString('latin1', 0, bytes.indexOf(0)) !== loopback.name) throw new SysError('ENODEV');
		bytes.writeInt32LE(loopback.index, nameBytes);
	}
	c.link.write(c.long(2), bytes);
	return 0;
}
