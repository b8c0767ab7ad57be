/** Rules that hold at some hours, for some sizes, from some number on, or only where nobody watches. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/model/effect.ts';
import { forUnattended } from '../../src/policy/attended.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { decide } from '../../src/policy/decide.ts';
import { hoursProblem, isWithin } from '../../src/policy/hours.ts';
import { parseLayers } from '../../src/policy/layers.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { RuleCounts } from '../../src/policy/standing.ts';
import { processorTime } from '../setup/processor-time.ts';
import { context, errorsOf, policyOf } from './machine.ts';

/** A week that begins on Sunday, 4 January 2026. */
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
function moment(text: string): Date {
	const [day = '', clock = ''] = text.split(' ');
	const [hour = 0, minute = 0] = clock.split(':').map(Number);
	return new Date(2026, 0, 4 + days.indexOf(day), hour, minute);
}

const write = (name: string, more: { size?: number; secrets?: readonly string[] } = {}): Effect => ({
	kind: 'write',
	path: `/home/me/work/${name}`,
	...more,
});

describe('hours', () => {
	test.each([
		['09:00-17:30', 'mon 09:00', true],
		['09:00-17:30', 'mon 08:59', false],
		['09:00-17:30', 'sun 17:29', true],
		['09:00-17:30', 'mon 17:30', false],
		['mon-fri 09:00-17:30', 'fri 12:00', true],
		['mon-fri 09:00-17:30', 'sat 12:00', false],
		['sat,sun 00:00-24:00', 'sun 23:59', true],
		['sat,sun 00:00-24:00', 'mon 00:00', false],
		['fri-mon 10:00-11:00', 'sun 10:30', true],
		['fri-mon 10:00-11:00', 'tue 10:30', false],
		['22:00-06:00', 'tue 23:00', true],
		['22:00-06:00', 'tue 05:59', true],
		['22:00-06:00', 'tue 06:00', false],
		// Over midnight: the later part belongs to the day before.
		['fri 22:00-06:00', 'sat 05:00', true],
		['fri 22:00-06:00', 'fri 05:00', false],
		['sat 22:00-06:00', 'sun 05:00', true],
	])('%s at %s: %s', (hours, at, expected) => {
		expect(isWithin(hours, moment(at))).toBe(expected);
	});

	test.each([
		'9-17',
		'09:00',
		'09:00-09:00',
		'24:00-25:00',
		'09:60-10:00',
		'monday 09:00-10:00',
		'mon-x 09:00-10:00',
		'mon  09:00-10:00',
	])('%j is refused with its place', (text) => {
		expect(hoursProblem(text)).toContain('is no span of hours');
		expect(errorsOf(`rules:\n  - deny: read\n    path: /x\n    hours: ${JSON.stringify(text)}\n`)[0]).toMatch(
			/^p\.yaml:4:12: /,
		);
	});

	test('a rule holds within them and not outside; without a clock it holds as its decision is the safe one', () => {
		const text = `default: { write: ask }
rules:
  - { allow: write, path: "./a", hours: "09:00-17:00" }
  - { deny: write, path: "./b", hours: "09:00-17:00" }
`;
		const at = (clock: string | undefined, name: string) =>
			decide(policyOf(text, clock === undefined ? {} : { now: () => moment(clock) }), write(name)).decision;
		expect([at('mon 10:00', 'a'), at('mon 18:00', 'a'), at(undefined, 'a')]).toEqual(['allow', 'ask', 'ask']);
		expect([at('mon 10:00', 'b'), at('mon 18:00', 'b'), at(undefined, 'b')]).toEqual(['deny', 'ask', 'deny']);
	});
});

describe('sizes and contents', () => {
	const policy = policyOf(`default: { write: ask }
rules:
  - { allow: write, path: "./**", smaller: 1KiB }
  - { deny: write, path: "./**", larger: 1MiB }
  - { deny: write, path: "./**", holds: secrets }
`);
	test('smaller ends where it says, larger begins there', () => {
		const sizes = [0, 1023, 1024, 1024 ** 2 - 1, 1024 ** 2, 1024 ** 2 + 1];
		expect(sizes.map((size) => decide(policy, write('x', { size })).decision)).toEqual([
			'allow',
			'allow',
			'ask',
			'ask',
			'deny',
			'deny',
		]);
	});

	test('before a file is finished an allow counts, and what forbids does not yet', () => {
		expect(decide(policy, write('x')).decision).toBe('allow');
		expect(decide(policy, write('x', { size: 1, secrets: ['a key'] })).decision).toBe('deny');
		expect(decide(policy, write('x', { size: 1, secrets: [] })).decision).toBe('allow');
	});

	test.each([
		['deny: write, path: /x, smaller: 1KiB', 'smaller'],
		['allow: write, path: /x, larger: 1KiB', 'larger'],
		['deny: read, path: /x, larger: 1KiB', 'larger'],
		['deny: write, path: /x, larger: big', '"big" is not a size'],
		['allow: write, path: /x, holds: secrets', 'holds'],
		['allow: write, path: /x, above: 3', 'above'],
		['deny: write, path: /x, above: 0', 'above takes a whole number from 1'],
	])('{ %s } is refused', (rule, word) => {
		const [line = ''] = errorsOf(`rules:\n  - { ${rule} }\n`);
		expect(line).toMatch(/^p\.yaml:2:\d+: /);
		expect(line).toContain(word);
	});
});

