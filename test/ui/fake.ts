/** A made-up review: what a script of a stranger might want, honest and hostile. */
import type { Detail, DiffLine, ReviewItem } from '../../src/model/review.ts';

export const cwd = '/home/mia/project';

const pending = { kind: 'pending', live: false } as const;

export const items: readonly ReviewItem[] = [
	{
		id: 1,
		effect: { kind: 'read', path: '/home/mia/.ssh/id_ed25519' },
		state: { kind: 'denied', by: { rule: 'policies/review.yaml:5' }, because: 'credentials' },
	},
	{
		id: 2,
		effect: { kind: 'write', path: `${cwd}/config/app.toml` },
		change: 'modify',
		state: pending,
		added: 3,
		removed: 2,
	},
	{
		id: 3,
		effect: { kind: 'write', path: `${cwd}/notes/todo.txt` },
		change: 'create',
		state: pending,
		added: 12,
		removed: 0,
	},
	{
		id: 4,
		effect: {
			kind: 'run',
			argv: ['git', 'status', '--short'],
			program: '/usr/bin/git',
			cwd,
			env: { HOME: '/home/mia', PATH: '/usr/bin:/bin' },
		},
		state: { kind: 'ran', by: { rule: 'policies/review.yaml:14' }, status: 0 },
	},
	{
		id: 5,
		effect: { kind: 'write', path: `${cwd}/photos/2024-06-01 beach.jpg` },
		change: 'rename',
		from: `${cwd}/photos/IMG_0042.jpg`,
		state: pending,
	},
	{
		id: 6,
		effect: { kind: 'delete', path: `${cwd}/logs/2019.log` },
		change: 'delete',
		state: pending,
		added: 0,
		removed: 200,
	},
	{
		id: 7,
		effect: { kind: 'write', path: `${cwd}/build/index.html` },
		change: 'create',
		state: { kind: 'approved', by: { rule: 'policies/project.yaml:9' } },
		added: 40,
		removed: 0,
	},
	{
		id: 8,
		effect: { kind: 'connect', host: 'telemetry.example.com', port: 443 },
		state: { kind: 'denied', by: { rule: 'policies/review.yaml default' } },
	},
];

/** Names and contents that want more of a terminal than to be read. */
export const hostile = {
	osc52: 'x\x1b]52;c;ZXZpbA==\x07y',
	clear: 'a\x1b[2J\x1b[Hb',
	hidden: '\x1b[8mhidden\x1b[0m',
	title: '\x1b]0;pwned\x07',
	bidi: 'invoice\u202egpj.exe',
	rewrite: 'harmless\rrm -rf /',
	backspace: 'rm -rf /\b\b\b\b\b\b\b\bls      ',
	zeroWidth: 'pass\u200bword',
	rawByte: 'caf\udce9',
	c1: '\u009b31mred',
	honest: '文件.txt 🐍 naïve',
} as const;

export const hostileItems: readonly ReviewItem[] = Object.values(hostile).map((name, index) => ({
	id: index + 1,
	effect: { kind: 'write', path: `${cwd}/${name}` },
	change: 'create',
	state: pending,
}));

export function loadDetail(all: readonly ReviewItem[], longLines = 120): (id: number) => Promise<Detail> {
	return async (id) => {
		const item = all.find((other) => other.id === id);
		if (item === undefined) return { kind: 'failed', why: 'no such item' };
		if (item.effect.kind === 'run') return { ...item.effect, kind: 'command', facts: ['called at tidy.py:41'] };
		if (item.effect.kind === 'connect' || item.effect.kind === 'listen')
			return { kind: 'facts', facts: ['TCP port 443'] };
		if (item.effect.kind === 'read') return { kind: 'facts', facts: ['411 bytes, mode 0600'] };
		if (item.change === 'rename') return { kind: 'facts', facts: ['JPEG image, 2.1 MB, unchanged'] };
		if (item.effect.path.endsWith('app.toml')) return diffOf(configDiff, ['mode 0644'], 3, 2);
		if (item.effect.path.endsWith('2019.log')) {
			return diffOf(
				many(longLines, (n) => ({ kind: 'removed', before: n, text: `2019-03-${n} GET /index.html 200` })),
				['file, mode 0600, 18 KiB'],
				0,
				longLines,
			);
		}
		const name = item.effect.path.slice(cwd.length + 1);
		return diffOf(
			many(12, (n) => ({ kind: 'added', after: n, text: `${n}. ${n === 3 ? name : 'water the plants'}` })),
			['new file, mode 0644'],
			12,
			0,
		);
	};
}

export function diffOf(lines: readonly DiffLine[], facts: readonly string[], added: number, removed: number): Detail {
	const note: DiffLine = { kind: 'note', text: '' };
	return { kind: 'diff', facts, lines: { length: lines.length, at: (index) => lines[index] ?? note }, added, removed };
}

export function many(count: number, line: (n: number) => DiffLine): DiffLine[] {
	return Array.from({ length: count }, (_, index) => line(index + 1));
}

const configDiff: readonly DiffLine[] = [
	{ kind: 'note', text: '@@ -1,8 +1,9 @@' },
	{ kind: 'same', before: 1, after: 1, text: '[server]' },
	{ kind: 'removed', before: 2, text: 'host = "localhost"', changed: [{ start: 8, end: 17 }] },
	{ kind: 'added', after: 2, text: 'host = "0.0.0.0"', changed: [{ start: 8, end: 15 }] },
	{ kind: 'same', before: 3, after: 3, text: 'port = 8080' },
	{ kind: 'same', before: 4, after: 4, text: '' },
	{ kind: 'same', before: 5, after: 5, text: '[log]' },
	{ kind: 'removed', before: 6, text: 'level = "info"', changed: [{ start: 9, end: 13 }] },
	{ kind: 'added', after: 6, text: 'level = "debug"', changed: [{ start: 9, end: 14 }] },
	{
		kind: 'added',
		after: 7,
		text: 'format = "{time} {level} {message} {file}:{line} {function} — a line that is longer than the screen is wide"',
	},
	{ kind: 'same', before: 7, after: 8, text: '\tindented = true' },
];
