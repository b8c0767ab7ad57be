/** What GitHub's runner is told, and that nothing of a script is taken for a command: its rules, written down here once more. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Annotation, annotationLines, CommandFinder } from '../../src/cli/github.ts';
import { annotationsOf, githubRun } from '../../src/cli/github-run.ts';
import { printable } from '../../src/cli/printable.ts';
import type { Report } from '../../src/model/report.ts';

const place = { env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/w' }, cwd: '/w/app' };

/** actions/runner, ActionCommand.cs: TryParseV2 and TryParse. */
function commandIn(line: string): { name: string; properties: Record<string, string>; data: string } | undefined {
	const v2 = /^\s*::(.*?)::(.*)$/s.exec(line);
	const v1 = /##\[([^\]]*)\](.*)$/s.exec(line);
	const [, info = '', data = ''] = v2 ?? v1 ?? [];
	if (v2 === null && v1 === null) return undefined;
	const [name = '', ...rest] = info.split(' ');
	const plain = (text: string) =>
		text
			.replaceAll('%0D', '\r')
			.replaceAll('%0A', '\n')
			.replaceAll('%3A', ':')
			.replaceAll('%2C', ',')
			.replaceAll('%25', '%');
	const pairs = rest
		.join(' ')
		.split(',')
		.map((pair) => pair.split(/=(.*)/s, 2));
	return {
		name,
		properties: Object.fromEntries(pairs.map(([key = '', value = '']) => [key, plain(value)])),
		data: plain(data),
	};
}

const hostile = fc
	.array(
		fc.constantFrom(
			'::',
			':',
			'##[',
			'#',
			'[',
			']',
			'\n',
			'\r',
			'%',
			'%0A',
			'%3A',
			',',
			'=',
			' ',
			'error',
			'set-output',
			'\u2028',
			'\u0085',
			'\x1b',
		),
		{ maxLength: 12 },
	)
	.map((parts) => parts.join(''));

test('whatever a message and a file hold, one command comes of it, and it is the annotation', () => {
	fc.assert(
		fc.property(hostile, hostile, fc.nat(9), (message, file, line) => {
			const text = annotationLines([{ level: 'error', message, file, line }], place);
			const [only = '', ...more] = text.split(/\r\n|[\n\r]/);
			expect(more).toEqual(['']);
			const command = commandIn(only);
			expect(command?.name).toBe('error');
			expect(command?.properties['title']).toBe('approve-run');
			expect(Object.keys(command?.properties ?? {}).every((key) => /^(?:file|line|title)$/.test(key))).toBe(true);
			expect(command?.data).toBe(printable(message).replaceAll('\n', '\\n'));
		}),
	);
});

test('an annotation names the file as the repository has it, and none that is not in it', () => {
	const line = (file: string) => annotationLines([{ level: 'warning', message: 'm', file, line: 3, column: 5 }], place);
	expect(line('p.yaml')).toBe('::warning file=app/p.yaml,line=3,col=5,title=approve-run::m\n');
	expect(line('/w/x, y:z')).toBe('::warning file=x%2C y%3Az,line=3,col=5,title=approve-run::m\n');
	expect(line('/etc/passwd')).toBe('::warning title=approve-run::m\n');
	expect(line('../../x')).toBe('::warning title=approve-run::m\n');
});

test('of more than the runner shows, the last one says how many there are', () => {
	const many = Array.from({ length: 30 }, (_, at): Annotation => ({ level: 'error', message: String(at) }));
	const lines = annotationLines([...many, { level: 'warning', message: 'w' }], place).split('\n');
	expect(lines).toHaveLength(12);
	expect(lines[9]).toBe('::error title=approve-run::and 21 more');
	expect(annotationLines(many, { ...place, env: { GITHUB_ACTIONS: '' } })).toBe('');
});

