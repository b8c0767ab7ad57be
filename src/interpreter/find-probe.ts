/** Asks an interpreter what it is: its version, its library, and where its own files are. */
import { dirname, join } from 'node:path';
import { beginsAsProgram, isFolder, isProgram, namesIn, realPath } from '../host/file-facts.ts';
import { runProgram } from '../host/run-program.ts';
import { probeSandbox } from './find-sandbox.ts';
import type { Runtime, RuntimeSource, Surroundings } from './find-types.ts';

/** What came of asking; `why` is a clause: `it is cpython, not PyPy`. */
export type Probe =
	| { readonly kind: 'runtime'; readonly runtime: Runtime }
	| { readonly kind: 'none'; readonly why: string };

/** Runs the interpreter once, natively, with an empty environment. About 0.2 s. */
export async function probeRuntime(named: string, source: RuntimeSource, surroundings: Surroundings): Promise<Probe> {
	if (surroundings.platform !== 'linux') return none('only Linux can trap system calls');
	const program = ownPath(named);
	if (!beginsAsProgram(program)) return none('it is no program; a pypy3 binary was expected');
	const libraryPath = foreignLibraries(program);
	// A translated one says what it is and ends; any other does not know the name. Its library stands beside it.
	const libraries = [...libraryPath, dirname(program)];
	const env = { LD_LIBRARY_PATH: libraries.join(':'), RPY_SANDBOX_DUMP: '1' };
	const run = await runProgram(program, ['-I', '-B', '-c', question], { env, timeoutMs: 20_000 });
	const sandbox = probeSandbox(program, run.stdout, source, surroundings);
	if (sandbox !== undefined) return sandbox;
	if (run.status !== 0) return none(`it is no Python that runs (${shortReason(run.stderr)})`);
	const answer = parseAnswer(run.stdout);
	if (answer === undefined) return none('it answered something that no Python answers');
	if (answer.implementation !== 'pypy') return none(`it is ${answer.implementation}, not PyPy`);
	if (!answer.version.startsWith('3.')) return none(`it is Python ${answer.version}; a PyPy 3 is needed`);
	const library = answer.mapped.find((file) => /\/libpypy3[^/]*-c\.so[^/]*$/.test(file));
	if (library === undefined)
		return none('it has no libpypy3-c.so (a PyPy that is linked statically cannot be trapped)');
	return {
		kind: 'runtime',
		runtime: {
			kind: 'trapped',
			program,
			library,
			version: `${answer.pypy} (Python ${answer.version})`,
			root: rootsOf(answer),
			...(libraryPath.length > 0 && { libraryPath }),
			source,
		},
	};
}

/** Loads the modules with foreign libraries, so that their folders are seen among what is mapped. */
const question = `
import sys, os
for name in ('ssl', 'sqlite3', 'zlib', 'bz2', 'lzma', 'ctypes'):
    try: __import__(name)
    except ImportError: pass
import json
with open('/proc/self/maps') as maps:
    mapped = sorted({line.split(None, 5)[5].rstrip('\\n') for line in maps if '.so' in line and '/' in line})
print(json.dumps({
    'implementation': sys.implementation.name,
    'version': '.'.join(map(str, sys.version_info[:3])),
    'pypy': '.'.join(map(str, getattr(sys, 'pypy_version_info', ())[:3])),
    'prefix': sys.prefix,
    'base': sys.base_prefix,
    'path': [os.path.dirname(os.__file__)] + [entry for entry in sys.path if entry],
    'mapped': mapped,
}))
`;

type Answer = {
	readonly implementation: string;
	readonly version: string;
	readonly pypy: string;
	readonly prefix: string;
	readonly base: string;
	readonly path: readonly string[];
	readonly mapped: readonly string[];
};

function parseAnswer(text: string): Answer | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isAnswer(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isAnswer(value: unknown): value is Answer {
	if (typeof value !== 'object' || value === null) return false;
	const fields = new Map<string, unknown>(Object.entries(value));
	const isText = (name: string) => typeof fields.get(name) === 'string';
	return (
		['implementation', 'version', 'pypy', 'prefix', 'base'].every(isText) &&
		['path', 'mapped'].every((name) => {
			const list = fields.get(name);
			return Array.isArray(list) && list.every((entry) => typeof entry === 'string');
		})
	);
}

/** A virtual environment's program must keep its own path; any other is known by where it really is. */
function ownPath(program: string): string {
	const inEnvironment = namesIn(join(dirname(program), '..')).includes('pyvenv.cfg');
	return inEnvironment ? program : (realPath(program) ?? program);
}

/** An unpacked Debian package's shared libraries, which the system's loader does not look for. */
function foreignLibraries(program: string): string[] {
	const root = dirname(dirname(dirname(program)));
	if (root === '/' || !isProgram(join(root, 'usr/bin/pypy3'))) return [];
	return ['usr/lib', 'lib']
		.flatMap((lib) => namesIn(join(root, lib)).map((name) => join(root, lib, name)))
		.filter((folder) => folder.includes('-linux-gnu') && isFolder(folder));
}

function rootsOf(answer: Answer): string[] {
	const prefixes = [answer.prefix, answer.base].filter((prefix) => !systemPrefixes.includes(prefix));
	const libraries = answer.mapped.map((file) => dirname(file));
	const all = [...prefixes, ...answer.path, ...libraries].flatMap((folder) => [folder, realPath(folder) ?? folder]);
	const folders = [...new Set(all)].filter((folder) => isFolder(folder) && !systemPrefixes.includes(folder)).sort();
	const outermost = folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
	return [...outermost, '/etc/ld.so.cache'];
}

/** Folders that hold much more than an interpreter. */
const systemPrefixes = ['/', '/usr', '/usr/local', '/usr/bin', '/usr/lib', '/lib'];

/** What it said last, short: a program that is no interpreter may repeat our whole question. */
function shortReason(said: string): string {
	const line = lastLine(said);
	if (line === '') return 'it gave no reason';
	return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

function lastLine(text: string): string {
	return text.trimEnd().split('\n').at(-1) ?? '';
}

function none(why: string): Probe {
	return { kind: 'none', why };
}
