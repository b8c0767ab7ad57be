import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SysError } from '../../src/abi/errno.ts';
import type { Change } from '../../src/model/change.ts';
import { ApplyError, applyChanges } from '../../src/session/apply.ts';
import type { ApplyHost } from '../../src/session/apply-host.ts';
import { DamagedJournal } from '../../src/session/recover.ts';
import { rollback } from '../../src/session/rollback.ts';
import { spy } from './spy.ts';
import { everything, makeWorld, type Nodes, type World } from './world.ts';

const worlds: World[] = [];
afterEach(() => {
	for (const world of worlds.splice(0)) world.remove();
});

function world(nodes: Nodes): World {
	const made = makeWorld(nodes);
	worlds.push(made);
	return made;
}

function modify(at: World, name: string, bytes: string): Change {
	return { kind: 'modify', order: 1, path: at.path(name), base: at.base(name), after: at.file(bytes) };
}

describe('apply', () => {
	it('does one of everything, and rollback puts all of it back', () => {
		const all = everything();
		worlds.push(all.world);
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
});

describe('conflicts', () => {
	it('lists every path that changed since, and applies nothing', () => {
		const at = world({ changed: 'a', gone: 'b', fine: 'c', dir: null });
		const changes: Change[] = [
			modify(at, 'changed', 'A'),
			modify(at, 'gone', 'B'),
			modify(at, 'fine', 'C'),
			{ kind: 'create', order: 4, path: at.path('made'), after: at.file('D') },
			{ kind: 'delete', order: 5, path: at.path('dir'), base: at.base('dir') },
			{ kind: 'create', order: 6, path: at.path('nowhere/x'), after: at.file('E') },
		];
		writeFileSync(at.path('changed'), 'by somebody');
		renameSync(at.path('gone'), at.path('elsewhere'));
		writeFileSync(at.path('made'), 'by somebody');
		writeFileSync(at.path('dir/inside'), 'by somebody');
		const before = at.snapshot();
		const result = applyChanges(at.session, changes, at.host);
		expect(result.kind === 'conflicts' && result.conflicts.map(({ kind, path }) => [kind, path])).toEqual([
			['changed', at.path('changed')],
			['gone', at.path('gone')],
			['exists', at.path('made')],
			['not-empty', at.path('dir/inside')],
			['parent', at.path('nowhere')],
		]);
		expect(at.snapshot()).toEqual(before);
	});

	it('takes a file that was only touched for the same', () => {
		const at = world({ f: 'a' });
		const changes = [modify(at, 'f', 'b')];
		utimesSync(at.path('f'), 1, 1);
		expect(applyChanges(at.session, changes, at.host).kind).toBe('applied');
	});

	it('sees a changed mode', () => {
		const at = world({ f: 'a' });
		const changes = [modify(at, 'f', 'b')];
		chmodSync(at.path('f'), 0o600);
		expect(applyChanges(at.session, changes, at.host).kind).toBe('conflicts');
	});

	it('goes over them when told to, and rollback brings back what was there then', () => {
		const at = world({ changed: 'a', gone: 'b' });
		const changes: Change[] = [
			modify(at, 'changed', 'A'),
			modify(at, 'gone', 'B'),
			{ kind: 'create', order: 4, path: at.path('made'), after: at.file('D') },
		];
		writeFileSync(at.path('changed'), 'theirs');
		renameSync(at.path('gone'), at.path('elsewhere'));
		writeFileSync(at.path('made'), 'theirs too');
		const before = at.snapshot();
		expect(applyChanges(at.session, changes, at.host, { force: true }).kind).toBe('applied');
		expect(at.snapshot()).toMatchObject({ changed: '644 A', gone: '644 B', made: '644 D' });
		rollback(at.session, at.host);
		expect(at.snapshot()).toEqual(before);
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

	it('stops rollback where somebody went on working, and keeps their version with force', () => {
		const at = world({ f: 'a', d: null });
		const before = at.snapshot();
		const changes: Change[] = [
			modify(at, 'f', 'b'),
			{ kind: 'create', order: 2, path: at.path('new'), after: { type: 'directory', mode: 0o755 } },
		];
		applyChanges(at.session, changes, at.host);
		writeFileSync(at.path('f'), 'worked on');
		mkdirSync(at.path('new/theirs'));
		const applied = at.snapshot();
		const result = rollback(at.session, at.host);
		expect(result.kind === 'conflicts' && result.conflicts.map(({ kind }) => kind)).toEqual(['changed', 'not-empty']);
		expect(at.snapshot()).toEqual(applied);
		renameSync(at.path('new/theirs'), at.path('theirs'));
		expect(rollback(at.session, at.host, { force: true }).kind).toBe('rolled-back');
		expect(at.snapshot()).toEqual({ ...before, 'theirs/': '755' });
		const kept = readdirSync(join(at.session.folder, 'checkpoint'), { recursive: true, encoding: 'utf8' });
		const contents = kept
			.map((name) => join(at.session.folder, 'checkpoint', name))
			.filter((name) => lstatSync(name).isFile());
		expect(contents.map((name) => readFileSync(name, 'utf8'))).toContain('worked on');
	});
});

describe('somebody who writes in the very moment of apply', () => {
	/** Lets somebody write `name` just before the first operation of this kind. */
	function racing(at: World, operation: string, name: string): ApplyHost {
		let raced = false;
		return spy(at.host, (called) => {
			if (raced || called !== operation) return;
			raced = true;
			writeFileSync(at.path(name), 'theirs');
		});
	}

	it('keeps what was written to a file that is to be deleted, and all is undone', () => {
		const at = world({ f: 'a', g: 'g' });
		const changes: Change[] = [
			{ kind: 'create', order: 1, path: at.path('new'), after: at.file('n') },
			{ kind: 'delete', order: 2, path: at.path('g'), base: at.base('g') },
			{ kind: 'delete', order: 3, path: at.path('f'), base: at.base('f') },
		];
		const result = applyChanges(at.session, changes, racing(at, 'unlink', 'f'));
		expect(result).toMatchObject({ kind: 'conflicts', conflicts: [{ kind: 'changed', path: at.path('f') }] });
		expect(at.snapshot()).toEqual({ './': '755', f: '644 theirs', g: '644 g' });
	});

	it('keeps a file that was made where one is to be created', () => {
		const at = world({});
		const changes: Change[] = [{ kind: 'create', order: 1, path: at.path('new'), after: at.file('n') }];
		const result = applyChanges(at.session, changes, racing(at, 'link', 'new'));
		expect(result).toMatchObject({ kind: 'conflicts', conflicts: [{ path: at.path('new') }] });
		expect(at.snapshot()).toEqual({ './': '755', new: '644 theirs' });
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
