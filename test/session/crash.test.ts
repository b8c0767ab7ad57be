/** After a crash at any point of apply, recover or rollback, the tree is the old one or the new one, byte and mode exact. */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../src/session/apply.ts';
import { needsRecovery, recover } from '../../src/session/recover.ts';
import { rollback } from '../../src/session/rollback.ts';
import { bundleProgram } from './bundle.ts';
import { Crash, crashAt } from './spy.ts';
import { everything, type World } from './world.ts';

/** Runs `work` against a host that dies at operation `n`; whether it died. */
function dies(world: World, n: number, work: (host: World['host']) => void): boolean {
	const { host } = crashAt(world.host, n);
	try {
		work(host);
		return false;
	} catch (error) {
		if (!(error instanceof Crash)) throw error;
		return true;
	} finally {
		// A dead process holds no directory open, and its lock is known to be dead by its pid.
		world.host.tree.release();
		rmSync(join(world.session.root, 'lock'), { recursive: true, force: true });
	}
}

function leftovers(world: World): string[] {
	return readdirSync(world.home, { recursive: true, encoding: 'utf8' }).filter((name) =>
		name.includes('.approve-run-'),
	);
}

describe('a crash', () => {
	it('of a real process, by kill -9 at any operation of apply, leaves the old tree after recovery, or the new one', () => {
		const points = operationsOf('apply');
		expect(points).toBeGreaterThan(200);
		const news = killAtEach('apply', points);
		expect(news).toBeGreaterThan(0);
		expect(news).toBeLessThan(points);
	}, 120_000);

	it('of a real process, by kill -9 at any operation of rollback, leaves the old tree after recovery, or the new one', () => {
		const points = operationsOf('rollback');
		expect(points).toBeGreaterThan(200);
		const news = killAtEach('rollback', points);
		expect(news).toBeGreaterThan(0);
		expect(news).toBeLessThan(points);
	}, 120_000);

	it('at any operation of recovery, after a crash late in apply, still leaves the old tree', () => {
		const late = operationsOf('apply') - 4;
		let died = true;
		for (let n = 0; died; n++) {
			const { world, changes } = everything();
			const before = world.snapshot();
			expect(dies(world, late, (host) => applyChanges(world.session, changes, host))).toBe(true);
			expect(world.snapshot()).not.toEqual(before);
			died = dies(world, n, (host) => recover(world.session, host));
			recover(world.session, world.host);
			expect(world.snapshot(), `crash at operation ${n} of recovery`).toEqual(before);
			expect(leftovers(world)).toEqual([]);
			world.remove();
		}
	}, 60_000);

	it('does not take back what somebody else wrote after it', () => {
		const { world, changes } = everything();
		dies(world, operationsOf('apply') - 4, (host) => applyChanges(world.session, changes, host));
		writeFileSync(world.path('edit.txt'), 'by somebody');
		const result = recover(world.session, world.host);
		expect(result.left.map(({ path }) => path)).toEqual([world.path('edit.txt')]);
		expect(world.snapshot()['edit.txt']).toContain('by somebody');
		expect(world.snapshot()['gone.txt']).toBe('644 gone\n');
		world.remove();
	});
});

type Work = 'apply' | 'rollback';

function operationsOf(work: Work): number {
	const { world, changes } = everything();
	if (work === 'rollback') applyChanges(world.session, changes, world.host);
	const { host, operations } = crashAt(world.host, Number.POSITIVE_INFINITY);
	if (work === 'apply') applyChanges(world.session, changes, host);
	else rollback(world.session, host);
	world.remove();
	return operations();
}

/** Points at which one process is killed: it is in the middle of so many transactions, each in a world of its own. */
const atOnce = 24;

/** Kills processes at operations 0 to before `points`, recovers and compares; how often the tree was the new one. */
function killAtEach(work: Work, points: number): number {
	const script = bundleChild();
	let news = 0;
	for (let from = 0; from < points; from += atOnce) {
		const tasks = Array.from({ length: Math.min(atOnce, points - from) }, (_, at) => prepared(work, from + at));
		const input = join(tasks[0]?.world.session.root ?? '', 'tasks.json');
		writeFileSync(
			input,
			JSON.stringify({ work, tasks: tasks.map(({ world, changes, n }) => ({ session: world.session, changes, n })) }),
		);
		const child = spawnSync(process.execPath, [script, input], { encoding: 'utf8' });
		expect(child.signal, child.stderr).toBe('SIGKILL');
		for (const { world, n, before, after } of tasks) {
			recover(world.session, world.host);
			const now = world.snapshot();
			const isNew = JSON.stringify(now) === JSON.stringify(after);
			if (isNew) news += 1;
			expect(now, `killed at operation ${n} of ${work}`).toEqual(isNew ? after : before);
			expect(leftovers(world), `killed at operation ${n} of ${work}`).toEqual([]);
			expect(needsRecovery(world.session, world.host)).toBe(false);
			expect(readdirSync(join(world.session.root, 'lock'))).toEqual([]);
			world.remove();
		}
	}
	rmSync(script);
	return news;
}

/** A world, and how it is before `work` and after all of it. */
function prepared(work: Work, n: number) {
	const { world, changes, expected } = everything();
	const first = world.snapshot();
	if (work === 'apply') return { world, changes, n, before: first, after: expected };
	applyChanges(world.session, changes, world.host);
	return { world, changes, n, before: expected, after: first };
}

/** A program that begins one transaction in the middle of the other, and kills itself in the middle of the last. */
function bundleChild(): string {
	return bundleProgram(
		'crash',
		`
			import { readFileSync } from 'node:fs';
			import { applyChanges } from '../../src/session/apply.ts';
			import { rollback } from '../../src/session/rollback.ts';
			import { spy } from './spy.ts';
			import { realHost } from './world.ts';
			const { work, tasks } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
			function begin(at) {
				const task = tasks[at];
				if (task === undefined) process.kill(process.pid, 'SIGKILL');
				let count = 0;
				const host = spy(realHost(), () => {
					if (count++ === task.n) begin(at + 1);
				});
				if (work === 'apply') applyChanges(task.session, task.changes, host);
				else rollback(task.session, host);
			}
			begin(0);
		`,
	);
}
