/** Holds a rule against its own examples. */
import type { Effect, EffectKind } from '../model/effect.ts';
import { type ProgramBases, programFiles } from './command-pattern.ts';
import type { Policy, Rule } from './compile.ts';
import type { Located, RuleDocument } from './document.ts';
import { expandPath } from './path-pattern.ts';
import type { Problem } from './problem.ts';
import { ruleMatches, subjectOf } from './rule-match.ts';
import { plainWord, splitWords } from './shell-words.ts';

/** Each example that is not as it says: one of `match` that the rule does not match, one of `not` that it does. */
export function checkExamples(
	document: RuleDocument,
	rule: Rule,
	policy: Policy,
	bases: ProgramBases,
): readonly Problem[] {
	const check = (example: Located, wanted: boolean): readonly Problem[] => {
		const problems: string[] = [];
		for (const kind of rule.kinds) {
			const effect = exampleEffect(kind, example.text, policy, bases);
			if (typeof effect === 'string') {
				problems.push(effect);
			} else if (ruleMatches(rule, subjectOf(effect, policy.ground)) !== wanted) {
				problems.push(
					wanted
						? `the rule does not match its example "${example.text}"; change the rule or the example`
						: `the rule matches "${example.text}", which it must not; change the rule or the example`,
				);
			}
		}
		return [...new Set(problems)].map((message) => ({ line: example.line, column: example.column, message }));
	};
	return [
		...document.match.flatMap((example) => check(example, true)),
		...document.not.flatMap((example) => check(example, false)),
	];
}

/** The effect that an example stands for, or what is wrong with it. */
function exampleEffect(kind: EffectKind, text: string, policy: Policy, bases: ProgramBases): Effect | string {
	switch (kind) {
		case 'read':
		case 'write':
		case 'delete': {
			const path = expandPath(text, bases);
			return path === undefined
				? `the example "${text}" is no path; begin with "/", "./" or "~/", without ".."`
				: { kind, path };
		}
		case 'run':
			return exampleCommand(text, policy, bases);
		case 'connect': {
			const match = /^(.+):(\d{1,5})$/.exec(text);
			return match === null
				? `the example "${text}" is no host:port`
				: { kind, host: match[1] ?? '', port: Number(match[2]) };
		}
	}
}

function exampleCommand(text: string, policy: Policy, bases: ProgramBases): Effect | string {
	const split = splitWords(text);
	if (split.kind === 'problem') return split.message;
	const argv = split.words.map(plainWord);
	const [name] = argv;
	if (name === undefined) return 'the example is empty';
	// On a machine without the program, the place where it would be.
	const files = [...programFiles(name, bases)];
	const program = files.findLast((file) => bases.realpath?.(file) !== undefined) ?? files[0];
	if (program === undefined) return `the example's program "${name}" is no path; begin with "/", "./" or "~/"`;
	return { kind: 'run', argv, program, cwd: bases.cwd, env: cleanEnv(policy) };
}

function cleanEnv(policy: Policy): Readonly<Record<string, string>> {
	const entries = Object.entries(policy.ground.env).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, value]],
	);
	return Object.fromEntries(entries);
}
