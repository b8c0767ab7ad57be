/** `policy test`, `policy learn` and `policy diff` on sessions of the real program. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, type World } from './program.ts';

let world: World;
beforeAll(() => {
	world = makeWorld();
});
afterAll(() => world.remove());

test('a policy that was learned from a session lets the same script pass unattended, and still denies what was denied', async () => {
	mkdirSync(join(world.work, 'out'));
	world.write(
		'wide.yaml',
		'default: { read: allow, write: allow, run: allow }\nrules: [{ deny: write, path: "./no" }]\n',
	);
	world.write('tight.yaml', 'default: { read: allow, write: ask, run: ask }\n');
	world.write(
		's.py',
		[
			'import subprocess',
			'for n in range(3): open(f"out/{n}.csv", "w").write("x")',
			'subprocess.run(["uname", "-s"])',
			'try: open("no", "w")',
			'except OSError: print("no")',
		].join('\n'),
	);
	expect((await world.run(['--unattended', '--policy', 'wide.yaml', 's.py'])).status).toBe(126);
	const id = (await world.sessions())[0]?.id ?? '';
	const learned = await world.run(['policy', 'learn', id, '--policy', 'tight.yaml', '--name', 'mine']);
	expect(learned.stderr).toBe('');
	expect(learned.stdout).toContain(`name: "mine"\nextends: "tight.yaml"\n`);
	expect(learned.stdout).toContain(`# approved: 3 effects in ${id}\n  - allow: write\n    path: "./out/*.csv"\n`);
	world.write('mine.yaml', learned.stdout);

	const test = await world.run(['policy', 'test', id, '--unattended', '--policy', 'mine.yaml']);
	expect(test).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+ effects, 0 not as decided then\n$/) });
	const before = await world.run(['policy', 'test', id, '--unattended', '--policy', 'tight.yaml']);
	expect(before.status).toBe(1);
	expect(before.stdout).toContain('run uname -s: ask (tight.yaml (default)), and was approved\n');

	const diff = await world.run(['policy', 'diff', 'tight.yaml', 'mine.yaml']);
	expect(diff.status).toBe(1);
	expect(diff.stdout).toMatch(/ask → allow: write .*\/out\/2\.csv \(mine\.yaml:\d+\)\n/);
	expect(diff.stdout).toContain('of 1 session, 4 decided otherwise\n');
	expect((await world.run(['policy', 'diff', 'mine.yaml', 'mine.yaml', id])).status).toBe(0);

	const again = await world.report(['--unattended', '--policy', 'mine.yaml', 's.py']);
	const denied = again.report.effects.filter(({ decision }) => decision !== 'allow');
	expect(denied.map(({ kind, path }) => [kind, path])).toEqual([['write', join(world.work, 'no')]]);
});

test('a file of cases fails where the policy says otherwise, and a mistake in it is told with its place', async () => {
	world.write('p.yaml', 'default: { read: allow }\nrules: [{ deny: read, path: "~/.ssh/**", because: keys }]\n');
	world.write('good.yaml', 'allow: [read x]\ndeny: [read ~/.ssh/id]\nask: ["run sh -c \'ls | sort\'"]\n');
	world.write('wrong.yaml', 'allow:\n  - read ~/.ssh/id\n  - read x\n');
	world.write('bad.yaml', 'allow:\n  - reed x\n');
	const run = (file: string) => world.run(['policy', 'test', file, '--policy', 'p.yaml']);
	expect(await run('good.yaml')).toMatchObject({ status: 0, stdout: '3 cases, 0 not as expected\n' });
	expect(await run('wrong.yaml')).toMatchObject({
		status: 1,
		stdout: 'wrong.yaml:2:5: read ~/.ssh/id: deny (p.yaml:2: keys), and not allow\n2 cases, 1 not as expected\n',
	});
	expect(await run('bad.yaml')).toMatchObject({
		status: 125,
		stderr: 'approve-run: bad.yaml:2:5: "reed" is no effect; the nearest right word is "read"\n',
	});
	expect(await run('nosuch')).toMatchObject({
		status: 125,
		stderr: expect.stringContaining('nosuch is neither a file of cases nor a session'),
	});
});
