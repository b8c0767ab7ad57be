/** Finds the rules that may match an effect without trying each: a policy may have a thousand, a script a million reads. */
import type { Rule } from './compile-rule.ts';
import type { PathPattern } from './path-pattern.ts';
import { ruleMatches, type Subject } from './rule-match.ts';
import type { Standing } from './standing.ts';

type Entry = { readonly order: number; readonly rule: Rule };

export type RuleIndex = {
	/** By where a rule's paths begin, which program it names, … (see keysOf); each list in the order of the rules. */
	readonly byKey: ReadonlyMap<string, readonly Entry[]>;
	/** Lengths of the directories that path patterns begin with, and of the plain ends of those that have one. */
	readonly bases: readonly number[];
	readonly ends: readonly number[];
};

/** `rules` in the order in which the first match wins. */
export function indexRules(rules: readonly Rule[]): RuleIndex {
	const byKey = new Map<string, Entry[]>();
	for (const [order, rule] of rules.entries()) {
		const entry = { order, rule };
		for (const key of new Set(keysOf(rule))) {
			const entries = byKey.get(key) ?? [];
			entries.push(entry);
			byKey.set(key, entries);
		}
	}
	const bases = new Set<number>();
	const ends = new Set<number>();
	for (const { base, shape } of rules.flatMap((rule) => rule.patterns.path)) {
		if (shape.kind === 'ends') ends.add(shape.end.length);
		else if (shape.kind !== 'exact') bases.add(base.length);
	}
	return Object.freeze({ byKey, bases: [...bases], ends: [...ends] });
}

/** The first rule that matches. */
export function firstMatch(index: RuleIndex, subject: Subject, standing?: Standing): Rule | undefined {
	let best: Entry | undefined;
	for (const entries of candidates(index, subject)) {
		for (const entry of entries) {
			if (best !== undefined && entry.order >= best.order) break;
			if (ruleMatches(entry.rule, subject, standing)) best = entry;
		}
	}
	return best?.rule;
}

/** All that firstMatch compares with the subject: no other rule can match it. Each list is in the order of the rules. */
export function candidates(index: RuleIndex, subject: Subject): readonly (readonly Entry[])[] {
	return lookups(index, subject).map((key) => index.byKey.get(key) ?? []);
}

/** Under what a rule is found: one of these is among the look-ups of each effect that it can match. */
function keysOf(rule: Rule): readonly string[] {
	const { path, command, host } = rule.patterns;
	return [
		...path.map(pathKey),
		...command.flatMap((pattern) => [
			`text ${pattern.text}`,
			...(pattern.program.kind === 'any'
				? ['any']
				: [`name ${pattern.program.name}`, ...[...pattern.program.files].map((file) => `file ${file}`)]),
		]),
		...(host.length > 0 ? ['any'] : []),
	];
}

function pathKey({ base, shape }: PathPattern): string {
	if (shape.kind === 'exact') return `path ${base}`;
	return shape.kind === 'ends' ? `ends ${shape.end}` : `below ${base}`;
}

function lookups(index: RuleIndex, subject: Subject): readonly string[] {
	switch (subject.kind) {
		case 'path': {
			const { path } = subject;
			const keys = [`path ${path}`];
			for (const length of index.bases) if (path[length - 1] === '/') keys.push(`below ${path.slice(0, length)}`);
			for (const length of index.ends) if (path.at(-length) === '/') keys.push(`ends ${path.slice(-length)}`);
			return keys;
		}
		case 'command': {
			const { program, shell, views } = subject.facts;
			const text = shell.kind === 'string' && shell.exact !== undefined ? [`text ${shell.exact}`] : [];
			const names = new Set(views.map((view) => `name ${view.name}`));
			return ['any', `file ${program}`, ...names, ...text];
		}
		case 'host':
			return ['any'];
	}
}
