import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isPruneDue, type PruneOptions, pruneSessions } from '../../src/session/prune.ts';
import type { StoredState } from '../../src/session/session-record.ts';
import { openStore, type Session, type SessionStore } from '../../src/session/store.ts';
import { realHost } from './world.ts';

const now = 1_800_000_000_000;
const day = 86_400_000;
const host = { ...realHost(), now: () => now };
let top = '';
let store: SessionStore;

beforeEach(() => {
	top = mkdtempSync(join(tmpdir(), 'approve-run-prune-'));
	store = openStore(join(top, 'sessions'), host);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function make(state: StoredState, days: number, bytes = 0): Session {
	const session = store.create({ script: 'a.py', argv: [], policy: 'review', runtime: 'trapped', cwd: '/w' });
	if (bytes > 0) writeFileSync(join(session.folder, 'upper', 'big'), Buffer.alloc(bytes, 1));
	session.update({ ended: now - days * day, state });
	return session;
}

function prune(keep: { age?: number; size?: number }, options: PruneOptions = {}): string[] {
	return pruneSessions(store, host, keep, options).removed.map(({ session }) => session.id);
}

it('old sessions go and young ones stay; what waits stays however old it is, and is told', () => {
	const old = make({ kind: 'ended', at: now - 100 * day }, 100);
	const young = make({ kind: 'applied', at: now - 10 * day }, 100);
	const waiting = make({ kind: 'waiting' }, 400);
	const dead = { ...host.processes.self(), started: '1-another-boot' };
	const interrupted = make({ kind: 'running', controller: dead }, 400);
	const result = pruneSessions(store, host, { age: 90 * day });
	expect(result.removed.map(({ session, why }) => [session.id, why])).toEqual([[old.id, 'age']]);
	expect(new Set(result.waiting.map(({ id }) => id))).toEqual(new Set([waiting.id, interrupted.id]));
	expect([old, young, waiting, interrupted].map(({ folder }) => existsSync(folder))).toEqual([false, true, true, true]);
	expect(new Set(prune({ age: 90 * day }, { waiting: true }))).toEqual(new Set([waiting.id, interrupted.id]));
	expect(store.list()).toHaveLength(1);
});

it('by size those without a way back go first, the oldest before the others, and only as many as are needed', () => {
	const applied = make({ kind: 'applied', at: now - 3 * day }, 3, 1 << 20);
	const older = make({ kind: 'rolled-back', at: now - 2 * day }, 2, 1 << 20);
	const newer = make({ kind: 'ended', at: now - day }, 1, 1 << 20);
	expect(prune({ size: 2.5 * (1 << 20) }, { dryRun: true })).toEqual([older.id]);
	expect(store.list()).toHaveLength(3);
	expect(prune({ size: 2.5 * (1 << 20) })).toEqual([older.id]);
	expect(prune({ size: 0.5 * (1 << 20) })).toEqual([newer.id, applied.id]);
	expect(prune({})).toEqual([]);
});

it('a running session, one that was edited, and one that a crash left half applied stay', () => {
	make({ kind: 'running', controller: host.processes.self() }, 500);
	const edited = make({ kind: 'ended', at: 0 }, 500);
	writeFileSync(join(edited.folder, 'session.json'), '{}');
	const half = make({ kind: 'partly-applied', at: 0 }, 500);
	host.files.makePrivateFolder(join(half.folder, 'journal'));
	writeFileSync(join(half.folder, 'journal', 'apply-1.jsonl'), planLine());
	expect(prune({ age: 0, size: 0 }, { waiting: true })).toEqual([]);
	expect(store.list()).toHaveLength(3);
});

it('pruning by itself is due once a day, for one of those who ask, and again when the clock was set back', () => {
	const { files } = host;
	expect(isPruneDue(store.root, files, now)).toBe(true);
	expect(isPruneDue(store.root, files, now + day - 1)).toBe(false);
	expect(isPruneDue(store.root, files, now + day)).toBe(true);
	expect(isPruneDue(store.root, files, now)).toBe(true);
});

function planLine(): string {
	const body = JSON.stringify({ kind: 'plan', version: 1, token: 'abcdefgh', at: 1, stage: [], steps: [] });
	return `${createHash('sha256').update(body).digest('hex')} ${body}\n`;
}

it('a run that was killed before it began is no session, and its empty folder goes after a day; one that holds something stays', () => {
	const reserve = (at: number) => openStore(join(top, 'sessions'), { ...host, now: () => at }).reserve();
	const [old, young, full] = [reserve(now - 2 * day), reserve(now), reserve(now - 2 * day)];
	writeFileSync(join(full.folder, 'upper', 'log.jsonl'), '');
	expect(store.list()).toEqual([{ kind: 'untrusted', id: full.id, why: expect.stringMatching(/is missing/) }]);
	prune({}, { dryRun: true });
	expect(existsSync(old.folder)).toBe(true);
	prune({});
	expect([old, young, full].map(({ folder }) => existsSync(folder))).toEqual([false, true, true]);
});
