/** Path patterns: `/etc/**`, `~/.ssh/*`, `./build/**`, `**` + `/.env`. Matched by minimatch 11, whose NFA cannot backtrack. */
import { Minimatch } from 'minimatch';
import { expandBraces } from './braces.ts';

/** Where `~` and `./` are, and what a path really is. */
export type PathBases = {
	readonly home: string;
	readonly cwd: string;
	/** The resolved path, symlinks and all; undefined where nothing is there. */
	readonly realpath?: ((path: string) => string | undefined) | undefined;
};

export type PathPattern = {
	readonly text: string;
	/** Where `rest` is missing the whole path; else what the path begins with, up to and with a slash. */
	readonly base: string;
	readonly rest?: Minimatch;
	/** A part that every matching path holds, and what it ends with: so most paths need no glob matching. */
	readonly needle: string;
	readonly suffix: string;
};

/**
 * `dot`: a star matches hidden files too, else a deny would miss them. `nonegate`, `nocomment`, `noext`: `!`, `#` and
 * `+(…)` at any place are plain characters. `nobrace`: braces were expanded before.
 */
const globOptions = {
	dot: true,
	nonegate: true,
	nocomment: true,
	noext: true,
	platform: 'linux',
	nobrace: true,
	// Level 1 would drop `x/..` before we can refuse it.
	optimizationLevel: 0,
} as const;

const longestPattern = 4096;

/** What is wrong with a path pattern, or undefined. Needs no machine. */
export function pathPatternProblem(text: string): string | undefined {
	if (text === '') return 'a path pattern is empty; write "/**" for every path';
	if (text.length > longestPattern) return `a path pattern has more than ${longestPattern} characters`;
	if (text.includes('\0')) return 'a path has no NUL byte';
	const expansion = expandBraces(text);
	if (expansion.kind === 'problem') return expansion.message;
	for (const alternative of expansion.texts) {
		const problem = alternativeProblem(alternative);
		if (problem !== undefined) return problem;
	}
	return undefined;
}

/**
 * The compiled forms of a pattern that has no problem. With `widen`, also the form in which the part before the first
 * wildcard is resolved: effects carry resolved paths, so a deny on `/var/run/x` must hold for `/run/x`.
 */
export function compilePathPattern(text: string, bases: PathBases, widen: boolean): readonly PathPattern[] {
	const expansion = expandBraces(text);
	const alternatives = expansion.kind === 'texts' ? expansion.texts : [];
	return alternatives.flatMap((alternative) => compileAlternative(text, alternative, bases, widen));
}

/** Whether an absolute, resolved path matches. Exact in case, in bytes, and in Unicode normal form. */
export function matchesPath(pattern: PathPattern, path: string): boolean {
	const { base, rest } = pattern;
	if (rest === undefined) return path === base;
	if (!path.startsWith(base) || path.length === base.length) return false;
	if (rest === everything) return true;
	return path.endsWith(pattern.suffix) && path.includes(pattern.needle) && rest.match(path.slice(base.length));
}

/** Whether a path is absolute with no part empty, `.` or `..`: only such a path can be judged. */
export function isResolvedPath(path: string): boolean {
	return path === '/' || (path.startsWith('/') && !/\/(?:\.{0,2})(?:\/|$)|\0/.test(path));
}

/** The absolute path that `~/x`, `./x` or `/x` names; undefined where it is none of them or has a `..`. */
export function expandPath(text: string, bases: PathBases): string | undefined {
	const rest = afterAnchor(text);
	if (rest === undefined || text.startsWith('**')) return undefined;
	const path = rest === '' ? anchorOf(text, bases) : join(anchorOf(text, bases), rest);
	return isResolvedPath(path) ? path : undefined;
}

/** The resolved path; where nothing is there, that of its nearest parent with the rest put back. */
export function resolveLongest(path: string, bases: PathBases): string {
	if (bases.realpath === undefined || path === '/') return path;
	const real = bases.realpath(path);
	if (real !== undefined) return real;
	const slash = path.lastIndexOf('/');
	return join(resolveLongest(slash === 0 ? '/' : path.slice(0, slash), bases), path.slice(slash + 1));
}