describe('what a script prints', () => {
	const found = (...pieces: string[]) => {
		const finder = new CommandFinder();
		for (const piece of pieces) finder.look(Buffer.from(piece));
		return finder.found;
	};

	test.each([
		[['::error::x']],
		[['a\n', ':', ':set-output name=a::b']],
		[['a\r \t\u00a0::warning::x']],
		[['a ##[error]x']],
		[['a #', '##', '[group]x']],
	])('is found to hold a command, in however many pieces: %j', (pieces) => {
		expect(found(...pieces)).toBe(true);
	});

	test.each(['test/x.py::test_y\n', 'a: :b\n:x:y', '## [x] #[y]\n', '', '###\n['])('holds none: %j', (text) => {
		expect(found(text)).toBe(false);
	});

	test('is found wherever the runner would find one', () => {
		fc.assert(
			fc.property(fc.array(hostile, { maxLength: 4 }), (pieces) => {
				const lines = pieces.join('').split(/\r\n|[\n\r]/);
				if (lines.some((line) => commandIn(line) !== undefined)) expect(found(...pieces)).toBe(true);
			}),
		);
	});
});

const report: Report = {
	session: 'S',
	script: 's.py',
	policy: 'ci',
	runtime: 'r',
	started: '2026-01-01T00:00:00.000Z',
	ended: '2026-01-01T00:00:01.500Z',
	exit: { status: 126, reason: 'denied' },
	effects: [
		{ id: 1, kind: 'read', path: '/w/a', decision: 'allow', by: { rule: 'p:1' } },
		{ id: 2, kind: 'write', path: '/w/b', decision: 'allow', by: { rule: 'p:1' } },
		{
			id: 3,
			kind: 'write',
			path: '/w/c',
			decision: 'allow',
			by: { rule: 'p:1' },
			notes: [{ code: 'setuid', text: 'careful: x' }],
		},
		{
			id: 4,
			kind: 'run',
			argv: ['a', 'b'],
			decision: 'deny',
			by: { rule: 'p:2' },
			because: 'no',
			origin: { file: 'm.py', line: 7 },
		},
		{ id: 5, kind: 'connect', host: 'h:1', decision: 'ask', by: { built: 'plan' } },
	],
	limits: Object.fromEntries(
		['time', 'cpu', 'memory', 'output', 'tasks', 'disk', 'files', 'sent', 'received'].map((name) => [
			name,
			{ allowed: 1, used: 0 },
		]),
	) as Report['limits'],
	calls: 1,
	applied: [],
};

test('of a run, what was denied is an error at its line; what waits and what is dangerous are warnings', () => {
	expect(annotationsOf(report)).toEqual([
		{ level: 'warning', file: 's.py', message: 'write /w/c: careful: x' },
		{ level: 'error', file: 'm.py', line: 7, message: 'denied: run a b (no, by p:2)' },
		{ level: 'warning', file: 's.py', message: 'waits for a decision: connect h:1' },
	]);
	const stopped = { ...report, effects: [], exit: { status: 124, reason: 'limit', message: 'too long' } } as const;
	expect(annotationsOf(stopped)).toEqual([{ level: 'error', file: 's.py', message: 'too long' }]);
});

function job(env: Readonly<Record<string, string>>) {
	let told = '';
	const run = githubRun(
		{ ...place, env },
		() => 'WORD',
		(text) => {
			told += text;
		},
	);
	const streams = run.streams({ write: () => Promise.resolve(true), read: () => {}, pause: () => {} });
	const print = (stream: 1 | 2, text: string) => void streams.write(stream, Buffer.from(text));
	return { run, print, told: () => told };
}

test('commands are stopped while a script runs, and are taken again for the annotations', () => {
	const { run, print, told } = job(place.env);
	print(1, 'half a line');
	run.end(report);
	run.end();
	expect(told()).toMatch(/^::stop-commands::WORD\n\n::WORD::\n::error file=app\/m\.py,line=7,/);
	const outside = job({});
	outside.run.end(report);
	expect(outside.told()).toBe('');
});

test('a script that prints a command, over two streams at once even, gets no annotations, and the commands stay stopped', () => {
	for (const printed of [
		[[1, '::set-output name=a::b\n']],
		[
			[1, ':'],
			[2, ':error::x\n'],
		],
	] as const) {
		const { run, print, told } = job(place.env);
		for (const [stream, text] of printed) print(stream, text);
		run.end(report);
		expect(told()).not.toContain('::WORD::');
		expect(told()).not.toContain('::error');
	}
});