test('above counts different things of one run, and each once', () => {
	const policy = policyOf('default: { delete: allow }\nrules: [{ ask: delete, path: "./**", above: 2 }]');
	const counts = new RuleCounts();
	const remove = (name: string) => decide(policy, { kind: 'delete', path: `/home/me/work/${name}` }, counts).decision;
	expect(['a', 'b', 'a', 'b', 'c', 'a'].map(remove)).toEqual(['allow', 'allow', 'allow', 'allow', 'ask', 'ask']);
	expect(decide(policy, { kind: 'delete', path: '/home/me/work/z' }).decision).toBe('allow');
});

describe('unattended', () => {
	const base =
		'default: { write: ask, run: ask }\nunattended:\n  default: { run: deny }\n  rules: [{ deny: write, path: "./b" }]\n';
	const read = (texts: Readonly<Record<string, string>>, name: string) => {
		const find = (file: string) => ({ name: file, text: texts[file] ?? '' });
		const document = parseLayers(find(name), find);
		if (document instanceof PolicyError) throw document;
		return document;
	};
	const both = (texts: Readonly<Record<string, string>>, name: string, effect: Effect) => {
		const document = read(texts, name);
		return [document, forUnattended(document)].map((one) => decide(compilePolicy(one, context), effect).decision);
	};
	const ls: Effect = { kind: 'run', argv: ['ls'], program: '/usr/bin/ls', cwd: '/home/me/work', env: {} };

	test('its defaults go over the others and its rules add to them, with --unattended alone', () => {
		expect(both({ 'p.yaml': base }, 'p.yaml', ls)).toEqual(['ask', 'deny']);
		expect(both({ 'p.yaml': base }, 'p.yaml', write('b'))).toEqual(['ask', 'deny']);
		expect(both({ 'p.yaml': base }, 'p.yaml', write('c'))).toEqual(['ask', 'ask']);
	});

	test('a policy that extends has them too, and its own go over them; an allow in it never beats a deny', () => {
		const top = 'extends: p.yaml\nunattended:\n  default: { run: allow }\n  rules: [{ allow: write, path: "./**" }]\n';
		const texts = { 'p.yaml': base, 'top.yaml': top };
		expect(both(texts, 'top.yaml', ls)).toEqual(['ask', 'allow']);
		expect(both(texts, 'top.yaml', write('b'))).toEqual(['ask', 'deny']);
		expect(both(texts, 'top.yaml', write('c'))).toEqual(['ask', 'allow']);
	});

	test('a seal holds for it as well', () => {
		const top = 'extends: p.yaml\nunattended: { default: { run: allow } }\n';
		expect(both({ 'p.yaml': `sealed: true\n${base}`, 'top.yaml': top }, 'top.yaml', ls)).toEqual(['ask', 'deny']);
	});

	test('a mistake in it is told with its place', () => {
		expect(errorsOf('unattended:\n  rules:\n    - allow: wriet\n      path: /x\n')[0]).toMatch(
			/^p\.yaml:3:14: "wriet"/,
		);
		expect(errorsOf('unattended: { limits: {} }')[0]).toMatch(/^p\.yaml:1:15: unknown key "limits"/);
	});
});

describe('what policies extend', () => {
	const refused = (texts: Readonly<Record<string, string>>) => {
		let message = 'not refused';
		const took = processorTime(() => {
			const document = parseLayers({ name: 'a.yaml', text: texts['a.yaml'] ?? '' }, (name) => {
				const text = texts[name];
				return text === undefined ? undefined : { name, text };
			});
			if (document instanceof PolicyError) message = document.message;
		});
		expect(took).toBeLessThan(2000);
		return message;
	};

	test.each([
		[
			'itself',
			{ 'a.yaml': 'name: a\nextends: a.yaml\n' },
			'a.yaml:2:10: "a.yaml" is extended in a circle: a.yaml → a.yaml',
		],
		[
			'a circle of three',
			{ 'a.yaml': 'extends: b.yaml', 'b.yaml': 'extends: [c.yaml]', 'c.yaml': '\nextends: a.yaml' },
			'c.yaml:2:10: "a.yaml" is extended in a circle: a.yaml → b.yaml → c.yaml → a.yaml',
		],
		['what is not there', { 'a.yaml': 'extends: x' }, 'a.yaml:1:10: there is no policy "x" to extend'],
		[
			'a mistake in a layer',
			{ 'a.yaml': 'extends: b.yaml', 'b.yaml': 'rules: 3' },
			'b.yaml:1:8: "rules" must be a list, not the number 3',
		],
		[
			'too many layers',
			Object.fromEntries(
				Array.from({ length: 12 }, (_, at) => [at === 0 ? 'a.yaml' : `${at}.yaml`, `extends: ${at + 1}.yaml`]),
			),
			'7.yaml:1:10: more than 8 policies extend each other',
		],
		[
			'a bomb of layers',
			Object.fromEntries(
				Array.from({ length: 7 }, (_, at) => [
					at === 0 ? 'a.yaml' : `${at}.yaml`,
					at === 6
						? ''
						: `extends: [${Array(50)
								.fill(`${at + 1}.yaml`)
								.join(', ')}]`,
				]),
			),
			'more than 64 policies are put together',
		],
		[
			'a tree that doubles with each layer',
			Object.fromEntries(
				Array.from({ length: 12 }, (_, at) => [
					at === 0 ? 'a.yaml' : `${at}.yaml`,
					`extends: [${at + 1}.yaml, ${at + 1}.yaml]`,
				]),
			),
			'7.yaml:1:11: more than 8 policies extend each other',
		],
	])('%s is refused with its place in under a second', (_, texts, expected) => {
		expect(refused(texts)).toContain(expected);
	});
});
