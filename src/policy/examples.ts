/** Holds each rule of a document against its own examples. */
import type { Effect, EffectKind } from '../model/effect.ts';
import type { CommandGround } from './command-facts.ts';
import { type ProgramBases, programFiles } from './command-pattern.ts';
import { compileRule, type Rule } from './compile-rule.ts';
import type { Located, PolicyDocument, RuleDocument } from './document.ts';
import { expandPath, normalPath } from './path-text.ts';
import { plainWord, splitWords } from './pattern-words.ts';
import type { Problem } from './problem.ts';
import { ruleMatches, subjectOf } from './rule-match.ts';
import { shellNames } from './shell-string.ts';

/**
 * Examples are judged on a made-up machine: home and working directory apart, every program in its place, no symlinks.
 * So a policy that loads here loads everywhere, from `/` and for root too.
 */
const machine: ProgramBases = { home: '/home/user', cwd: '/work/project', systemPath: ['/usr/bin'] };

const ground: CommandGround = {
	env: {},
	shells: new Set(shellNames.flatMap((name) => [...programFiles(name, machine)])),
	path: [],
	find: (word) => (word.includes('/') ? normalPath(word, machine.cwd) : `/usr/bin/${word}`),
	resolve: normalPath,
};

/** Each example that is not as it says: one of `match` that the rule does not match, one of `not` that it does. */
export function checkExamples(document: PolicyDocument): readonly Problem[] {
	return [...document.rules, ...document.unattended.rules].flatMap((given) => {
		// Examples are about patterns: whatever size, hour or number a rule is for.
		const { conditions: _, ...written } = given;
		if (written.match.length + written.not.length === 0) return [];
		const rule = compileRule(document.file, written, machine);
		return [
			...written.match.flatMap((example) => checkExample(rule, example, true)),
			...written.not.flatMap((example) => checkExample(rule, example, false)),
		];
	});
}

/** Those of the texts that the rule matches for each of its effects, on the made-up machine. */
export function matchedExamples(file: string, written: RuleDocument, texts: readonly string[]): readonly string[] {
	const { conditions: _, ...given } = written;
	const rule = compileRule(file, given, machine);
	return texts.filter((text) =>
		rule.kinds.every((kind) => {
			const effect = exampleEffect(kind, text);
			return typeof effect !== 'string' && ruleMatches(rule, subjectOf(effect, { ground, addresses: new Set() }));
		}),
	);
}

function checkExample(rule: Rule, example: Located, wanted: boolean): readonly Problem[] {
	const messages = rule.kinds.flatMap((kind) => {
		const effect = exampleEffect(kind, example.text);
		if (typeof effect === 'string') return [effect];
		if (ruleMatches(rule, subjectOf(effect, { ground, addresses: new Set() })) === wanted) return [];
		const fault = wanted
			? `the rule does not match its example "${example.text}"`
			: `the rule matches "${example.text}", which it must not`;
		return [`${fault}; change the rule or the example`];
	});
	return [...new Set(messages)].map((message) => ({ line: example.line, column: example.column, message }));
}

/** The effect that an example stands for, or what is wrong with it. */
function exampleEffect(kind: EffectKind, text: string): Effect | string {
	switch (kind) {
		case 'read':
		case 'write':
		case 'delete': {
			const path = expandPath(text, machine);
			return path === undefined
				? `the example "${text}" is no path; begin with "/", "./" or "~/", without ".."`
				: { kind, path };
		}
		case 'run':
			return exampleCommand(text);
		case 'connect':
		case 'listen': {
			if (kind === 'connect' && text.startsWith('unix:')) return { kind, host: text, port: 0 };
			const match = /^(.+):(\d{1,5})$/.exec(text);
			return match === null
				? `the example "${text}" is no host:port`
				: { kind, host: match[1] ?? '', port: Number(match[2]) };
		}
	}
}

function exampleCommand(text: string): Effect | string {
	const split = splitWords(text);
	if (split.kind === 'problem') return split.message;
	const argv = split.words.map(plainWord);
	const [name] = argv;
	if (name === undefined) return 'the example is empty';
	const [program] = programFiles(name, machine);
	if (program === undefined) return `the example's program "${name}" is no path; begin with "/", "./" or "~/"`;
	return { kind: 'run', argv, program, cwd: machine.cwd, env: {} };
}
