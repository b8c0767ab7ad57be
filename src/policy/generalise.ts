/**
 * Few readable rules from many approved effects. With care: what was denied is never covered, a directory is opened only where
 * several things in it were approved one by one, and commands and hosts stay as they were: a star in a command's word would stand
 * for options and for `../..` too.
 */
import type { Decision } from '../model/decision.ts';
import type { Effect, EffectKind, PathEffect } from '../model/effect.ts';
import { compilePathPattern, matchesPath } from './path-pattern.ts';
import type { PathBases } from './path-text.ts';
import { effectAsPattern, escapeGlob, pathAsPattern, type WrittenRule } from './written-rule.ts';

/** A rule and the effects of the list that it comes from. */
export type ProposedRule = {
	readonly rule: WrittenRule;
	readonly evidence: readonly Effect[];
};

export type GeneraliseOptions = {
	readonly bases: PathBases;
	/** Effects that no proposed rule may cover: those that were denied. */
	readonly denied?: readonly Effect[];
};

/** So many things alike are a pattern; fewer are named one by one. */
const fewest = 3;

/** Rules of `decision` that together decide all `effects` (a `run` only where a rule can name it), and what else is alike. */
export function generalise(
	effects: readonly Effect[],
	decision: Decision,
	{ bases, denied = [] }: GeneraliseOptions,
): readonly ProposedRule[] {
	const paths = effects.filter((effect) => 'path' in effect);
	const others = effects.filter((effect) => !('path' in effect));
	const proposals = [
		...pathProposals(paths, bases, denied),
		...others.map((effect) => ({ kinds: [effect.kind], pattern: effectAsPattern(effect, bases), evidence: [effect] })),
	];
	return join(
		proposals.filter(({ pattern }) => !/[\p{Cs}\0]/u.test(pattern)),
		decision,
	);
}

type Proposal = {
	readonly kinds: readonly EffectKind[];
	readonly pattern: string;
	readonly evidence: readonly Effect[];
};

/** Patterns of the same effects stand in one rule. */
function join(proposals: readonly Proposal[], decision: Decision): readonly ProposedRule[] {
	const byKinds = new Map<string, Proposal[]>();
	for (const proposal of proposals) {
		const key = proposal.kinds.join(' ');
		byKinds.set(key, [...(byKinds.get(key) ?? []), proposal]);
	}
	return [...byKinds.values()].map((group) => ({
		rule: {
			decision,
			kinds: group[0]?.kinds ?? [],
			patterns: [...new Set(group.map(({ pattern }) => pattern))],
		},
		evidence: group.flatMap(({ evidence }) => evidence),
	}));
}

function pathProposals(
	effects: readonly PathEffect[],
	bases: PathBases,
	denied: readonly Effect[],
): readonly Proposal[] {
	const byPath = new Map<string, PathEffect[]>();
	for (const effect of effects) byPath.set(effect.path, [...(byPath.get(effect.path) ?? []), effect]);
	// A file that was written and deleted is of another group than one that was written alone: a rule grants no more than was used.
	const byKinds = new Map<string, string[]>();
	for (const [path, of] of byPath) {
		const key = kindsOf(of).join(' ');
		byKinds.set(key, [...(byKinds.get(key) ?? []), path]);
	}
	return [...byKinds.values()].flatMap((paths) => {
		const kinds = kindsOf(byPath.get(paths[0] ?? '') ?? []);
		const refused = denied.flatMap((effect) => ('path' in effect && kinds.includes(effect.kind) ? [effect.path] : []));
		return pathPatterns(paths, bases, refused).map(({ pattern, covers }) => ({
			kinds,
			pattern,
			evidence: covers.flatMap((path) => byPath.get(path) ?? []),
		}));
	});
}

function kindsOf(effects: readonly PathEffect[]): readonly EffectKind[] {
	return (['read', 'write', 'delete'] as const).filter((kind) => effects.some((effect) => effect.kind === kind));
}

type Cover = { readonly pattern: string; readonly covers: readonly string[] };

function pathPatterns(paths: readonly string[], bases: PathBases, refused: readonly string[]): readonly Cover[] {
	const left = new Set(paths);
	const found: Cover[] = [];
	const take = (pattern: string): void => {
		const compiled = compilePathPattern(pattern, bases, false);
		const covers = [...left].filter((path) => compiled.some((one) => matchesPath(one, path)));
		const deniedToo = refused.some((path) => compiled.some((one) => matchesPath(one, path)));
		if (covers.length < fewest || deniedToo) return;
		for (const path of covers) left.delete(path);
		found.push({ pattern, covers });
	};
	for (const directory of directoriesOf(paths, bases)) {
		const inside = [...left].filter((path) => path.startsWith(`${directory}/`));
		if (inside.length < fewest) continue;
		const anchor = pathAsPattern(directory, bases);
		const names = inside.map((path) => path.slice(directory.length + 1));
		// Several levels below one directory: all of it is the script's own ground.
		if (new Set(names.map((name) => name.split('/')[0])).size > 1 && names.filter(isDeep).length >= 2)
			take(`${anchor}/**`);
		else for (const name of namePatterns(names.filter((name) => !isDeep(name)))) take(`${anchor}/${name}`);
	}
	return [...found, ...[...left].map((path) => ({ pattern: pathAsPattern(path, bases), covers: [path] }))];
}

/** Directories below the working directory that hold some of the paths, the outermost first. Elsewhere each path is named. */
function directoriesOf(paths: readonly string[], { cwd }: PathBases): readonly string[] {
	const found = new Set<string>();
	for (const path of paths) {
		if (cwd === '/' || !path.startsWith(`${cwd}/`)) continue;
		for (let at = path.lastIndexOf('/'); at > cwd.length; at = path.lastIndexOf('/', at - 1)) {
			const directory = path.slice(0, at);
			// What begins with a dot is configuration, which runs things: `.git`, `.github`, `.vscode`.
			if (!directory.slice(cwd.length).includes('/.')) found.add(directory);
		}
	}
	return [...found].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

function isDeep(name: string): boolean {
	return name.includes('/');
}

/** Patterns that names of one directory have in common: what they begin and end with, else their ending, else any name. */
function namePatterns(names: readonly string[]): readonly string[] {
	const visible = names.filter((name) => !name.startsWith('.'));
	if (visible.length < fewest) return [];
	const before = commonStart(visible);
	const after = commonStart(visible.map(reversed));
	const start = /^.*[-_.]/.exec(before)?.[0] ?? '';
	const end = /\..*$/.exec(reversed(after))?.[0] ?? '';
	if (start !== '' || end !== '') return [`${escapeGlob(start)}*${escapeGlob(end)}`];
	const endings = new Set(visible.map((name) => /\.[^.]+$/.exec(name)?.[0] ?? ''));
	return endings.has('') ? ['*'] : [...endings].map((ending) => `*${escapeGlob(ending)}`);
}

function commonStart(names: readonly string[]): string {
	const [first = '', ...others] = names;
	let length = first.length;
	for (const name of others) while (!name.startsWith(first.slice(0, length))) length -= 1;
	return first.slice(0, length);
}

function reversed(text: string): string {
	return [...text].reverse().join('');
}
