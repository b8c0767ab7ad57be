/** Run as a user who is not root: standard input lists prepared directories with the calls that a script makes in them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import type { Change } from '../../src/model/change.ts';
import { ApplyError, applyChanges } from '../../src/session/apply.ts';
import type { ApplyHost, SessionPlace } from '../../src/session/apply-host.ts';
import { recover } from '../../src/session/recover.ts';
import { rollback } from '../../src/session/rollback.ts';
import { guest } from '../fs/guest.ts';
import { deep } from '../fs/in-turn.ts';
import { type Call, overlayMachine } from '../fs/oracle.ts';
import { overlayPicture, realPicture } from '../fs/picture.ts';
import { Crash, crashAt } from './spy.ts';
import { realHost } from './world.ts';

/** `dies`: the operation of apply at which it is broken off first. */
type Case = { top: string; calls: Call[]; dies: number };

const cases: Case[] = JSON.parse(readFileSync(0, 'utf8'));
let applied = 0;
const refused: string[] = [];
for (const { top, calls, dies } of cases) {
	const machine = `${top}/machine`;
	const g = { ...guest({ exposed: [machine] }, top), work: machine + deep };
	const before = realPicture(machine);
	const overlay = overlayMachine(g);
	for (const call of calls) overlay.call(call);
	overlay.closeAll();
	const changes = g.fs.changeSet();
	const wanted = overlayPicture(g, machine);
	mkdirSync(`${top}/session/root`, { mode: 0o700 });
	const session = { id: 'session', root: `${top}/session/root`, folder: g.session };
	const host = realHost();
	try {
		if (breakOff(session, changes, host, dies)) assert.deepEqual(realPicture(machine), before);
		else rollback(session, host);
		const result = applyChanges(session, changes, host);
		if (result.kind === 'conflicts') {
			refused.push(`${top} conflicts ${JSON.stringify({ result, calls, changes })}`);
			continue;
		}
		assert.deepEqual(realPicture(machine), wanted);
		applied++;
		const back = rollback(session, host);
		const flaws = back.kind === 'conflicts' ? back.conflicts : back.kind === 'rolled-back' ? back.left : [];
		assert.deepEqual(flaws, [], JSON.stringify({ flaws, changes }));
		assert.deepEqual(realPicture(machine), before);
	} catch (error) {
		if (!(error instanceof ApplyError)) {
			console.log(`${top} ${String(error)}\n${calls.map((call) => JSON.stringify(call)).join('\n')}`);
			process.exit(1);
		}
		assert.equal(error.undone, true, error.message);
		assert.deepEqual(realPicture(machine), before);
		refused.push(`${top} ${error.message} ${calls.map((call) => JSON.stringify(call)).join('\n')}`);
	}
	g.fs.close();
}
console.log(JSON.stringify({ applied, refused }));

/** Applies until it dies, and recovers; whether it died. */
function breakOff(session: SessionPlace, changes: readonly Change[], host: ApplyHost, dies: number): boolean {
	try {
		applyChanges(session, changes, crashAt(host, dies).host);
		return false;
	} catch (error) {
		if (!(error instanceof Crash)) throw error;
		rmSync(`${session.root}/lock`, { recursive: true, force: true });
		return recover(session, host).undone.length > 0;
	}
}
