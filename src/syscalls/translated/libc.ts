/** What a C library keeps for its program, kept here: environment, open directories, strings that were handed out. */
import { encodeName } from '../../abi/bytes.ts';
import { SysError } from '../../abi/errno.ts';
import type { Architecture } from '../../abi/open-flags.ts';
import type { NodeFile } from '../../kernel/node-file.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Argument } from '../../wire/call.ts';
import type { SandboxPlatform } from '../../wire/sandbox-dump.ts';
import type { SandboxLink } from '../../wire/sandbox-link.ts';
import { Context } from '../context.ts';
import type { Children } from './children.ts';

/** A `DIR *`: the address is that of the `struct dirent` that readdir(3) fills. */
export type Directory = { readonly file: NodeFile; readonly fd: number };

export type LibcOptions = {
	readonly link: SandboxLink;
	readonly architecture: Architecture;
	/** Of which its structs and numbers are. */
	readonly platform: SandboxPlatform;
	/** The installation that holds lib-python and lib_pypy. */
	readonly home: string;
	readonly env: Readonly<Record<string, string>>;
	readonly children: Children;
};

/** Kept in our own memory for a program that may be hostile: each has its bound. Environment: twice what execve(2) takes. */
const mostEnvironment = 4 * 1024 * 1024;
const mostStrings = 4 * 1024 * 1024;
/** What an entry costs beside its text. */
const entryBytes = 64;

export class Libc {
	readonly link: SandboxLink;
	readonly architecture: Architecture;
	readonly platform: SandboxPlatform;
	readonly home: string;
	/** What getenv(3) finds, and a command of system(3) gets. */
	readonly env: Map<string, string>;
	readonly children: Children;
	readonly directories = new Map<number, Directory>();
	/** What is written to devices and was not answered yet. */
	requestBytes = 0;
	/** Strings by text: a program asks for the same ones again, and none of them is ever given back. */
	readonly #strings = new Map<string, number>();
	#stringBytes = 0;
	#envBytes: number;
	#environment: number | undefined;
	#stdout: number | undefined;
	#scratch: number | undefined;

	constructor(options: LibcOptions) {
		this.link = options.link;
		this.architecture = options.architecture;
		this.platform = options.platform;
		this.home = options.home;
		this.env = new Map(Object.entries(options.env));
		this.#envBytes = [...this.env].reduce((sum, [name, value]) => sum + cost(name, value), 0);
		this.children = options.children;
	}

	/** The address of a C string that stays. */
	string(text: string): number {
		const known = this.#strings.get(text);
		if (known !== undefined) return known;
		const address = this.link.allocate(Buffer.concat([encodeName(text), Buffer.alloc(1)]));
		// Forgotten here and not given back there: the program may still hold them.
		if (this.#stringBytes > mostStrings) {
			this.#strings.clear();
			this.#stringBytes = 0;
		}
		this.#stringBytes += text.length + entryBytes;
		this.#strings.set(text, address);
		return address;
	}

	/** Stands for the `FILE *` of standard output: any address that is not NULL. */
	stdout(): number {
		this.#stdout ??= this.link.allocate(Buffer.alloc(1));
		return this.#stdout;
	}

	/** `environ`: addresses of `NAME=value`, ended by NULL. */
	environment(): number {
		if (this.#environment !== undefined) return this.#environment;
		const pointers = [...this.env].map(([name, value]) => this.string(`${name}=${value}`));
		const bytes = Buffer.alloc((pointers.length + 1) * 8);
		for (const [i, pointer] of pointers.entries()) bytes.writeBigUInt64LE(BigInt(pointer), i * 8);
		this.#environment = this.link.allocate(bytes);
		return this.#environment;
	}

	/** putenv(3), unsetenv(3): undefined takes the name away. ENOMEM past what any command could be given. */
	setEnvironment(name: string, value: string | undefined): void {
		const before = this.env.get(name);
		const more = cost(name, value) - cost(name, before);
		if (more > 0 && this.#envBytes + more > mostEnvironment) throw new SysError('ENOMEM');
		this.#envBytes += more;
		if (value === undefined) this.env.delete(name);
		else this.env.set(name, value);
		this.#environment = undefined;
	}

	/** 256 bytes for a struct that a Linux call wants and the C function does not have. */
	scratch(bytes: Uint8Array): number {
		this.#scratch ??= this.link.allocate(Buffer.alloc(256));
		this.link.write(this.#scratch, bytes);
		return this.#scratch;
	}
}

function cost(name: string, value: string | undefined): number {
	return value === undefined ? 0 : name.length + value.length + entryBytes;
}

/** One call of a C function, with the library's own state. */
export class LibcContext extends Context {
	readonly libc: Libc;

	constructor(parts: ConstructorParameters<typeof Context>, libc: Libc) {
		super(...parts);
		this.libc = libc;
	}

	/** The same call as another one: a Linux call that does what the C function does. */
	as(signature: string, args: readonly Argument[]): LibcContext {
		return new LibcContext(
			[
				this.kernel,
				this.link,
				this.architecture,
				this.task,
				{ ...this.call, signature, name: signature.slice(0, signature.indexOf('(')), args },
			],
			this.libc,
		);
	}
}

/** Implements one C function. Its result is the function's own; a SysError becomes errno and the function's failure. */
export type LibcHandler = (context: LibcContext) => Outcome;
