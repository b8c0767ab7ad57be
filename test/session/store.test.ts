import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProcesses } from '../../src/host/process-identity.ts';
import { openSessionFiles } from '../../src/host/session-files.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { LockedError, withApplyLock } from '../../src/session/apply-lock.ts';
import { BrokenLog } from '../../src/session/event-log.ts';
import { openStore, type SessionStore, sessionRoot, UntrustedSession } from '../../src/session/store.ts';

const about = { script: 'a.py', argv: ['\udcff'], policy: 'review', runtime: 'trapped', cwd: '/w' };
const host = {
	files: openSessionFiles(),
	processes: openProcesses(),
	now: () => 1_700_000_000_000,
	random: Math.random,
};
let top = '';
let store: SessionStore;

beforeEach(() => {
	top = mkdtempSync(join(tmpdir(), 'approve-run-store-'));
	store = openStore(sessionRoot({ XDG_STATE_HOME: top }, '/nowhere'), host);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('the store', () => {
	it('keeps a session for the next process, in folders that nobody else may enter', () => {
		const made = store.create(about);
		made.update({ state: { kind: 'waiting' }, ended: 5, exit: { status: 3, reason: 'exited' } });
		const decided = {
			approval: { approved: true, by: { person: 'ada' } },
			of: [`- ${'0'.repeat(32)} create /w/\udcff`],
		};
		made.saveDecisions({ changes: [decided] });
		const again = openStore(store.root, host).open(made.id.slice(0, 20).toLowerCase());
		expect(again.record).toMatchObject({ ...about, id: made.id, exit: { status: 3 }, state: { kind: 'waiting' } });
		expect(again.decisions().changes).toEqual([decided]);
		expect(statSync(made.folder).mode & 0o777).toBe(0o700);
		expect(statSync(join(made.folder, 'session.json')).mode & 0o777).toBe(0o600);
	});

	it('says of decisions that an older one kept that it does not read them', () => {
		const made = store.create(about);
		writeFileSync(join(made.folder, 'decisions.json'), '{"version":1,"seal":"","data":{"changes":{}}}');
		expect(() => made.decisions()).toThrow(/older approve-run \(version 1, this one reads 2\): run the script again/);
	});

	it('keeps many decisions as they were made, and trusts none of them where a byte of the file is another', () => {
		const made = store.create(about);
		const approval = { approved: true, by: { rule: 'r' } };
		const of = Array.from({ length: 2000 }, (_, at) => `${'a'.repeat(64)} ${'0'.repeat(32)} create /w/${at}`);
		made.saveDecisions({ changes: [{ approval, of }] });
		expect(made.decisions().changes).toEqual([{ approval, of }]);
		const path = join(made.folder, 'decisions.json');
		const good = readFileSync(path);
		for (const at of [2, 13, 40, 200, 300, good.length >> 1, good.length - 5]) {
			const bytes = Buffer.from(good);
			bytes[at] = (bytes[at] ?? 0) ^ 1;
			writeFileSync(path, bytes);
			expect(() => made.decisions(), `byte ${at}`).toThrow(UntrustedSession);
			writeFileSync(path, good.subarray(0, at));
			expect(() => made.decisions(), `${at} bytes`).toThrow(UntrustedSession);
		}
	});

	it('falls back to ~/.local/state, also for a relative XDG_STATE_HOME', () => {
		expect(sessionRoot({}, '/home/u')).toBe('/home/u/.local/state/approve-run/sessions');
		expect(sessionRoot({ XDG_STATE_HOME: 'x' }, '/home/u')).toBe('/home/u/.local/state/approve-run/sessions');
	});

	it('notices that the controller died, also when its pid lives on as another process', () => {
		const made = store.create(about);
		expect(store.open(made.id).state.kind).toBe('running');
		expect(() => store.remove(made.id)).toThrow('is still running');
		made.update({ state: { kind: 'running', controller: { ...host.processes.self(), started: '1-another-boot' } } });
		expect(store.open(made.id).state.kind).toBe('interrupted');
		store.discard(made.id);
		expect(store.open(made.id).state.kind).toBe('discarded');
		expect(existsSync(made.upper)).toBe(false);
		store.remove(made.id);
		expect(store.list()).toEqual([]);
	});

	it('says of an edited, cut off or newer session what is wrong, and neither trusts nor removes it', () => {
		const damages: [RegExp, (text: string) => string][] = [
			[/edited: its seal/, (text) => text.replace('a.py', 'b.py')],
			[/cut off or edited/, (text) => text.slice(0, -20)],
			[/newer approve-run \(version 2/, (text) => text.replace('"version": 1', '"version": 2')],
			[/no version/, () => '{}'],
			[/cut off or edited/, () => ''],
		];
		for (const [why, damage] of damages) {
			const made = store.create(about);
			const file = join(made.folder, 'session.json');
			writeFileSync(file, damage(readFileSync(file, 'utf8')));
			expect(() => store.open(made.id)).toThrow(why);
			expect(() => store.remove(made.id)).toThrow(why);
			expect(store.list()[0]).toMatchObject({ kind: 'untrusted', id: made.id, why: expect.stringMatching(why) });
			expect(existsSync(made.folder)).toBe(true);
		}
	});

	it('refuses a folder that others may enter', () => {
		chmodSync(store.root, 0o755);
		expect(() => openStore(store.root, host)).toThrow(/mode 0700/);
	});
});

describe('the event log', () => {
	const event = (at: number): RunEvent => ({ kind: 'unsupported', at, call: `call-${at}` });
	const file = (folder: string) => join(folder, 'events.jsonl');

	it('is intact as written, also when it was closed and opened again', () => {
		const session = store.create(about);
		for (const at of [1, 2, 3]) {
			const log = session.openEvents();
			log.append(event(at));
			log.append(event(at + 10));
			session.update({ events: log.head() });
			log.close();
		}
		expect(session.verifyEvents()).toEqual({ kind: 'intact', count: 6, torn: false, unsealed: 0 });
	});

	it('shows the first line that was edited, removed, swapped or cut away', () => {
		const session = store.create(about);
		const log = session.openEvents();
		for (let at = 1; at <= 5; at++) log.append(event(at));
		session.update({ events: log.head() });
		log.close();
		const good = readFileSync(file(session.folder), 'utf8');
		const lines = good.split('\n');
		const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)].join('\n');
		const damages: [number, string][] = [
			[3, good.replace('call-3', 'call-x')],
			[5, good.replace('call-5', 'call-x')],
			[2, lines.toSpliced(2, 1).join('\n')],
			[1, lines.slice(1).join('\n')],
			[1, swapped],
			[5, `${lines.slice(0, 4).join('\n')}\n`],
			[4, lines.toSpliced(3, 1, 'garbage').join('\n')],
		];
		for (const [line, text] of damages) {
			writeFileSync(file(session.folder), text);
			expect(session.verifyEvents(), text).toMatchObject({ kind: 'broken', line });
		}
		writeFileSync(file(session.folder), good.replace('call-2', 'call-x'));
		expect(() => session.openEvents()).toThrow(BrokenLog);
	});

	it('shows any byte that was changed, any part that was cut out and any line that was moved, anywhere below the seal', () => {
		const session = store.create(about);
		const log = session.openEvents();
		const approval = { approved: true, by: { person: 'ada' }, because: 'a "reason"\n' } as const;
		for (let at = 1; at <= 8; at++)
			log.append({ kind: 'decided', at, effect: { kind: 'write', path: `/p/${at}` }, approval });
		session.update({ events: log.head() });
		log.close();
		const good = readFileSync(file(session.folder));
		const lines = good.toString('latin1').split('\n').slice(0, -1);
		const cut = fc.tuple(fc.nat(good.length - 1), fc.nat(good.length - 1)).map(([a, b]) => {
			const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
			return Buffer.concat([good.subarray(0, from), good.subarray(to)]);
		});
		const edit = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
			const bytes = Buffer.from(good);
			bytes[at] = ((bytes[at] ?? 0) + by) % 256;
			return bytes;
		});
		const moved = fc
			.shuffledSubarray(lines, { minLength: 1, maxLength: lines.length })
			.map((some) => Buffer.from(`${some.join('\n')}\n`, 'latin1'));
		fc.assert(
			fc.property(fc.oneof(cut, edit, moved), (bytes) => {
				writeFileSync(file(session.folder), bytes);
				const found = session.verifyEvents();
				expect(found.kind === 'intact').toBe(bytes.equals(good));
				if (found.kind === 'broken') expect(() => [...session.events()]).toThrow(BrokenLog);
			}),
			{ numRuns: 400 },
		);
		writeFileSync(file(session.folder), good);
		expect([...session.events()]).toHaveLength(8);
	});

	it('is not appended to where its last line is cut off within, however well it begins', () => {
		const session = store.create(about);
		const log = session.openEvents();
		log.append(event(1));
		log.append(event(2));
		log.close();
		const good = readFileSync(file(session.folder), 'utf8');
		writeFileSync(file(session.folder), `${good.slice(0, -9)}\n`);
		expect(() => session.openEvents()).toThrow(/events\.jsonl:2: this line is not an event/);
		writeFileSync(file(session.folder), good);
		session.openEvents().close();
	});

	it('is read only where every event is one that this version knows', () => {
		const session = store.create(about);
		const log = session.openEvents();
		log.append({ kind: 'applied', at: 1, paths: ['/a'] });
		log.append(JSON.parse('{"kind":"teleported","at":2}'));
		log.close();
		expect(session.verifyEvents()).toMatchObject({ kind: 'broken', line: 2 });
		expect(() => [...session.events()]).toThrow(/events\.jsonl:2: this event is none that this approve-run knows/);
	});

	it('is read whole where its lines are longer than what is read at once', () => {
		const session = store.create(about);
		const log = session.openEvents();
		const calls = [3, 700_000, 1024 * 1024, 2_500_000, 5].map((length, at) => `${at}`.repeat(length));
		for (const call of calls) log.append({ kind: 'unsupported', at: 1, call });
		session.update({ events: log.head() });
		log.close();
		expect([...session.events()].map((one) => 'call' in one && one.call)).toEqual(calls);
		expect(session.verifyEvents()).toMatchObject({ kind: 'intact', count: 5, torn: false });
	});

	it('tolerates a last line torn by kill -9, says so, and goes on after it', () => {
		const session = store.create(about);
		const log = session.openEvents();
		log.append(event(1));
		log.append(event(2));
		log.close();
		writeFileSync(file(session.folder), readFileSync(file(session.folder), 'utf8').slice(0, -9));
		expect(session.verifyEvents()).toEqual({ kind: 'intact', count: 1, torn: true, unsealed: 1 });
		const again = session.openEvents();
		expect(again.torn).toBe(true);
		again.append(event(3));
		again.close();
		expect(session.verifyEvents()).toEqual({ kind: 'intact', count: 2, torn: false, unsealed: 2 });
		expect(readFileSync(join(session.folder, 'events.torn'), 'utf8')).toContain('"hash"');
	});
});

