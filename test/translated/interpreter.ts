/** An interpreter that is told what to call, in this process: memory of its own, and rsandbox.c's side of the wire. */
import type { Kernel } from '../../src/kernel/kernel.ts';
import { SandboxDispatcher } from '../../src/syscalls/translated/dispatch.ts';
import type { SandboxPlatform } from '../../src/wire/sandbox-dump.ts';
import { SandboxLink } from '../../src/wire/sandbox-link.ts';

const base = 0x10000000;
const memoryBytes = 4 * 1024 * 1024;

export class Interpreter {
	readonly #memory = Buffer.alloc(memoryBytes);
	readonly #link: SandboxLink;
	readonly #dispatcher: SandboxDispatcher;
	#used = 16;
	/** What the controller has sent and was not yet obeyed, and what it has yet to read. */
	#commands = Buffer.alloc(0);
	#said = Buffer.alloc(0);
	#errno = 0;
	#result: number | undefined;

	constructor(kernel: Kernel, platform: SandboxPlatform = 'linux') {
		this.#link = new SandboxLink({
			receive: (into, offset, length) => {
				const part = this.#said.subarray(0, length);
				this.#said = this.#said.subarray(part.length);
				part.copy(into, offset);
				return part.length;
			},
			send: (bytes) => {
				this.#commands = Buffer.concat([this.#commands, bytes]);
				while (this.#obey());
			},
		});
		const task = kernel.attach(0, 100, 100, { kind: 'first' });
		const options = { kernel, task, link: this.#link, platform, home: '/home', env: { NAME: 'value' } };
		this.#dispatcher = new SandboxDispatcher({ ...options, architecture: 'x64' });
	}

	/** Strings and bytes are put into memory, and their addresses sent. A call that waits is a mistake of the test. */
	call(signature: string, ...args: readonly (number | string | Buffer)[]): { value: number; errno: number } {
		const words = args.map((value) => {
			const word = Buffer.alloc(8);
			word.writeBigInt64LE(BigInt(typeof value === 'number' ? value : this.put(value)));
			return word;
		});
		this.#errno = 0;
		this.#result = undefined;
		this.#said = Buffer.concat([Buffer.of(signature.length), Buffer.from(signature), ...words]);
		const call = this.#link.next();
		if (call === undefined) throw new Error('no call');
		this.#dispatcher.handle(call);
		if (this.#result === undefined) throw new Error(`${signature} waits`);
		return { value: this.#result, errno: this.#errno };
	}

	/** Its address. */
	put(value: string | Buffer): number {
		const bytes = typeof value === 'string' ? Buffer.from(`${value}\0`) : value;
		const at = this.#used;
		bytes.copy(this.#memory, at);
		this.#used += (bytes.length + 15) & ~15;
		return base + at;
	}

	/** So many zero bytes. */
	room(length: number): number {
		return this.put(Buffer.alloc(length));
	}

	/** Zeros where there is none. */
	at(address: number, length: number): Buffer {
		const start = address - base;
		if (start < 0 || start + length > this.#memory.length) return Buffer.alloc(Math.min(length, 2 ** 27));
		return this.#memory.subarray(address - base, address - base + length);
	}

	text(address: number): string {
		const start = address - base;
		return this.#memory.toString('utf8', start, this.#memory.indexOf(0, start));
	}

	/** One whole command, where it is there. */
	#obey(): boolean {
		const bytes = this.#commands;
		const number = (at: number): number => Number(bytes.readBigInt64LE(at));
		const needs = (length: number): boolean => bytes.length >= length;
		const took = (length: number): true => {
			this.#commands = bytes.subarray(length);
			return true;
		};
		const says = (...parts: readonly Buffer[]): void => {
			this.#said = Buffer.concat([this.#said, ...parts]);
		};
		const asNumber = (value: number): Buffer => {
			const out = Buffer.alloc(8);
			out.writeBigInt64LE(BigInt(value));
			return out;
		};
		switch (bytes.toString('latin1', 0, 1)) {
			case 'R':
				if (!needs(17)) return false;
				says(Buffer.from(this.at(number(1), number(9))));
				return took(17);
			case 'Z': {
				if (!needs(17)) return false;
				const text = this.at(number(1), number(9));
				const end = text.indexOf(0);
				const string = Buffer.from(end < 0 ? text : text.subarray(0, end));
				says(asNumber(string.length), string);
				return took(17);
			}
			case 'W':
				if (!needs(17) || !needs(17 + number(9))) return false;
				bytes.subarray(17, 17 + number(9)).copy(this.at(number(1), number(9)));
				return took(17 + number(9));
			case 'M':
				if (!needs(9) || !needs(9 + number(1))) return false;
				says(asNumber(this.put(bytes.subarray(9, 9 + number(1)))));
				return took(9 + number(1));
			case 'F':
				return needs(9) && took(9);
			case 'E':
				if (!needs(5)) return false;
				this.#errno = bytes.readInt32LE(1);
				return took(5);
			case 'i':
			case 'p':
				if (!needs(9)) return false;
				this.#result = number(1);
				return took(9);
			case 'v':
				this.#result = 0;
				return took(1);
			case '':
				return false;
			default:
				throw new Error(`a command that is none: ${bytes.toString('latin1', 0, 1)}`);
		}
	}
}
