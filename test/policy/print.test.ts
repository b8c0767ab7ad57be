/** `policy show`: what is printed decides as what was read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decision } from '../../src/model/decision.ts';
import type { Effect } from '../../src/model/effect.ts';
import { forUnattended, withSeals } from '../../src/policy/attended.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { decide } from '../../src/policy/decide.ts';
import type { PolicyDocument, PolicySource } from '../../src/policy/document.ts';
import { parseLayers } from '../../src/policy/layers.ts';
import { printPolicy } from '../../src/policy/print.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { RuleCounts } from '../../src/policy/standing.ts';
import { context, shipped } from './machine.ts';

function read(texts: Readonly<Record<string, string>>, name: string): PolicyDocument {
	const find = (file: string): PolicySource | undefined => {
		const text = texts[file];
		return text === undefined ? shipped(file) : { name: file, text };
	};
	const document = parseLayers({ name, text: texts[name] ?? '' }, find);
	if (document instanceof PolicyError) throw document;
	return withSeals(document);
}

const decision = fc.constantFrom<Decision>('allow', 'ask', 'deny');
const paths = fc.constantFrom('/**', './a', './a/**', '**/b', './{a,c}/*', '~/x"y\\\\z', './\u202e', './a:b #c');
const commands = fc.constantFrom('**', 'ls', 'ls **', "sh -c 'ls; rm x'", 'git "a b" *');
const conditions = fc.constantFrom({}, { above: 2 }, { hours: '09:00-17:30' }, { hours: 'mon-fri 20:00-06:00' });
const sizes = fc.constantFrom({}, { larger: '2KiB' }, { holds: 'secrets' });
const because = fc.constantFrom({}, { because: 'it: is # "so"\u001b' });

const rule = fc.oneof(
	fc
		.tuple(
			decision,
			fc.subarray(['read', 'write', 'delete'], { minLength: 1 }),
			fc.array(paths, { minLength: 1, maxLength: 3 }),
		)
		.map(([one, kinds, path]) => ({ [one]: kinds, path })),
	fc
		.tuple(fc.constantFrom('ask', 'deny'), paths, sizes)
		.map(([one, path, more]) => ({ [one]: 'write', path, ...more })),
	paths.map((path) => ({ allow: 'write', path, smaller: '1KiB' })),
	fc.tuple(decision, commands).map(([one, command]) => ({ [one]: 'run', command })),
	fc.tuple(decision, commands, commands).map(([one, command, except]) => ({ [one]: 'run', command, except })),
	fc
		.tuple(decision, fc.constantFrom('*:*', 'a.example:443', '@loopback:*'))
		.map(([one, host]) => ({ [one]: 'connect', host })),
);
const anyRule = fc
	.tuple(rule, conditions, because)
	.map(([one, when, why]) => ({ ...one, ...('above' in when && 'allow' in one ? {} : when), ...why }));

const policy = fc
	.record({
		default: fc.record({ read: decision, write: decision, delete: decision, run: decision, connect: decision }),
		rules: fc.array(anyRule, { maxLength: 4 }),
		hide: fc.subarray(['./hidden', '~/x/**']),
		readonly: fc.subarray(['./a', '/etc/**']),
		unattended: fc.record({
			default: fc.constantFrom({}, { write: 'deny' }),
			rules: fc.array(anyRule, { maxLength: 2 }),
		}),
		sealed: fc.boolean(),
		env: fc.constantFrom(
			{},
			{
				pass: ['LC_*', 'PATH'],
				mask: ['*_TOKEN'],
				set: { A: 'b: "c"', __proto__: 'x' },
				secrets: { KEY: ['a.b:80', '@loopback:*'] },
			},
		),
		limits: fc.constantFrom({}, { time: '90s', memory: '3MiB', files: 0 }),
		denied: fc.constantFrom('exit', 'ignore'),
	})
	.map((one) => ({ ...one, ...(one.hide.length === 0 ? { hide: ['/nowhere'] } : {}) }));

const env = { PATH: '/usr/bin:/bin', HOME: '/home/me', SECRET: 'x' };
const run = (program: string, ...argv: string[]): Effect => ({ kind: 'run', argv, program, cwd: '/home/me/work', env });
const effects: readonly Effect[] = [
	...['a', 'a/b', 'c/b', 'c', 'hidden', 'a:b #c', '\u202e', 'd/e'].flatMap((name): Effect[] => [
		...(['read', 'write', 'delete'] as const).map((kind) => ({ kind, path: `/home/me/work/${name}` })),
		{ kind: 'write', path: `/home/me/work/${name}`, size: 1500, secrets: ['a key'] },
		{ kind: 'write', path: `/home/me/work/${name}`, size: 5000 },
	]),
	{ kind: 'write', path: '/etc/hosts' },
	run('/usr/bin/ls', 'ls'),
	run('/usr/bin/ls', 'ls', '-l'),
	run('/usr/bin/git', 'git', 'a b', 'c'),
	run('/usr/bin/dash', 'sh', '-c', 'ls; rm x'),
	run('/usr/bin/dash', 'sh', '-c', 'ls > a/b; git log'),
	{ kind: 'connect', host: 'a.example', port: 443 },
	{ kind: 'connect', host: '127.0.0.1', port: 80 },
];

function answers(document: PolicyDocument, hour: number): readonly unknown[] {
	const now = () => new Date(2026, 0, 7, hour);
	return [document, forUnattended(document)].map((one) => {
		const compiled = compilePolicy(one, { ...context, now });
		const counts = new RuleCounts();
		return effects.map((effect) => {
			const { decision: said, because: why } = decide(compiled, effect, counts);
			return [said, why];
		});
	});
}

/** All that a run takes from a document beside its decisions. */
function rest({ limits, env: given, scratch, denied, commandNetwork }: PolicyDocument): unknown {
	return {
		limits,
		env: { ...given, mask: [...new Set(given.mask)] },
		scratch: scratch.map(({ text }) => text),
		denied,
		commandNetwork,
	};
}

