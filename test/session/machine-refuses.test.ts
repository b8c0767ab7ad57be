/** A disk that is really full, a folder that is really closed, and processes that are really killed while they apply. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SysError } from '../../src/abi/errno.ts';
import type { Change } from '../../src/model/change.ts';
import { ApplyError, applyChanges } from '../../src/session/apply.ts';
import { withApplyLock } from '../../src/session/apply-lock.ts';
import { recover } from '../../src/session/recover.ts';
import { rollback } from '../../src/session/rollback.ts';
import { bundleProgram } from './bundle.ts';
import { spy } from './spy.ts';
import { everything, makeWorld, snapshotOf, type World } from './world.ts';

const isRoot = process.getuid?.() === 0;

/** Mounts a file system of so many bytes; undefined where that is not allowed. */
function mountSmall(folder: string, bytes: number): boolean {
	mkdirSync(folder, { recursive: true });
	return isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]).status === 0;
}

function leftovers(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.approve-run-'));
}

function create(at: World, path: string, bytes: string): Change {
	return { kind: 'create', order: 1, path, after: at.file(bytes) };
}

describe('a full disk', () => {
	it('undoes what was done of the apply, and goes through when there is room again', ({ skip }) => {
		const at = makeWorld({ f: 'old\n' });
		const small = join(at.home, 'small');
		if (!mountSmall(small, 1 << 20)) {
			at.remove();
			skip('a file system can be mounted by root alone');
		}
		try {
			writeFileSync(join(small, 'ballast'), Buffer.alloc(700 << 10));
			const before = snapshotOf(at.home);
			const base = at.base('f');
			const changes: Change[] = [
				{ kind: 'modify', order: 0, path: at.path('f'), base, after: at.file('new\n') },
				create(at, join(small, 'a'), 'a'.repeat(200 << 10)),
				create(at, join(small, 'b'), 'b'.repeat(200 << 10)),
			];
			expect(() => applyChanges(at.session, changes, at.host)).toThrow(/^Nothing was applied: .*ENOSPC/);
			expect(snapshotOf(at.home)).toEqual(before);
			rmSync(join(small, 'ballast'));
			expect(applyChanges(at.session, changes, at.host).kind).toBe('applied');
			expect(readFileSync(join(small, 'b'), 'utf8')).toHaveLength(200 << 10);
			// Rolling back on a disk without one free block takes away first, and then needs none.
			const { bavail, bsize } = statfsSync(small);
			writeFileSync(join(small, 'ballast'), Buffer.alloc(bavail * bsize));
			expect(rollback(at.session, at.host).kind).toBe('rolled-back');
			expect(readdirSync(small)).toEqual(['ballast']);
			expect(readFileSync(at.path('f'), 'utf8')).toBe('old\n');
		} finally {
			at.host.tree.release();
			spawnSync('umount', ['-l', small]);
			at.remove();
		}
	});

	it('of the sessions themselves leaves the machine as it was', ({ skip }) => {
		const at = makeWorld({ f: 'x'.repeat(300 << 10) });
		const checkpoint = join(at.session.folder, 'checkpoint');
		if (!mountSmall(checkpoint, 128 << 10)) {
			at.remove();
			skip('a file system can be mounted by root alone');
		}
		spawnSync('chmod', ['0700', checkpoint]);
		try {
			const before = at.snapshot();
			const change: Change = {
				kind: 'modify',
				order: 0,
				path: at.path('f'),
				base: at.base('f'),
				after: at.file('new'),
			};
			expect(() => applyChanges(at.session, [change], at.host)).toThrow(/^Nothing was applied: .*ENOSPC/);
			expect(at.snapshot()).toEqual(before);
			expect(leftovers(at.home)).toEqual([]);
		} finally {
			at.host.tree.release();
			spawnSync('umount', ['-l', checkpoint]);
			at.remove();
		}
	});
});

