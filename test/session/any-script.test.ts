/** Change sets as fs/ computes them from whatever a script does: applied, broken off anywhere, and rolled back. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyChanges } from '../../src/session/apply.ts';
import type { SessionPlace } from '../../src/session/apply-host.ts';
import { recover } from '../../src/session/recover.ts';
import { rollback } from '../../src/session/rollback.ts';
import { inTurn } from '../fs/in-turn.ts';
import { anyCall, anySeed } from '../fs/oracle.ts';
import { overlayPicture, realPicture } from '../fs/picture.ts';
import { Crash, crashAt } from './spy.ts';
import { realHost } from './world.ts';

const { SESSION_RUNS } = process.env;
const runs = Number(SESSION_RUNS ?? 60);

it(
	'whatever a script did, apply makes the machine what it saw, a crash makes it old or new, and rollback makes it old',
	() => {
		fc.assert(
			fc.property(
				fc.array(anySeed, { maxLength: 8 }),
				fc.array(anyCall, { minLength: 1, maxLength: 40 }),
				fc.integer({ min: 0, max: 400 }),
				(seeds, calls, n) => {
					const { g, top, machine, before } = inTurn(seeds, calls);
					const changes = g.fs.changeSet();
					const wanted = overlayPicture(g, machine);
					const session: SessionPlace = { id: 'session', root: join(top, 'lock'), folder: g.session };
					mkdirSync(session.root, { mode: 0o700 });
					const host = realHost();
					try {
						applyChanges(session, changes, crashAt(host, n).host);
					} catch (error) {
						expect(error).toBeInstanceOf(Crash);
					}
					host.tree.release();
					rmSync(join(session.root, 'lock'), { recursive: true, force: true });
					recover(session, host);
					const after = realPicture(machine);
					if (JSON.stringify(after) !== JSON.stringify(wanted)) {
						expect(after).toEqual(before);
						const result = applyChanges(session, changes, host);
						expect(result, JSON.stringify({ result, changes }, undefined, ' ')).toMatchObject({ kind: 'applied' });
						expect(realPicture(machine)).toEqual(wanted);
					}
					const back = rollback(session, host);
					if (back.kind !== 'nothing') expect(back).toMatchObject({ kind: 'rolled-back', left: [] });
					expect(realPicture(machine)).toEqual(before);
					host.tree.release();
					g.fs.close();
					rmSync(top, { recursive: true });
				},
			),
			{ numRuns: runs },
		);
	},
	60_000 + runs * 100,
);