test('a policy that was printed and read again decides the same, with its layers, seals, conditions and unattended part', () => {
	fc.assert(
		fc.property(policy, policy, policy, fc.constantFrom(3, 12, 21), (base, middle, top, hour) => {
			const texts = {
				'base.yaml': JSON.stringify(base),
				'middle.yaml': JSON.stringify({ extends: 'base.yaml', ...middle }),
				'top.yaml': JSON.stringify({ extends: 'middle.yaml', ...top }),
			};
			for (const name of Object.keys(texts)) {
				const document = read(texts, name);
				const printed = printPolicy(document);
				const again = read({ ...texts, 'printed.yaml': printed }, 'printed.yaml');
				// Where no layer is sealed, nothing else is needed to read it.
				if (document.floors.length === 0) read({ 'printed.yaml': printed }, 'printed.yaml');
				expect(answers(again, hour), printed).toEqual(answers(document, hour));
				expect(rest(again)).toEqual(rest(document));
			}
		}),
		{ numRuns: 60 },
	);
});

test('the shipped ones come out whole, each rule below the place where it stands', () => {
	for (const name of ['review', 'project', 'unattended', 'ci', 'read-only']) {
		const source = shipped(name);
		if (source === undefined) throw new Error(name);
		const document = read({ [source.name]: source.text }, source.name);
		const printed = printPolicy(document);
		const again = read({ 'printed.yaml': printed }, 'printed.yaml');
		expect(
			again.rules.map(({ path, command, host, match, not }) => [path, command, host, match, not].map(textsOf)),
		).toEqual(
			document.rules.map(({ path, command, host, match, not }) => [path, command, host, match, not].map(textsOf)),
		);
		expect(answers(again, 12)).toEqual(answers(document, 12));
		if (name === 'ci')
			expect(printed).toMatch(/^ {2}# policies\/unattended\.yaml:\d+\n {2}- allow: \[write, delete\]$/m);
	}
});

function textsOf(list: readonly { readonly text: string }[]): readonly string[] {
	return list.map(({ text }) => text);
}
