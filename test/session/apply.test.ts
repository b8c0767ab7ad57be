/** Apply and rollback: all of it or nothing, through a journal, links that are swapped and a machine that refuses. */
import {
	closeSync,
	existsSync,
	ftruncateSync,
	lstatSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SysError } from '../../src/abi/errno.ts';
import type { Change } from '../../src/model/change.ts';
import { ApplyError, applyChanges } from '../../src/session/apply.ts';
import type { ApplyHost } from '../../src/session/apply-host.ts';
import { DamagedJournal } from '../../src/session/recover.ts';
import { rollback } from '../../src/session/rollback.ts';
import { spy } from './spy.ts';
import { everything, modify, removingWorlds, type World } from './world.ts';

const { world, keep } = removingWorlds();

describe('apply', () => {
	it('does one of everything, and rollback puts all of it back', () => {
		const all = everything();
		keep(all.world);
		const before = all.world.snapshot();
		const result = applyChanges(all.world.session, all.changes, all.world.host);
		expect(result.kind).toBe('applied');
		expect(all.world.snapshot()).toEqual(all.expected);
		expect(lstatSync(all.world.path('hard')).ino).toBe(lstatSync(all.world.path('new.txt')).ino);
		const back = rollback(all.world.session, all.world.host);
		expect(back).toMatchObject({ kind: 'rolled-back', left: [] });
		expect(all.world.snapshot()).toEqual(before);
		expect(rollback(all.world.session, all.world.host)).toEqual({ kind: 'nothing' });
	});

	it('keeps names that are not UTF-8 or hold newlines, byte for byte', () => {
		const at = world({});
		const name = '\udcff\n\x1b[31m';
		const changes: Change[] = [{ kind: 'create', order: 1, path: at.path(name), after: at.file('x') }];
		expect(applyChanges(at.session, changes, at.host).kind).toBe('applied');
		const [bytes] = readdirSync(Buffer.from(at.home), { encoding: 'buffer' });
		expect(bytes).toEqual(Buffer.concat([Buffer.of(0xff), Buffer.from('\n\x1b[31m')]));
		rollback(at.session, at.host);
		expect(at.snapshot()).toEqual({ './': '755' });
	});

	it('keeps the time that a change names and the owner of what it replaces', () => {
		const at = world({ f: 'a' });
		const after = { ...at.file('b'), mtimeNs: '1000000000500000000' };
		const before = lstatSync(at.path('f'));
		applyChanges(
			at.session,
			[{ kind: 'modify', order: 1, path: at.path('f'), base: at.base('f'), after } as Change],
			at.host,
		);
		expect(lstatSync(at.path('f')).mtimeMs).toBe(1000000000500);
		rollback(at.session, at.host);
		expect(lstatSync(at.path('f')).mtimeMs).toBeCloseTo(before.mtimeMs, 2);
		expect(lstatSync(at.path('f')).uid).toBe(before.uid);
	});

	it('leaves nothing behind where a second name is there already', () => {
		const at = world({ f: 'a', g: { hard: 'f' } });
		const after = { type: 'link', link: at.path('f') } as const;
		const changes: Change[] = [{ kind: 'replace', order: 1, path: at.path('g'), base: at.base('g'), after }];
		const before = at.snapshot();
		expect(applyChanges(at.session, changes, at.host).kind).toBe('applied');
		expect(at.snapshot()).toEqual(before);
	});

	it('rolls several applies of one session back in reverse order', () => {
		const at = world({ f: 'one', g: 'g' });
		const before = at.snapshot();
		applyChanges(at.session, [modify(at, 'f', 'two')], at.host);
		applyChanges(
			at.session,
			[
				modify(at, 'f', 'three'),
				{ kind: 'rename', order: 2, from: at.path('g'), path: at.path('h'), base: at.base('g'), after: at.file('gg') },
			],
			at.host,
		);
		expect(at.snapshot()).toMatchObject({ f: '644 three', h: '644 gg' });
		expect(rollback(at.session, at.host).kind).toBe('rolled-back');
		expect(at.snapshot()).toEqual(before);
	});

	it('leaves the holes of a file that is mostly holes, and has its bytes and its size', () => {
		const at = world({ f: 'a' });
		const size = 64 * 1024 * 1024;
		const after = at.file(Buffer.from('start'));
		if (after.type !== 'file') throw new Error('no file');
		const content = join(at.session.folder, 'upper/content', after.content ?? '');
		const fd = openSync(content, 'r+');
		writeSync(fd, 'middle', size / 2 - 3);
		ftruncateSync(fd, size);
		closeSync(fd);
		const changes: Change[] = [
			{ kind: 'modify', order: 1, path: at.path('f'), base: at.base('f'), after: { ...after, size } },
		];
		expect(applyChanges(at.session, changes, at.host).kind).toBe('applied');
		expect(readFileSync(at.path('f')).equals(readFileSync(content))).toBe(true);
		// Where the file system has no holes at all, this says nothing.
		if (lstatSync(content).blocks * 512 < size / 2) expect(lstatSync(at.path('f')).blocks * 512).toBeLessThan(size / 2);
	});

	it('refuses content that is not what was approved', () => {
		const at = world({ f: 'a' });
		const after = at.file('approved');
		const changes: Change[] = [{ kind: 'modify', order: 1, path: at.path('f'), base: at.base('f'), after }];
		const before = at.snapshot();
		const approvedContent = new Map([['1', 'f'.repeat(64)]]);
		expect(() => applyChanges(at.session, changes, at.host, { approvedContent })).toThrow(/not what was approved/);
		expect(at.snapshot()).toEqual(before);
	});
});

