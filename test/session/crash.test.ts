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
import { everything, realHost, type World } from './world.ts';

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
	it('at any operation of apply leaves the old tree after recovery, or the new one', () => {
		let died = true;
		let points = 0;
		let news = 0;
		for (let n = 0; died; n++) {
			const { world, changes, expected } = everything();
			const before = world.snapshot();
			died = dies(world, n, (host) => applyChanges(world.session, changes, host));
			recover(world.session, world.host);
			const after = world.snapshot();
			const isNew = JSON.stringify(after) !== JSON.stringify(before);
			if (isNew) news++;
			expect(after, `crash at operation ${n}`).toEqual(isNew ? expected : before);
			expect(leftovers(world), `crash at operation ${n}`).toEqual([]);
			expect(needsRecovery(world.session, world.host)).toBe(false);
			if (died) points++;
			world.remove();
		}
		expect(points).toBeGreaterThan(200);
		expect(news).toBeGreaterThan(0);
	}, 60_000);

	it('at any operation of rollback leaves the old tree after recovery, or the new one', () => {
		let died = true;
		let points = 0;
		for (let n = 0; died; n++) {
			const { world, changes, expected } = everything();
			const before = world.snapshot();
			applyChanges(world.session, changes, world.host);
			died = dies(world, n, (host) => rollback(world.session, host));
			recover(world.session, world.host);
			const after = world.snapshot();
			const isNew = JSON.stringify(after) === JSON.stringify(expected);
			expect(after, `crash at operation ${n}`).toEqual(isNew ? expected : before);
			expect(leftovers(world)).toEqual([]);
			if (died) points++;
			world.remove();
		}
		expect(points).toBeGreaterThan(200);
	}, 60_000);

	it('at any operation of recovery, after a crash late in apply, still leaves the old tree', () => {
		const late = operationsOfApply() - 4;
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

	it('of a real process, by kill -9, is recovered by the next one', () => {
		const script = bundleChild();
		for (const n of [20, 60, 100, 140, 180, 200, 220]) {
			const { world, changes, expected } = everything();
			const before = world.snapshot();
			const input = join(world.session.root, 'changes.json');
			writeFileSync(input, JSON.stringify({ session: world.session, changes, n }));
			const child = spawnSync(process.execPath, [script, input], { encoding: 'utf8' });
			expect(child.signal, child.stderr).toBe('SIGKILL');
			expect(readdirSync(join(world.session.root, 'lock'))).toHaveLength(1);
			recover(world.session, realHost());
			expect([before, expected], `killed at operation ${n}`).toContainEqual(world.snapshot());
			expect(leftovers(world)).toEqual([]);
			expect(readdirSync(join(world.session.root, 'lock'))).toEqual([]);
			world.remove();
		}
		rmSync(script);
	}, 60_000);

	it('does not take back what somebody else wrote after it', () => {
		const { world, changes } = everything();
		dies(world, operationsOfApply() - 4, (host) => applyChanges(world.session, changes, host));
		writeFileSync(world.path('edit.txt'), 'by somebody');
		const result = recover(world.session, world.host);
		expect(result.left.map(({ path }) => path)).toEqual([world.path('edit.txt')]);
		expect(world.snapshot()['edit.txt']).toContain('by somebody');
		expect(world.snapshot()['gone.txt']).toBe('644 gone\n');
		world.remove();
	});
});

function operationsOfApply(): number {
	const { world, changes } = everything();
	const { host, operations } = crashAt(world.host, Number.POSITIVE_INFINITY);
	applyChanges(world.session, changes, host);
	world.remove();
	return operations();
}

/** A program that applies, and kills itself at the n-th operation. */
function bundleChild(): string {
	return bundleProgram(
		'crash',
		`
			import { readFileSync } from 'node:fs';
			import { applyChanges } from '../../src/session/apply.ts';
			import { spy } from './spy.ts';
			import { realHost } from './world.ts';
			const { session, changes, n } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
			let count = 0;
			applyChanges(session, changes, spy(realHost(), () => {
				if (count++ === n) process.kill(process.pid, 'SIGKILL');
			}));
		`,
	);
}
