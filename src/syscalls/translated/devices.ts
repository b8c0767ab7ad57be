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

type Device = {
	readonly answer: (c: LibcContext, request: unknown) => Answer;
	/** Bytes of a request at the most. */
	readonly longest: number;
};

const devices: ReadonlyMap<string, Device> = new Map<string, Device>([
	// What Linux takes of arguments and environment, with room for JSON's escapes.
	['/dev/approve-run/spawn', { answer: spawnRequest, longest: 8 * 1024 * 1024 }],
	['/dev/approve-run/poll', { answer: pollRequest, longest: 64 * 1024 }],
]);

const newline = 0x0a;
const smallestRoom = 256;

/** All that is written and was not answered yet, in all devices that are open. */
const mostAtOnce = 16 * 1024 * 1024;

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
	/** Room that doubles: a request may come one byte at a time. */
	#request = Buffer.alloc(0);
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
		const length = this.#length + bytes.length;
		if (length > this.#device.longest) throw new SysError('E2BIG');
		if (length > this.#request.length) this.#grow(length);
		bytes.copy(this.#request, this.#length);
		this.#length = length;
		if (bytes.at(-1) === newline) {
			const request = parsed(this.#request.subarray(0, length));
			this.#drop();
			this.#answer = this.#device.answer(this.#context, request);
		}
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

	protected dispose(): void {
		this.#drop();
	}

	#grow(length: number): void {
		const { libc } = this.#context;
		const room = Buffer.alloc(Math.max(smallestRoom, 2 ** Math.ceil(Math.log2(length))));
		const more = room.length - this.#request.length;
		if (libc.requestBytes + more > mostAtOnce) throw new SysError('ENOMEM');
		libc.requestBytes += more;
		this.#request.copy(room, 0, 0, this.#length);
		this.#request = room;
	}

	#drop(): void {
		this.#context.libc.requestBytes -= this.#request.length;
		this.#request = Buffer.alloc(0);
	}
}

function parsed(request: Buffer): unknown {
	try {
		return JSON.parse(request.toString('latin1'));
	} catch {
		throw new SysError('EINVAL');
	}
}
