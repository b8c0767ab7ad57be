/**
 * Made-up devices by which the modules in `pypy/guest` ask for what a translated interpreter cannot do itself: one line of JSON is
 * written, and the answer read. They stand in no directory's listing: nothing but those modules knows of them.
 */
import { SysError } from '../../abi/errno.ts';
import { O_RDWR } from '../../abi/open-flags.ts';
import type { Stat } from '../../fs/api.ts';
import { OpenFile, POLLIN, POLLNVAL, POLLOUT } from '../../kernel/open-file.ts';
import type { LibcContext } from './libc.ts';
import { spawnRequest } from './spawn.ts';

/** The answer as plain data; undefined while there is none yet. */
export type Answer = () => unknown;

type Device = (c: LibcContext, request: unknown) => Answer;

const devices: ReadonlyMap<string, Device> = new Map<string, Device>([
	['/dev/approve-run/spawn', spawnRequest],
	['/dev/approve-run/poll', pollRequest],
]);

const newline = 0x0a;

/** What Linux takes of arguments and environment, with room for JSON's escapes. */
const longestRequest = 8 * 1024 * 1024;

/** A descriptor of the device at `path`; undefined where there is none. */
export function openDevice(c: LibcContext, path: string): number | undefined {
	const device = devices.get(path);
	return device === undefined ? undefined : c.process.descriptors.add(new RequestFile(c, path, device), true);
}

/** `[[fd, events], …]` that hold now, of those asked for. poll(2) without waiting. */
function pollRequest(c: LibcContext, request: unknown): Answer {
	if (!Array.isArray(request)) throw new SysError('EINVAL');
	const wanted = request.map((pair: unknown): [number, number] => {
		const [fd, events]: unknown[] = Array.isArray(pair) ? pair : [];
		if (typeof fd !== 'number' || typeof events !== 'number') throw new SysError('EINVAL');
		return [fd, events];
	});
	// POLLERR, POLLHUP and POLLNVAL are told unasked.
	const always = 0x38;
	return () =>
		wanted
			.map(([fd, events]) => [fd, (c.process.descriptors.find(fd)?.poll() ?? POLLNVAL) & (events | always)])
			.filter(([, events]) => events !== 0);
}

class RequestFile extends OpenFile {
	readonly kind = 'event';
	readonly label: string;
	readonly #context: LibcContext;
	readonly #device: Device;
	readonly #stat: Stat;
	readonly #request: Buffer[] = [];
	#length = 0;
	#answer: Answer | undefined;
	/** What of the answer was not read yet. */
	#rest: Buffer | undefined;

	constructor(context: LibcContext, path: string, device: Device) {
		super(O_RDWR);
		this.#context = context;
		this.label = path;
		this.#device = device;
		this.#stat = context.kernel.anonymousStat();
	}

	/** One request for each time it is opened. EINVAL for what is no line of JSON, E2BIG past what a command line may be. */
	write(bytes: Buffer): number {
		if (this.#answer !== undefined) throw new SysError('EINVAL');
		this.#length += bytes.length;
		if (this.#length > longestRequest) throw new SysError('E2BIG');
		// Kept in pieces: one byte at a time must not cost the whole each time. A write's bytes are the receive buffer's.
		this.#request.push(Buffer.from(bytes));
		if (bytes.at(-1) === newline) this.#answer = this.#device(this.#context, parsed(Buffer.concat(this.#request)));
		return bytes.length;
	}

	/** The answer, a line of JSON. */
	read(into: Buffer): number | undefined {
		if (this.#answer === undefined) throw new SysError('EINVAL');
		if (this.#rest === undefined) {
			const answer = this.#answer();
			if (answer === undefined) return undefined;
			this.#rest = Buffer.from(`${JSON.stringify(answer)}\n`);
		}
		const length = this.#rest.copy(into);
		this.#rest = this.#rest.subarray(length);
		return length;
	}

	poll(): number {
		return POLLIN | POLLOUT;
	}

	stat(): Stat {
		return this.#stat;
	}

	protected dispose(): void {}
}

function parsed(request: Buffer): unknown {
	try {
		return JSON.parse(request.toString('latin1'));
	} catch {
		throw new SysError('EINVAL');
	}
}
