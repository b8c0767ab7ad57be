/** A file of cases for `policy test`: effects as in `policy explain`, under the decision that each is expected to get. */
import * as z from 'zod/mini';
import type { Decision } from '../model/decision.ts';
import { type EffectKind, effectKinds } from '../model/effect.ts';
import { nearest } from './nearest.ts';
import { plainWord, splitWords } from './pattern-words.ts';
import { PolicyError, type Problem } from './problem.ts';
import { schemaProblems } from './schema-problems.ts';
import { readYaml } from './yaml-text.ts';

export type Case = {
	/** Both count from 1. */
	readonly line: number;
	readonly column: number;
	readonly expected: Decision;
	readonly kind: EffectKind;
	/** A path, the words of a command, or HOST:PORT. */
	readonly words: readonly string[];
	/** As the file has it. */
	readonly text: string;
};

const decisions: readonly Decision[] = ['allow', 'ask', 'deny'];

const effectText = z.string().check((context) => {
	const read = readEffect(context.value);
	if (typeof read !== 'string') return;
	context.issues.push({ code: 'custom', message: read, input: context.value });
});

const effects = z.optional(z.array(effectText).check(z.minLength(1, 'a list of effects, with one at least')));

const casesSchema = z.strictObject({ allow: effects, ask: effects, deny: effects });

/** The cases in the order of their lines, or every problem of the text. */
export function parseCases(name: string, text: string): readonly Case[] | PolicyError {
	const yaml = readYaml(text);
	if (yaml.problems.length > 0) return new PolicyError(name, yaml.problems);
	const refuse = (problems: readonly Problem[]) => new PolicyError(name, problems);
	if (typeof yaml.value !== 'object' || yaml.value === null || Array.isArray(yaml.value)) {
		return refuse([
			{ line: 1, column: 1, message: 'a file of cases has the keys allow, ask and deny, each with a list' },
		]);
	}
	const parsed = casesSchema.safeParse(yaml.value);
	if (!parsed.success) {
		return refuse(parsed.error.issues.flatMap((issue) => schemaProblems(issue, yaml, [], () => decisions)));
	}
	const cases = decisions.flatMap((expected) =>
		(parsed.data[expected] ?? []).flatMap((one, index): Case[] => {
			const read = readEffect(one);
			return typeof read === 'string' ? [] : [{ ...yaml.placeOf([expected, index]), expected, text: one, ...read }];
		}),
	);
	if (cases.length === 0) return refuse([{ line: 1, column: 1, message: 'there is no case in it' }]);
	return cases.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** `read ./x`, `run git push`, `connect example.com:443`; text that says what is wrong with it. */
function readEffect(text: string): { kind: EffectKind; words: readonly string[] } | string {
	const split = splitWords(text);
	if (split.kind === 'problem') return `${split.message}; quote as in a shell`;
	const [first = '', ...words] = split.words.map(plainWord);
	const kind = effectKinds.find((one) => one === first);
	if (kind === undefined) {
		return `"${first}" is no effect; the nearest right word is "${nearest(first, effectKinds) ?? ''}"`;
	}
	if (words.length === 0) return `say what: "${kind}" and a path, a command, or HOST:PORT`;
	if (kind !== 'run' && words.length > 1) return `"${kind}" takes one word; quote as in a shell`;
	return { kind, words };
}
