/**
 * What a person can do where a script failed because this interpreter lacks something: its last words say so. They are the
 * script's own, so nothing of them is repeated but plain names, and no package is named to install: whoever made up the
 * script may have made up a package, too.
 */
import type { OutsideStreams } from '../run/outside-streams.ts';

/** Bytes of standard error: the end of a traceback. */
const kept = 4096;

/** The same streams; `lastErrors` is the end of what was written to standard error. */
export function rememberErrors(streams: OutsideStreams): OutsideStreams & { readonly lastErrors: () => string } {
	let last = Buffer.alloc(0);
	return {
		write(stream, bytes) {
			if (stream === 2) last = Buffer.concat([last, bytes.subarray(-kept)]).subarray(-kept);
			return streams.write(stream, bytes);
		},
		read: (got) => streams.read(got),
		pause: () => streams.pause(),
		lastErrors: () => last.toString('utf8'),
	};
}

type Version = readonly [major: number, minor: number];

/** Modules that came with a version: that one is missing, and not a package. */
const modulesSince: ReadonlyMap<string, Version> = new Map([
	['tomllib', [3, 11]],
	['zoneinfo', [3, 9]],
	['graphlib', [3, 9]],
]);

/** What a line that does not compile, or the words of an error, are a sign of. */
const syntaxSince: readonly { readonly since: Version; readonly sign: RegExp; readonly what: string }[] = [
	{ since: [3, 12], sign: /^type \w+(?: ?\[| ?=)/, what: 'a type statement' },
	{ since: [3, 12], sign: /^(?:async )?(?:def|class) \w+\[/, what: 'type parameters' },
	{ since: [3, 11], sign: /^except ?\*/, what: 'except*' },
	{ since: [3, 10], sign: /^(?:match|case) .+:(?: |$)/, what: 'match' },
];

/** One sentence, or nothing. `errors`: the end of the script's standard error; `version`: `7.3.11 (Python 3.9.16)`. */
export function failureHint(errors: string, version: string): string | undefined {
	const has = versionOf(version);
	const lines = errors.trimEnd().split('\n');
	const last = lines.at(-1) ?? '';
	const module = /^ModuleNotFoundError: No module named '(\w{1,60})(?:\.[\w.]*)?'$/.exec(last)?.[1];
	if (module !== undefined) {
		const since = modulesSince.get(module);
		if (since !== undefined && isNewer(since, has)) return needs(since, `the module ${module}`, has);
		return `the script needs the module ${module}, which this PyPy does not have; how to give it packages: README.md, "Packages for a script"`;
	}
	if (
		/^TypeError: unsupported operand type\(s\) for \|: 'type' and '(?:type|NoneType)'$/.test(last) &&
		isNewer([3, 10], has)
	) {
		return needs([3, 10], 'types joined with |', has);
	}
	if (!last.startsWith('SyntaxError: ')) return undefined;
	const at = lines.findLastIndex((line) => /^ {2}File ".*", line \d+$/.test(line));
	const number = /line (\d+)$/.exec(lines[at] ?? '')?.[1];
	const code = (lines[at + 1] ?? '').trim().replaceAll(/\s+/g, ' ');
	const found = syntaxSince.find(({ since, sign }) => isNewer(since, has) && sign.test(code));
	return found === undefined ? undefined : needs(found.since, `line ${number}: ${found.what}`, has);
}

function needs([major, minor]: Version, what: string, has: Version): string {
	return `the script needs Python ${major}.${minor} (${what}); this PyPy is ${has.join('.')}, and --runtime takes another one`;
}

function versionOf(text: string): Version {
	const found = /Python (\d+)\.(\d+)/.exec(text);
	return [Number(found?.[1] ?? 3), Number(found?.[2] ?? 0)];
}

function isNewer(a: Version, b: Version): boolean {
	return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}
