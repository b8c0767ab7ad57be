/** A sealed policy: whoever extends it may only tighten it, whatever the other one says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decision } from '../../src/model/decision.ts';
import type { Effect } from '../../src/model/effect.ts';
import { compilePolicy, type Policy } from '../../src/policy/compile.ts';
import { decide } from '../../src/policy/decide.ts';
import { parseLayers } from '../../src/policy/layers.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { context } from './machine.ts';

const rank: Readonly<Record<Decision, number>> = { allow: 0, ask: 1, deny: 2 };

function policyOf(texts: Readonly<Record<string, string>>, name: string): Policy {
	const source = (file: string) => ({ name: file, text: texts[file] ?? '' });
	const document = parseLayers(source(name), source);
	if (document instanceof PolicyError) throw document;
	return compilePolicy(document, context);
}

const decision = fc.constantFrom<Decision>('allow', 'ask', 'deny');
const rule = fc.oneof(
	fc
		.tuple(
			decision,
			fc.constantFrom('write', 'read', '[write, delete]'),
			fc.constantFrom('/**', './a', './a/**', '**/b'),
		)
		.map(([one, kinds, path]) => `{ ${one}: ${kinds}, path: "${path}" }`),
	fc
		.tuple(decision, fc.constantFrom('**', 'ls', 'ls **', 'git log'))
		.map(([one, command]) => `{ ${one}: run, command: "${command}" }`),
	fc
		.tuple(decision, fc.constantFrom('*:*', 'a.example:443'))
		.map(([one, host]) => `{ ${one}: connect, host: "${host}" }`),
);
const policy = fc
	.tuple(
		decision,
		decision,
		decision,
		fc.array(rule, { maxLength: 4 }),
		fc.constantFrom('', 'hide: ["./a"]\n', 'readonly: ["./a"]\n'),
	)
	.map(
		([write, run, connect, rules, more]) =>
			`default: { read: allow, write: ${write}, delete: ask, run: ${run}, connect: ${connect} }\n${more}rules: [${rules.join(', ')}]\n`,
	);

const env = { PATH: '/usr/bin:/bin', HOME: '/home/me', SECRET: 'x' };
const run = (program: string, ...argv: string[]): Effect => ({ kind: 'run', argv, program, cwd: '/home/me/work', env });
const effects: readonly Effect[] = [
	...['a', 'a/b', 'c/b', 'c'].flatMap((name): Effect[] =>
		(['read', 'write', 'delete'] as const).map((kind) => ({ kind, path: `/home/me/work/${name}` })),
	),
	run('/usr/bin/ls', 'ls'),
	run('/usr/bin/dash', 'sh', '-c', 'ls > a/b; git log'),
	{ kind: 'connect', host: 'a.example', port: 443 },
	{ kind: 'connect', host: 'a.example', port: 0 },
];

test('no policy that extends a sealed one, itself or through another, decides anything less strictly', () => {
	fc.assert(
		fc.property(policy, policy, policy, (base, middle, top) => {
			const texts = {
				'base.yaml': `sealed: true\n${base}`,
				'middle.yaml': `extends: base.yaml\n${middle}`,
				'top.yaml': `extends: middle.yaml\n${top}`,
			};
			const sealed = policyOf(texts, 'base.yaml');
			for (const file of ['middle.yaml', 'top.yaml']) {
				const other = policyOf(texts, file);
				for (const effect of effects) {
					const [floor, is] = [decide(sealed, effect).decision, decide(other, effect).decision];
					expect(rank[is], `${file}: ${JSON.stringify(effect)}`).toBeGreaterThanOrEqual(rank[floor]);
				}
			}
		}),
		{ numRuns: 60 },
	);
});

test('without the seal a later default goes over the earlier one', () => {
	const texts = {
		'base.yaml': 'default: { write: deny }\n',
		'top.yaml': 'extends: base.yaml\ndefault: { write: allow }\n',
	};
	expect(decide(policyOf(texts, 'top.yaml'), { kind: 'write', path: '/home/me/work/x' }).decision).toBe('allow');
});
