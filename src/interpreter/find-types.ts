/** What finding a PyPy needs to know, and what it answers. */

import type { SandboxPlatform } from '../wire/sandbox-dump.ts';

/** An interpreter that can be run. Plain data: it is kept as JSON. */
export type Runtime = TrappedRuntime | TranslatedRuntime;

/** A stock PyPy 3 that the launcher can load. */
export type TrappedRuntime = RuntimeFacts & { readonly kind: 'trapped' };

/** A PyPy that was translated with --sandbox: it performs no system call, but asks for each C function. */
export type TranslatedRuntime = RuntimeFacts & {
	readonly kind: 'translated';
	/** The folder that holds its lib-python and lib_pypy. */
	readonly home: string;
	/** Whose structs and numbers it speaks in. */
	readonly platform: SandboxPlatform;
	/** Signatures of the C functions that it may ask for. */
	readonly functions: readonly string[];
};

export type RuntimeFacts = {
	/** The interpreter's absolute path: argv[0], from which it finds its standard library. */
	readonly program: string;
	/** Its `libpypy3*-c.so`; the program itself where there is none. */
	readonly library: string;
	/** `7.3.11 (Python 3.9.16)`. */
	readonly version: string;
	/** The interpreter's own files: folders (standard library, site-packages, shared libraries) and single files. */
	readonly root: readonly string[];
	/** Folders for LD_LIBRARY_PATH, where its shared libraries are not the system's. */
	readonly libraryPath?: readonly string[];
	readonly source: RuntimeSource;
};

export type RuntimeSource = 'option' | 'installed' | 'cache' | 'debian' | 'tarball';

/** What of the machine and the process finding depends on. */
export type Surroundings = {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The user's home. */
	readonly home: string;
	/** The folder that holds bin/ and dist/ of approve-run. */
	readonly installation: string;
	/** process.arch and process.platform. */
	readonly arch: string;
	readonly platform: string;
	readonly cwd: string;
};

/** No interpreter that can be used; the message says how to mend it. Exit status 127 where there is none, 125 where it is of another kind. */
export class RuntimeError extends Error {
	readonly exitStatus: 125 | 127;

	constructor(message: string, exitStatus: 125 | 127 = 127) {
		super(message);
		this.exitStatus = exitStatus;
		this.name = 'RuntimeError';
	}
}
