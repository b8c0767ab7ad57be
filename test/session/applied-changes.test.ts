/** What the journals tell of changes that were applied, to whoever comes after the process that applied them. */
import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { appliedTest, readersBefore } from '../../src/session/applied-changes.ts';
import { applyChanges } from '../../src/session/apply.ts';
import { openReaders } from '../../src/session/change-readers.ts';
import { describeChange } from '../../src/session/describe-change.ts';
import { allSettled, appendRecord, journalFile } from '../../src/session/journal.ts';
import { rollback } from '../../src/session/rollback.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.remove());

function twoChanges(): Change[] {
	world = makeWorld({ 'notes.txt': 'one\n', old: 'gone\n' });
	return [
		{
			kind: 'modify',
			order: 1,
			path: world.path('notes.txt'),
			base: world.base('notes.txt'),
			after: world.file('two\n'),
		},
		{ kind: 'delete', order: 2, path: world.path('old'), base: world.base('old') },
	];
}

describe('a change that was applied', () => {
	it('is shown as what was applied, whatever was done to the file since', () => {
		const changes = twoChanges();
		const { host, session } = world;
		expect(applyChanges(session, changes, host)).toMatchObject({ kind: 'applied', transaction: 1 });
		writeFileSync(world.path('notes.txt'), 'a command wrote this\n');
		const before = readersBefore(openReaders(host.tree, host.files, session.folder), host.files, session.folder, 1);
		const [modified, deleted] = changes.map((change) => describeChange(change, before));
		expect(modified).toMatchObject({ kind: 'diff', added: 1, removed: 1, facts: [] });
		expect(deleted).toMatchObject({ kind: 'diff', added: 0, removed: 1 });
	});

	it('is known as applied by a process that was told nothing, until it is rolled back', () => {
		const changes = twoChanges();
		const { host, session } = world;
		const [modified, deleted] = changes;
		if (modified === undefined || deleted === undefined) throw new Error('two changes');
		applyChanges(session, [modified], host);
		const isApplied = appliedTest(host.files, session.folder);
		expect(changes.map(isApplied)).toEqual([true, false]);
		// The same path with another content is another change.
		expect(isApplied({ ...modified, after: world.file('six\n') } as Change)).toBe(false);
		rollback(session, host, {});
		expect(changes.map(appliedTest(host.files, session.folder))).toEqual([false, false]);
	});
});

describe('the last words of a journal', () => {
	it('tell a transaction that is done from one that is open, torn or not there', () => {
		const changes = twoChanges();
		const { host, session } = world;
		const { files } = host;
		expect(allSettled(files, session.folder)).toBe(true);
		applyChanges(session, changes, host);
		expect(allSettled(files, session.folder)).toBe(true);
		const file = journalFile(session.folder, 1);
		const whole = files.readWhole(file);
		if (whole === undefined) throw new Error('no journal');
		files.truncate(file, whole.length - 1);
		expect(allSettled(files, session.folder)).toBe(false);
		rmSync(file);
		files.append(file, whole);
		appendRecord(files, file, { kind: 'undoing', at: 1, why: 'test', force: false }, false);
		expect(allSettled(files, session.folder)).toBe(false);
	});
});