describe('the journal', () => {
	it('that was edited is not followed: rollback says so and touches nothing', () => {
		const at = world({ f: 'a' });
		applyChanges(at.session, [modify(at, 'f', 'b')], at.host);
		const file = join(at.session.folder, 'journal', 'apply-1.jsonl');
		writeFileSync(file, readFileSync(file, 'utf8').replaceAll(at.path('f'), '/etc/passwd'));
		expect(() => rollback(at.session, at.host)).toThrow(/cannot be trusted: line 1 of .* is not as it was written/);
		expect(() => applyChanges(at.session, [], at.host)).toThrow(DamagedJournal);
	});

	it('whose original was damaged puts nothing wrong back', () => {
		const at = world({ f: 'a' });
		applyChanges(at.session, [modify(at, 'f', 'b')], at.host);
		const [kept] = readdirSync(join(at.session.folder, 'checkpoint'), { recursive: true, encoding: 'utf8' })
			.map((name) => join(at.session.folder, 'checkpoint', name))
			.filter((name) => lstatSync(name).isFile());
		writeFileSync(kept ?? '', 'evil');
		expect(() => rollback(at.session, at.host)).toThrow(/is damaged, so it is not put back/);
		expect(at.snapshot()['f']).toBe('644 b');
	});
});

describe('a symlink that is swapped in', () => {
	it('is not followed when it replaced a directory before the check', () => {
		const at = world({ dir: null, 'dir/f': 'a', outside: null, 'outside/f': 'a' });
		const changes = [modify(at, 'dir/f', 'b')];
		renameSync(at.path('dir'), at.path('dir-real'));
		symlinkSync('outside', at.path('dir'));
		const result = applyChanges(at.session, changes, at.host);
		expect(result.kind).toBe('conflicts');
		expect(readFileSync(at.path('outside/f'), 'utf8')).toBe('a');
	});

	it.each([true, false])('is not followed at any moment of apply (directories held open: %s)', (hold) => {
		// The attack is made before the n-th operation, for every n.
		let applied = 0;
		for (let n = 0; ; n++) {
			const at = world({ dir: null, 'dir/f': 'a', 'dir/g': 'g', outside: null, 'outside/f': 'a', 'outside/g': 'g' });
			const changes: Change[] = [
				modify(at, 'dir/f', 'b'),
				{ kind: 'create', order: 2, path: at.path('dir/new'), after: at.file('c') },
				{ kind: 'delete', order: 3, path: at.path('dir/g'), base: at.base('dir/g') },
			];
			const outside = readdirSync(at.path('outside'));
			let count = 0;
			const attacked = spy(at.host, () => {
				if (!hold) at.host.tree.release();
				if (count++ !== n) return;
				renameSync(at.path('dir'), at.path('dir-real'));
				symlinkSync('outside', at.path('dir'));
			});
			try {
				applyChanges(at.session, changes, attacked);
				applied++;
			} catch (error) {
				expect(error).toBeInstanceOf(ApplyError);
			}
			expect(readdirSync(at.path('outside'))).toEqual(outside);
			expect(readFileSync(at.path('outside/f'), 'utf8')).toBe('a');
			if (count <= n) break;
		}
		expect(applied).toBeGreaterThan(0);
	});
});

describe('an error in the middle', () => {
	it('is undone: the disk is full at any one operation', () => {
		const total = countOperations();
		expect(total).toBeGreaterThan(150);
		for (let n = 0; n < total; n++) {
			const all = everything();
			const before = all.world.snapshot();
			let count = 0;
			const full = spy(all.world.host, () => {
				if (count++ === n) throw new SysError('ENOSPC', 'injected');
			});
			try {
				applyChanges(all.world.session, all.changes, full);
			} catch (error) {
				if (!(error instanceof ApplyError)) expect(error).toMatchObject({ code: 'ENOSPC' });
			}
			// The failed operation may have been the very last one, after `done`.
			const after = all.world.snapshot();
			expect([before, all.expected], `operation ${n}`).toContainEqual(after);
			expect(leftovers(all.world)).toEqual([]);
			all.world.remove();
		}
	}, 60_000);

	it('says which file and that nothing was applied', () => {
		const at = world({ f: 'a' });
		const full: ApplyHost = {
			...at.host,
			tree: {
				...at.host.tree,
				write: () => {
					throw new SysError('ENOSPC', at.path('f'));
				},
			},
		};
		expect(() => applyChanges(at.session, [modify(at, 'f', 'b')], full)).toThrow(
			`Nothing was applied: the machine refused (ENOSPC: ${at.path('f')})`,
		);
		expect(existsSync(join(at.session.root, 'lock'))).toBe(true);
		expect(readdirSync(join(at.session.root, 'lock'))).toEqual([]);
	});
});

function countOperations(): number {
	const all = everything();
	let count = 0;
	applyChanges(
		all.world.session,
		all.changes,
		spy(all.world.host, () => void count++),
	);
	all.world.remove();
	return count;
}

function leftovers(at: World): string[] {
	return readdirSync(at.home, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.approve-run-'));
}
