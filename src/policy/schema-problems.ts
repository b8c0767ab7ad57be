/** Tells in our words what the schema found wrong. */
import type * as z from 'zod/mini';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { knownKeys } from './schema.ts';
import type { YamlText } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Of one mapping; a file that has more is no policy, and its place is looked for key by key. */
const mostKeys = 50;

/** The problems of an issue at `path`; a union tells of the branch that the value looks like. `known`: the keys at a place. */
export function schemaProblems(
	issue: Issue,
	yaml: YamlText,
	around: Path = [],
	known: (path: Path) => readonly string[] = knownKeys,
): readonly Problem[] {
	const path = [...around, ...issue.path];
	const place = yaml.placeOf(path);
	const value = valueAt(yaml.value, path);
	switch (issue.code) {
		case 'unrecognized_keys':
			return issue.keys.slice(0, mostKeys).map((key) => ({
				...yaml.placeOfKey(path, key),
				message: `unknown key "${key}"; the nearest right key is "${nearest(key, known(path)) ?? ''}"`,
			}));
		case 'invalid_union': {
			const branch = issue.errors[Array.isArray(value) ? 1 : 0] ?? [];
			return branch.flatMap((inner) => schemaProblems(inner, yaml, path, known));
		}
		case 'invalid_key':
			return issue.issues.flatMap((inner) => schemaProblems({ ...inner, path: [] }, yaml, path, known));
		case 'invalid_value':
			return [{ ...place, message: wrongWord(value, issue.values.map(String), path) }];
		case 'invalid_type':
			return [{ ...place, message: ownWords(issue) ?? wrongType(issue.expected, value, path) }];
		default:
			return [{ ...place, message: ownWords(issue) ?? `${nameOf(path)} is not what is expected here` }];
	}
}

function ownWords(issue: Issue): string | undefined {
	// zod/mini has no messages of its own but this one.
	return issue.message === 'Invalid input' ? undefined : issue.message;
}

function wrongWord(value: unknown, words: readonly string[], path: Path): string {
	if (typeof value !== 'string') return wrongType('string', value, path);
	const near = nearest(value, words) ?? '';
	return `"${value}" is not one of ${words.join(', ')}; the nearest right word is "${near}"`;
}

function wrongType(expected: string, value: unknown, path: Path): string {
	const name = nameOf(path);
	if (value === null || value === undefined) {
		return `${name} has no value (a lone ~ has none in YAML: write "~"); ${name} is ${typeNames[expected] ?? expected}`;
	}
	return `${name} must be ${typeNames[expected] ?? expected}, not ${typeOf(value)}`;
}

const typeNames: Readonly<Record<string, string>> = {
	object: 'a mapping of keys to values',
	array: 'a list',
	string: 'text',
	number: 'a number',
	int: 'a whole number',
};

function typeOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'a mapping';
	if (typeof value === 'string') return 'text';
	return `the ${typeof value} ${JSON.stringify(value)} (put it in quotes if it is text)`;
}

/** `"path"`, `a rule`, `the policy`: the last name on the way. */
function nameOf(path: Path): string {
	if (path.length === 0) return 'a policy';
	if (path.length === 2 && path[0] === 'rules') return 'a rule';
	const key = path.findLast((step) => typeof step === 'string');
	return typeof path.at(-1) === 'number' ? `an entry of "${String(key)}"` : `"${String(key)}"`;
}

function valueAt(value: unknown, path: Path): unknown {
	let at = value;
	for (const step of path) {
		if (typeof at !== 'object' || at === null) return undefined;
		at = Object.getOwnPropertyDescriptor(at, step)?.value;
	}
	return at;
}