it.each(['EACCES', 'EPERM', 'EROFS', 'EIO', 'EDQUOT'] as const)('%s in the middle of an apply is undone', (code) => {
	let refused = 0;
	for (let n = code.length; n < 220; n += 13) {
		const { world, changes, expected } = everything();
		const before = world.snapshot();
		let count = 0;
		const host = spy(world.host, () => {
			if (count++ === n) throw new SysError(code, 'injected');
		});
		try {
			applyChanges(world.session, changes, host);
		} catch (error) {
			if (!(error instanceof ApplyError)) expect(error).toMatchObject({ code });
			refused += 1;
		}
		recover(world.session, world.host);
		expect([before, expected], `operation ${n}`).toContainEqual(world.snapshot());
		expect(leftovers(world.home)).toEqual([]);
		world.remove();
	}
	expect(refused).toBeGreaterThan(5);
});

describe('processes that apply to the same file and are killed with -9 while they do', () => {
	it('never mix their contents, leave no lock that holds the next one up, and what they left half done is taken back', async () => {
		const world = makeWorld({
			'shared.txt': 'line of nobody\n'.repeat(500),
			'second.txt': 'line of nobody\n'.repeat(500),
		});
		const program = bundleProgram(
			'rival',
			`
				import { mkdirSync, writeFileSync } from 'node:fs';
				import { applyChanges } from '../../src/session/apply.ts';
				import { baseOf, realHost } from './world.ts';
				const [root, home, name] = process.argv.slice(2);
				const session = { id: name, root, folder: root + '/' + name };
				mkdirSync(session.folder + '/upper/content', { recursive: true, mode: 0o700 });
				process.stdout.write('on');
				for (let n = 0; ; n++) {
					const bytes = ('line of ' + name + '\\n').repeat(500);
					writeFileSync(session.folder + '/upper/content/' + n, bytes);
					const after = { type: 'file', mode: 0o644, size: bytes.length, content: String(n) };
					try {
						const changes = ['shared.txt', 'second.txt'].map((file, order) => (
							{ kind: 'modify', order, path: home + '/' + file, base: baseOf(home + '/' + file), after }));
						applyChanges(session, changes, realHost(), { wait: 2000 });
					} catch (error) { if (error.name !== 'LockedError' && error.code !== 'ENOENT') throw error; }
				}
			`,
		);
		const start = (name: string): ChildProcess =>
			spawn(process.execPath, [program, world.session.root, world.home, name], { stdio: ['ignore', 'pipe', 'pipe'] });
		const names = Array.from({ length: 8 }, (_, index) => `R${index}`);
		let complaints = '';
		let held = 0;
		for (let at = 0; at < names.length; at += 2) {
			const two = names.slice(at, at + 2).map(start);
			for (const child of two) child.stderr?.on('data', (text) => (complaints += text));
			await Promise.all(two.map((child) => new Promise((resolve) => child.stdout?.once('data', resolve))));
			for (const [index, child] of two.entries()) {
				await new Promise((resolve) => setTimeout(resolve, 40 + 37 * (at + index)));
				child.kill('SIGKILL');
				await new Promise((resolve) => child.once('exit', resolve));
			}
			held += readdirSync(join(world.session.root, 'lock')).length;
		}
		expect(complaints).toBe('');
		// As the next start does: in whichever order.
		for (const name of names) {
			const folder = join(world.session.root, name);
			recover({ id: name, root: world.session.root, folder }, world.host, 0);
		}
		for (const file of ['shared.txt', 'second.txt']) {
			const lines = new Set(readFileSync(world.path(file), 'utf8').split('\n').slice(0, -1));
			expect([...lines], file).toHaveLength(1);
			expect(readFileSync(world.path(file), 'utf8').split('\n')).toHaveLength(501);
		}
		expect(readFileSync(world.path('shared.txt'))).toEqual(readFileSync(world.path('second.txt')));
		expect(readFileSync(world.path('shared.txt'), 'utf8')).not.toContain('nobody');
		expect(leftovers(world.home)).toEqual([]);
		expect(held).toBeGreaterThan(0);
		expect(withApplyLock(world.session.root, world.host, () => 'free', 0)).toBe('free');
		rmSync(program);
		world.remove();
	}, 30_000);
});
