/** What a run leaves for programs: the report, JUnit's XML, annotations of GitHub Actions. Nobody is there to ask. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportShape } from '../../src/session/report-schema.ts';
import { makeWorld, type World } from './program.ts';

let world: World;
beforeAll(() => {
	world = makeWorld();
	world.write(
		's.py',
		[
			'import subprocess, sys',
			'open("a.txt", "w").write("x")',
			'open("sitecustomize.py", "w").write(f"# {sys.argv}")',
			'try: subprocess.run(["curl", "http://x"])',
			'except OSError: pass',
			'if sys.argv[1:]: print(sys.argv[1])',
		].join('\n'),
	);
});
afterAll(() => world.remove());

const job = () => ({ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: world.work });

test('a report has the shape that its schema promises, with what is dangerous by its code', async () => {
	const { report, status } = await world.report(['--unattended', '--policy', 'ci', 's.py']);
	expect(status).toBe(126);
	expect(reportShape.safeParse(report).error).toBeUndefined();
	const notes = report.effects.flatMap(({ path, notes = [] }) => notes.map(({ code }) => [path, code]));
	expect(notes).toEqual([[join(world.work, 'sitecustomize.py'), 'runs-by-python']]);
});

test("in a job of GitHub Actions a denial is an annotation at its line of the script, and the output stays the script's own", async () => {
	const { done, child } = world.start(['--unattended', '--policy', 'ci', 's.py', 'words'], job());
	child.stdin?.end();
	const { stdout, stderr } = await done;
	expect(stdout).toBe('words\n');
	const [, word = 'none'] = /^::stop-commands::([0-9a-f]{32})\n/.exec(stderr) ?? [];
	const [before = '', after = ''] = stderr.split(`\n::${word}::\n`);
	expect(before).toContain('approve-run: denied: run curl http://x');
	expect(after).toContain('::error file=s.py,line=4,title=approve-run::denied: run curl http://x (by policies/ci.yaml');
	expect(after).toMatch(/^::warning file=s\.py,line=3,title=approve-run::write .*sitecustomize\.py: careful: /m);
});

test('a script cannot forge an annotation: what it prints is stopped, and stays so', async () => {
	const { done, child } = world.start(['--unattended', '--policy', 'ci', 's.py', '::error::forged'], job());
	child.stdin?.end();
	const { stdout, stderr } = await done;
	expect(stdout).toBe('::error::forged\n');
	expect(stderr.match(/^::.*/gm)).toEqual([expect.stringMatching(/^::stop-commands::/)]);
});

test('--junit tells a run case by case, and so does policy test', async () => {
	const ran = await world.run(['--unattended', '--policy', 'ci', '--junit', 'run.xml', 's.py']);
	expect(ran.status).toBe(126);
	const xml = world.read('run.xml');
	expect(xml).toContain('<testcase classname="run" name="run curl http://x" file="s.py" line="4" time="0">');
	expect(xml).toContain('<failure message="denied (by policies/ci.yaml (default))" type="denied"/>');
	expect(xml).toMatch(/<testsuite name="s\.py" tests="\d+" failures="1" errors="0" skipped="0"/);

	world.write('cases.yaml', 'allow:\n  - run pwd\n  - run ls /\n');
	const tested = await world.run(['policy', 'test', 'cases.yaml', '--policy', 'ci', '--junit', 'cases.xml']);
	expect(tested.status).toBe(1);
	expect(world.read('cases.xml')).toContain('tests="2" failures="1"');
	expect(world.read('cases.xml')).toContain('name="run ls /" file="cases.yaml" line="3"');
});

test('a mistake in a policy is an annotation at its place, and so is a case that fails', async () => {
	world.write('broken.yaml', 'rules:\n  - allow: raed\n    path: /x\n');
	const of = async (...args: string[]) => {
		const { done, child } = world.start(args, job());
		child.stdin?.end();
		return (await done).stderr;
	};
	expect(await of('policy', 'check', 'broken.yaml')).toContain('::error file=broken.yaml,line=2,col=12,title=');
	expect(await of('--unattended', '--policy', 'broken.yaml', 's.py')).toContain('::error file=broken.yaml,line=2,');
	world.write('cases.yaml', 'allow:\n  - run ls /\n');
	expect(await of('policy', 'test', 'cases.yaml', '--policy', 'ci')).toMatch(
		/^::error file=cases\.yaml,line=2,col=5,title=approve-run::run ls \/: deny/m,
	);
});

test('a report that cannot be written is told before anything is done', async () => {
	for (const [option, path] of [
		['--report', 'nowhere/r.json'],
		['--junit', '.'],
	] as const) {
		const { status, stderr } = await world.run(['--unattended', '--policy', 'ci', option, path, 's.py']);
		expect(status).toBe(125);
		expect(stderr).toMatch(/^approve-run: cannot write .*: (?:ENOENT|it is a directory)/);
		expect(stderr.split('\n')).toHaveLength(2);
	}
	expect(existsSync(join(world.work, 'nowhere'))).toBe(false);
	expect(readFileSync(join(world.work, 's.py'), 'utf8')).toContain('curl');
});
