/** A translated interpreter: what its dump says, and where its library is. */
import { dirname, join } from 'node:path';
import { isFolder, realPath, stampFile } from '../host/file-facts.ts';
import { parseDump, platformOf, sandboxVersion } from '../wire/sandbox-dump.ts';
import type { RuntimeSource, Surroundings, TranslatedRuntime } from './find-types.ts';

/** What came of asking; `why` is a clause: `it speaks version 2 of …`. */
export type SandboxProbe =
	| { readonly kind: 'runtime'; readonly runtime: TranslatedRuntime }
	| { readonly kind: 'none'; readonly why: string }
	/** The output is no dump. */
	| undefined;

/** Judges the output of a program that was started with RPY_SANDBOX_DUMP=1. */
export function probeSandbox(
	program: string,
	output: string,
	source: RuntimeSource,
	{ platform }: Surroundings,
): SandboxProbe {
	const dump = parseDump(output);
	if (dump === undefined) return undefined;
	if (dump.version !== sandboxVersion)
		return none(`it speaks version ${dump.version} of PyPy's sandbox protocol, and approve-run ${sandboxVersion}`);
	const own = platformOf(dump);
	if (own === undefined || own !== platform)
		return none(`it was translated for ${dump.platform}, and this is ${platform}`);
	const home = homeOf(program);
	if (home === undefined) {
		return none(
			'there is no lib-python and lib_pypy beside it; put those of the PyPy release of the same version into its folder',
		);
	}
	const library = join(dirname(program), 'libpypy3-c.so');
	return {
		kind: 'runtime',
		runtime: {
			kind: 'translated',
			program,
			library: stampFile(library) === undefined ? program : library,
			version: versionOf(home),
			home,
			platform: own,
			functions: dump.functions,
			root: [...new Set([home, realPath(home) ?? home])],
			libraryPath: [dirname(program)],
			source,
		},
	};
}

/** The nearest folder above it that holds both parts of the standard library. */
function homeOf(program: string): string | undefined {
	let folder = dirname(program);
	for (let depth = 0; depth < 4; depth++) {
		if (isFolder(join(folder, 'lib-python')) && isFolder(join(folder, 'lib_pypy'))) return folder;
		folder = dirname(folder);
	}
	return undefined;
}

/** The version of Python, from the folder of its library. */
function versionOf(home: string): string {
	const text = ['3.11', '3.10', '3.9', '3.8', '3.7', '3.6'].find((version) =>
		stampFile(join(home, `lib_pypy/_sysconfigdata${version}`)),
	);
	return text ?? 'with Python 3';
}

function none(why: string): SandboxProbe {
	return { kind: 'none', why };
}
