/** Path patterns: `/etc/**`, `~/.ssh/*`, `./build/**`, `**` + `/.env`. Matched by minimatch 11, whose NFA cannot backtrack. */
import { Minimatch } from 'minimatch';
import { expandBraces } from './braces.ts';
import { afterAnchor, anchorOf, joinPath, type PathBases, resolveLongest } from './path-text.ts';

export type PathPattern = {
	readonly text: string;
	/** The whole path (`exact`), or what it begins with, up to and with a slash. */
	readonly base: string;
	readonly shape: PathShape;
};

/** How the part after the base is matched. Most patterns need no glob; a Minimatch costs 0.1 ms at the start. */
type PathShape =
	| { readonly kind: 'exact' }
	/** Anything below the base: `**`. */
	| { readonly kind: 'below' }
	/** A `**` with a plain end (`/.env`). */
	| { readonly kind: 'ends'; readonly end: string }
	/** A plain part between two `**` (`/.git/`). */
	| { readonly kind: 'holds'; readonly part: string }
	/** `needle` and `end` are in every path that matches: they spare most of the matching. */
	| { readonly kind: 'glob'; readonly needle: string; readonly end: string; readonly glob: Minimatch };

/**
 * `dot`: a star matches hidden files too, else a deny would miss them. `nonegate`, `nocomment`, `noext`: `!`, `#` and
 * `+(…)` at any place are plain characters. `nobrace`: braces were expanded before.
 */
export const globOptions = {
	dot: true,
	nonegate: true,
	nocomment: true,
	noext: true,
	platform: 'linux',
	nobrace: true,
	// Level 1 would drop `x/..` before we can refuse it.
	optimizationLevel: 0,
} as const;

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
export function matchesPath({ base, shape }: PathPattern, path: string): boolean {
	if (shape.kind === 'exact') return path === base;
	if (!path.startsWith(base) || path.length === base.length) return false;
	// The slash that a base ends in is also the first one of `end` and `part`.
	switch (shape.kind) {
		case 'below':
			return true;
		case 'ends':
			return path.endsWith(shape.end) && path.length >= base.length - 1 + shape.end.length;
		case 'holds':
			return path.includes(shape.part, base.length - 1);
		case 'glob':
			return path.endsWith(shape.end) && path.includes(shape.needle) && shape.glob.match(path.slice(base.length));
	}
}

function compileAlternative(
	text: string,
	alternative: string,
	bases: PathBases,
	widen: boolean,
): readonly PathPattern[] {
	const { base, rest } = splitLiteral(alternative, bases);
	const shape = shapeOf(rest);
	const forms = new Set([base]);
	if (widen) forms.add(resolveLongest(base, bases));
	return [...forms].map((form) => {
		return { text, base: shape.kind === 'exact' || form.endsWith('/') ? form : `${form}/`, shape };
	});
}

function shapeOf(rest: string): PathShape {
	if (rest === '') return { kind: 'exact' };
	if (rest === '**') return { kind: 'below' };
	const plain = /^\*\*(\/[^*?[\]\\]+)(\/\*\*)?$/s.exec(rest);
	if (plain?.[1] !== undefined) {
		return plain[2] === undefined ? { kind: 'ends', end: plain[1] } : { kind: 'holds', part: `${plain[1]}/` };
	}
	return { kind: 'glob', needle: longestLiteral(rest), end: literalEnd(rest), glob: new Minimatch(rest, globOptions) };
}

const magic = /[*?[\]\\]/;

/** The leading parts without a wildcard as an absolute path, and the rest. So `cwd` may hold any character. */
function splitLiteral(text: string, bases: PathBases): { base: string; rest: string } {
	const parts = (afterAnchor(text) ?? '').split('/');
	let base = anchorOf(text, bases);
	let index = 0;
	for (; index < parts.length; index++) {
		const part = parts[index] ?? '';
		if (part === '' || magic.test(part)) break;
		base = joinPath(base, part);
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
