import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProcesses } from '../../src/host/process-identity.ts';
import { openSessionFiles } from '../../src/host/session-files.ts';
import type { Base, Change } from '../../src/model/change.ts';
import { openStoredDecisions } from '../../src/run/stored-decisions.ts';
import { openStore, type Session } from '../../src/session/store.ts';

const files = openSessionFiles();
const base: Base = { type: 'file', mode: 0o644, size: 1, ino: '1', mtimeNs: '1', ctimeNs: '1' };
const approval = { approved: true, by: { person: 'mia' } };
const created: Change = {
	kind: 'create',
	order: 3,
	path: '/a',
	after: { type: 'file', mode: 0o644, size: 4, content: 'c' },
};

/** Of `good`. */
const goodHash = createHash('sha256').update('good').digest('hex');

let top: string;
let session: Session;
let content: string;

beforeEach(() => {
	top = mkdtempSync(join(tmpdir(), 'approve-run-decisions-'));
	const store = openStore(join(top, 'sessions'), {
		files,
		processes: openProcesses(),
		now: () => 1,
		random: () => 0.5,
	});
	session = store.create({ script: 's.py', argv: [], policy: 'review', runtime: 'r', cwd: '/' });
	mkdirSync(join(session.upper, 'content'));
	content = join(session.upper, 'content/c');
	writeFileSync(content, 'good');
	openStoredDecisions(session, files).save([{ change: { ...created, order: 9 }, approval }]);
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

const decided = (change: Change) => openStoredDecisions(session, files).get(change);

test('a decision is found again for the same change, in whatever order', () => {
	expect(decided(created)).toEqual({ ...approval, content: goodHash });
});

test('a decision that was made on the screen is about the bytes that were there, whatever lies in the session when it is kept', () => {
	const path = '/on-the-screen';
	writeFileSync(content, 'evil');
	openStoredDecisions(session, files).save([
		{ change: { ...created, path }, approval: { ...approval, content: goodHash } },
	]);
	expect(decided({ ...created, path })).toEqual({ ...approval, content: goodHash });
});

test('what is decided no more is forgotten, and what is not spoken of stays', () => {
	const other = { ...created, path: '/b' };
	openStoredDecisions(session, files).save([{ change: other, approval }]);
	openStoredDecisions(session, files).save([{ change: created, approval: undefined }]);
	expect(decided(created)).toBeUndefined();
	expect(decided(other)).toMatchObject(approval);
});

test.each<[string, Change]>([
	['kind', { kind: 'modify', order: 3, path: '/a', base, after: created.after }],
	['kind (it is deleted)', { kind: 'delete', order: 3, path: '/a', base }],
	['mode', { ...created, after: { type: 'file', mode: 0o4755, size: 4, content: 'c' } }],
	['type', { ...created, after: { type: 'symlink', target: '/etc/passwd' } }],
	['path', { ...created, path: '/b' }],
])('an approval is none of a change of another %s at its path', (_what, change) => {
	expect(decided(change)).toBeUndefined();
});

test('an approval is bound to the bytes that it was given for', () => {
	const holds = () => openStoredDecisions(session, files).holds(created);
	expect(holds()).toBe(true);
	writeFileSync(content, 'evil');
	expect(decided(created)).toMatchObject({ content: goodHash });
	expect(holds()).toBe(false);
	rmSync(content);
	expect(holds()).toBe(false);
});
