import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadChangeSet } from '../../src/fs/change-set.ts';
import { createHostFiles } from '../../src/host/host-files.ts';
import { applyNaively } from './applier.ts';
import { guest, temporary } from './guest.ts';
import { anyCall, anySeed, type Call, overlayMachine, plant, type Seed } from './oracle.ts';
import { realMachine } from './oracle-real.ts';
import { overlayPicture, realPicture } from './picture.ts';

const runs = Number(process.env['FS_RUNS'] ?? 150);

function inTurn(seeds: readonly Seed[], calls: readonly Call[]) {
	const top = temporary();
	const real = `${top}/real`;
	const copy = `${top}/copy`;
	const g = guest({}, top);
	for (const directory of [g.work, real, copy]) {
		fs.mkdirSync(directory, { recursive: true });
		plant(directory, seeds);
	}
	const before = realPicture(g.work);
	const overlay = overlayMachine(g);
	const oracle = realMachine(real);
	for (const call of calls) expect([call, overlay.call(call)]).toEqual([call, oracle.call(call)]);
	overlay.closeAll();
	oracle.closeAll();
	return { g, top, real, copy, before };
}

const script = [fc.array(anySeed, { maxLength: 8 }), fc.array(anyCall, { minLength: 1, maxLength: 40 })] as const;

test('whatever a script does, it sees what Linux would show it, and the machine stays as it was', () => {
	fc.assert(
		fc.property(...script, (seeds, calls) => {
			const { g, top, real, before } = inTurn(seeds, calls);
			expect(overlayPicture(g)).toEqual(realPicture(real));
			expect(realPicture(g.work)).toEqual(before);
			g.fs.close();
			fs.rmSync(top, { recursive: true });
		}),
		{ numRuns: runs },
	);
}, 120_000);

test('the tree that the log rebuilds is the one that was, and wants the same changes', () => {
	fc.assert(
		fc.property(...script, (seeds, calls) => {
			const { g, top, real } = inTurn(seeds, calls);
			const changes = g.fs.changeSet();
			expect(loadChangeSet(`${g.session}/upper`, createHostFiles(g.session))).toEqual(changes);
			const used = g.fs.used();
			g.fs.close();
			const again = guest({}, top);
			expect(overlayPicture(again)).toEqual(realPicture(real));
			expect(again.fs.changeSet()).toEqual(changes);
			expect(again.fs.used()).toEqual(used);
			again.fs.close();
			fs.rmSync(top, { recursive: true });
		}),
		{ numRuns: runs },
	);
}, 120_000);

test('the change set, applied to a copy of the machine, gives what the script saw', () => {
	fc.assert(
		fc.property(...script, (seeds, calls) => {
			const { g, top, copy } = inTurn(seeds, calls);
			const changes = g.fs.changeSet();
			expect(new Set(changes.map((change) => change.order)).size).toBe(changes.length);
			applyNaively(changes, g.work, copy, `${g.session}/upper/content`);
			expect(realPicture(copy)).toEqual(overlayPicture(g));
			g.fs.close();
			fs.rmSync(top, { recursive: true });
		}),
		{ numRuns: runs },
	);
}, 120_000);