describe('the lock', () => {
	const lockHost = (pid: number, started = host.processes.self().started) => ({
		...host,
		processes: { ...host.processes, sleep: () => undefined, self: () => ({ ...host.processes.self(), pid, started }) },
	});

	it('lets one in at a time, and takes over from the dead', () => {
		const order: string[] = [];
		withApplyLock(store.root, host, () => {
			order.push('first');
			expect(() => withApplyLock(store.root, lockHost(1), () => order.push('second'), 300)).toThrow(LockedError);
			expect(() => withApplyLock(store.root, host, () => order.push('same process'), 300)).toThrow(LockedError);
		});
		const dead = `${process.pid}.1-an-earlier-boot.${host.processes.self().namespace}`;
		writeFileSync(join(store.root, 'lock', dead), '');
		withApplyLock(store.root, host, () => order.push('third'), 0);
		expect(order).toEqual(['first', 'third']);
		expect(host.files.list(join(store.root, 'lock'))).toEqual([]);
	});

	it('is not taken from a container that cannot be looked into', () => {
		const { started } = host.processes.self();
		host.files.makePrivateFolder(join(store.root, 'lock'));
		writeFileSync(join(store.root, 'lock', `7.${started}.12345`), '');
		expect(() => withApplyLock(store.root, host, () => 1, 0)).toThrow(/if it runs in a container that is gone, remove/);
	});
});
