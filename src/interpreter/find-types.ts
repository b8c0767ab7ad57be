/** What finding a PyPy needs to know, and what it answers. */

/** A stock PyPy 3 that the launcher can load. Plain data: it is kept as JSON. */
export type Runtime = {
	readonly kind: 'trapped';
	/** The interpreter's absolute path: argv[0], from which it finds its standard library. */
	readonly program: string;
	/** Its `libpypy3*-c.so`. */
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

/** No interpreter; the message says which ways there are to mend it. Exit status 127. */
export class RuntimeError extends Error {
	readonly exitStatus = 127;

	constructor(message: string) {
		super(message);
		this.name = 'RuntimeError';
	}
}
