/** Somebody else works on the same files: before apply, in its very moment, and before rollback. */
import {
	chmodSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { applyChanges } from '../../src/session/apply.ts';
import type { ApplyHost } from '../../src/session/apply-host.ts';
import { rollback } from '../../src/session/rollback.ts';
import { spy } from './spy.ts';
import { modify, removingWorlds, type World } from './world.ts';

const { world } = removingWorlds();

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
