/** The user's own settings: `$XDG_CONFIG_HOME/approve-run/settings.yaml`, with a strict shape. Without the file all is as by default. */
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readText } from '../host/file-facts.ts';
import { nearest } from '../policy/nearest.ts';
import { parseSize } from '../policy/units.ts';
import { readYaml, type YamlText } from '../policy/yaml-text.ts';
import type { Keep } from '../session/prune.ts';
import type { Installation } from './installation.ts';
import { UserError } from './user-error.ts';

export type Settings = {
	readonly keep: Keep;
	/** Whether what a run takes from the machine is kept, so that it can be replayed. */
	readonly replay: boolean;
};

const shape = z.strictObject({
	sessions: z.optional(
		z.strictObject({ age: z.optional(z.string()), size: z.optional(z.string()), replay: z.optional(z.boolean()) }),
	),
});

const defaults = { age: '90d', size: '10GiB' } as const;

/** Throws UserError with each mistake and its place. */
export function loadSettings({ settings: folder }: Installation): Settings {
	const file = join(folder, 'settings.yaml');
	const text = readText(file);
	return text === undefined ? { keep: keepOf(defaults, noPlace), replay: true } : parseSettings(file, text);
}

/** The settings in a text; `file` names it in messages. */
export function parseSettings(file: string, text: string): Settings {
	const yaml = readYaml(text);
	const refuse = (path: readonly PropertyKey[], message: string, key?: string): never => {
		const { line, column } = key === undefined ? yaml.placeOf(path) : yaml.placeOfKey(path, key);
		throw new UserError(`${file}:${line}:${column}: ${message}`);
	};
	const [problem] = yaml.problems;
	if (problem !== undefined) throw new UserError(`${file}:${problem.line}:${problem.column}: ${problem.message}`);
	const parsed = shape.safeParse(yaml.value ?? {});
	if (!parsed.success) return refuseIssue(parsed.error.issues[0], yaml, refuse);
	const sessions = parsed.data.sessions ?? {};
	const given = { age: sessions.age ?? defaults.age, size: sessions.size ?? defaults.size };
	const keep = keepOf(given, (key, message) => refuse(['sessions', key], message));
	return { keep, replay: sessions.replay ?? true };
}

type Refuse = (path: readonly PropertyKey[], message: string, key?: string) => never;

function refuseIssue(issue: z.core.$ZodIssue | undefined, yaml: YamlText, refuse: Refuse): never {
	if (issue === undefined) return refuse([], 'this is not what is expected here');
	const known = issue.path.length === 0 ? ['sessions'] : ['age', 'size', 'replay'];
	if (issue.code === 'unrecognized_keys') {
		const key = issue.keys[0] ?? '';
		return refuse(issue.path, `unknown key "${key}"; the nearest right key is "${nearest(key, known) ?? ''}"`, key);
	}
	const name = issue.path.at(-1) === undefined ? 'the file' : `"${String(issue.path.at(-1))}"`;
	const isText = issue.code === 'invalid_type' && issue.expected === 'string';
	if (issue.path.at(-1) === 'replay') return refuse(issue.path, '"replay" is true or false');
	const example = issue.path.at(-1) === 'size' ? '10GiB' : '90d';
	const empty = yaml.value === null ? ' (it is empty)' : '';
	return refuse(issue.path, isText ? `${name} is text, such as ${example}` : `${name} is a mapping${empty}`);
}

function keepOf(
	given: { readonly age: string; readonly size: string },
	refuse: (key: string, message: string) => never,
): Keep {
	const days = /^(\d{1,5})d$/.exec(given.age)?.[1];
	const size = given.size === 'any' ? undefined : parseSize(given.size);
	if (days === undefined && given.age !== 'any') refuse('age', `"${given.age}": give days, such as 90d, or any`);
	if (size === undefined && given.size !== 'any') refuse('size', `"${given.size}": give a size, such as 10GiB, or any`);
	return {
		...(days === undefined ? {} : { age: Number(days) * 86_400_000 }),
		...(size === undefined ? {} : { size }),
	};
}

function noPlace(_key: string, message: string): never {
	throw new Error(message);
}