function compileAlternative(
	text: string,
	alternative: string,
	bases: PathBases,
	widen: boolean,
): readonly PathPattern[] {
	const { base, rest } = splitLiteral(alternative, bases);
	const glob = rest === '' || rest === '**' ? undefined : new Minimatch(rest, globOptions);
	const forms = new Set([base]);
	if (widen) forms.add(resolveLongest(base, bases));
	return [...forms].map((form): PathPattern => {
		if (rest === '') return { text, base: form, needle: '', suffix: '' };
		const prefix = form.endsWith('/') ? form : `${form}/`;
		if (glob === undefined) return { text, base: prefix, needle: '', suffix: '', rest: everything };
		return { text, base: prefix, needle: longestLiteral(rest), suffix: literalEnd(rest), rest: glob };
	});
}

/** A `/**`: anything below the base, known by identity. */
const everything = new Minimatch('**', globOptions);

const magic = /[*?[\]\\]/;

/** What follows `/`, `./` or `~/`; empty for `/`, `.` and `~` themselves; undefined where a pattern has no such start. */
function afterAnchor(text: string): string | undefined {
	if (text === '/' || text === '.' || text === '~') return '';
	if (text === '**' || text.startsWith('**/')) return text;
	if (text.startsWith('/')) return text.slice(1);
	if (text.startsWith('./') || text.startsWith('~/')) return text.slice(2) === '' ? '/' : text.slice(2);
	return undefined;
}

function anchorOf(text: string, bases: PathBases): string {
	if (text.startsWith('~')) return bases.home;
	if (text.startsWith('.')) return bases.cwd;
	return '/';
}

function anchorProblem(text: string): string {
	if (text.startsWith('~')) return `"${text}" names another user's home; write the whole path`;
	if (text.startsWith('..')) return `"${text}" has a ".."; write the whole path`;
	const meant = text.startsWith('*') ? `**/${text.replace(/^\*+/, '*')}` : `./${text}`;
	return `"${text}" does not say where it begins; write "${meant}", or begin with "/", "./", "~/" or "**/"`;
}

/** What is wrong with a pattern that has no braces any more. */
function alternativeProblem(text: string): string | undefined {
	const rest = afterAnchor(text);
	if (rest === undefined) return anchorProblem(text);
	if (rest === '') return undefined;
	if (rest.endsWith('/')) {
		return `"${text}" ends with a slash and never matches; write "${text}**" for what is in the directory, "${text.slice(0, -1)}" for itself`;
	}
	if (rest.startsWith('/') || rest.includes('//')) return `"${text}" has an empty part between two slashes`;
	const bare = rest.replace(/\\./gs, 'x');
	if (bare.endsWith('\\')) return `"${text}" ends with a backslash; write "\\\\" for one`;
	if (/[@!+*?]\(.*\)/.test(bare))
		return `"${text}" has a "(" after a wildcard; alternatives are written {a,b}, a parenthesis \\(`;
	for (const part of bare.split('/')) {
		if (/\[[^\]]*$/.test(part)) return `"${text}" has a "[" that is never closed; write "\\[" for the character itself`;
		if (part !== '**' && part.includes('**')) {
			return `"${text}" has a "**" beside other characters; "**" stands alone between slashes, "*" within a name`;
		}
	}
	const dots = new Minimatch(rest, globOptions).set.flat().find((part) => part === '..' || part === '.');
	if (dots === undefined) return undefined;
	return `"${text}" has a "${String(dots)}" in it; a path is matched after it was resolved: write it without`;
}

/** The leading parts without a wildcard as an absolute path, and the rest. So `cwd` may hold any character. */
function splitLiteral(text: string, bases: PathBases): { base: string; rest: string } {
	const parts = (afterAnchor(text) ?? '').split('/');
	let base = anchorOf(text, bases);
	let index = 0;
	for (; index < parts.length; index++) {
		const part = parts[index] ?? '';
		if (part === '' || magic.test(part)) break;
		base = join(base, part);
	}
	return { base, rest: parts.slice(index).join('/') };
}

function literalEnd(rest: string): string {
	return /[^*?[\]\\]*$/.exec(rest)?.[0] ?? '';
}

/** The longest run of plain characters before any class or escape. A slash beside a `**` is in it: the base ends in one. */
function longestLiteral(rest: string): string {
	const runs = (/^[^[\]\\]*/.exec(rest)?.[0] ?? '').split(/[*?]+/);
	return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

function join(directory: string, name: string): string {
	return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
