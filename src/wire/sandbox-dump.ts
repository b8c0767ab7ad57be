/** What a translated interpreter says of itself with RPY_SANDBOX_DUMP=1: rpython/translator/sandbox/rsandbox.py, extra_eci. */

export type SandboxDump = {
	/** Of the protocol. */
	readonly version: number;
	/** `linux2`, `darwin`: sys.platform of the Python that translated it. */
	readonly platform: string;
	/** `open(pii)i` and so on. */
	readonly functions: readonly string[];
};

/** Whose structs and numbers it speaks in. */
export type SandboxPlatform = 'linux' | 'darwin';

/** The version of the protocol that src/wire speaks. */
export const sandboxVersion = 20001;

/** `linux2` was sys.platform of Python 2, with which a PyPy is translated. undefined: one that we have no layouts for. */
export function platformOf({ platform }: SandboxDump): SandboxPlatform | undefined {
	const name = platform.replace(/2$/, '');
	return name === 'linux' || name === 'darwin' ? name : undefined;
}

/** undefined: this is no such dump. */
export function parseDump(text: string): SandboxDump | undefined {
	const match = /^Version: (\d{1,9})\nPlatform: (\S{1,40})\nFuncs: ([^\n]*)\n*$/.exec(text);
	const [, version, platform, functions] = match ?? [];
	if (version === undefined || platform === undefined || functions === undefined) return undefined;
	return {
		version: Number(version),
		platform,
		functions: [...new Set(functions.split(' ').filter((word) => word !== ''))],
	};
}
