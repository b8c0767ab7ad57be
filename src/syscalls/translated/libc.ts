/** What a C library keeps for its program, kept here: environment, open directories, strings that were handed out. */
import { encodeName } from '../../abi/bytes.ts';
import type { Architecture } from '../../abi/open-flags.ts';
import type { NodeFile } from '../../kernel/node-file.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Argument } from '../../wire/call.ts';
import type { SandboxLink } from '../../wire/sandbox-link.ts';
import { Context } from '../context.ts';
import type { Children } from './children.ts';

/** A `DIR *`: the address is that of the `struct dirent` that readdir(3) fills. */
export type Directory = { readonly file: NodeFile; readonly fd: number };

export type LibcOptions = {
	readonly link: SandboxLink;
	readonly architecture: Architecture;
	/** The installation that holds lib-python and lib_pypy. */
	readonly home: string;
	readonly env: Readonly<Record<string, string>>;
	readonly children: Children;
};

export class Libc {
	readonly link: SandboxLink;
	readonly architecture: Architecture;
	readonly home: string;
	/** What getenv(3) finds, and a command of system(3) gets. */
	readonly env: Map<string, string>;
	readonly children: Children;
	readonly directories = new Map<number, Directory>();
	/** Strings by text: a program asks for the same ones again, and none of them is ever given back. */
	readonly #strings = new Map<string, number>();
	#environment: number | undefined;
	#scratch: number | undefined;

	constructor(options: LibcOptions) {
		this.link = options.link;
		this.architecture = options.architecture;
		this.home = options.home;
		this.env = new Map(Object.entries(options.env));
		this.children = options.children;
	}

	/** The address of a C string that stays. */
	string(text: string): number {
		const known = this.#strings.get(text);
		if (known !== undefined) return known;
		const address = this.link.allocate(Buffer.concat([encodeName(text), Buffer.alloc(1)]));
		this.#strings.set(text, address);
		return address;
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

	/** putenv(3), unsetenv(3): undefined takes the name away. */
	setEnvironment(name: string, value: string | undefined): void {
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
