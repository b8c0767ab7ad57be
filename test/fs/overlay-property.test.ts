import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadChangeSet } from '../../src/fs/change-set.ts';
import { createHostFiles } from '../../src/host/host-files.ts';
import type { Change } from '../../src/model/change.ts';
import { applyNaively } from './applier.ts';
import { guest } from './guest.ts';
import { agree, inTurn } from './in-turn.ts';
import { anyCall, anySeed } from './oracle.ts';
import { overlayPicture, type Picture, realPicture } from './picture.ts';

const { FS_RUNS } = process.env;
const runs = Number(FS_RUNS ?? 60);

const script = [fc.array(anySeed, { maxLength: 8 }), fc.array(anyCall, { minLength: 1, maxLength: 40 })] as const;

test('whatever a script does, it sees what Linux would show it, and the machine stays as it was', () => {
	fc.assert(
		fc.property(...script, (seeds, calls) => {
			const { g, top, machine, real, before } = inTurn(seeds, calls);
			expect(overlayPicture(g, machine)).toEqual(realPicture(real));
			expect(realPicture(machine)).toEqual(before);
			g.fs.close();
			fs.rmSync(top, { recursive: true });
		}),
		{ numRuns: runs },
	);
}, 120_000);

test('the tree that the log rebuilds is the one that was, and wants the same changes', () => {
	fc.assert(
		fc.property(...script, (seeds, calls) => {
			const { g, top, machine, real } = inTurn(seeds, calls);
			const changes = g.fs.changeSet();
			expect(loadChangeSet(`${g.session}/upper`, createHostFiles(g.session))).toEqual(changes);
			const used = g.fs.used();
			g.fs.close();
			const again = guest({}, top);
			expect(overlayPicture(again, machine)).toEqual(realPicture(real));
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
			const { g, top, machine, copy, before } = inTurn(seeds, calls);
			const changes = g.fs.changeSet();
			checkBases(changes);
			if (calls.every(({ op }) => op !== 'rename' && op !== 'utimes') && same(overlayPicture(g, machine), before)) {
				expect(changes).toEqual([]);
			}
			expect(new Set(changes.map((change) => change.order)).size).toBe(changes.length);
			applyNaively(changes, machine, copy, `${g.session}/upper/content`);
			expect(realPicture(copy)).toEqual(overlayPicture(g, machine));
			g.fs.close();
			fs.rmSync(top, { recursive: true });
		}),
		{ numRuns: runs },
	);
}, 120_000);

test('changes that were applied in mid-run are none any more, and the script goes on as if nothing had happened', () => {
	fc.assert(
		fc.property(...script, fc.array(anyCall, { maxLength: 30 }), (seeds, all, more) => {
			// Two names of one file on the machine are two files to the overlay: no links that are applied in mid-run.
			const calls = all.filter(({ op }) => op !== 'link');
			const { g, top, machine, real, overlay, oracle } = inTurn(seeds, calls, true);
			const changes = g.fs.changeSet();
			applyNaively(changes, machine, machine, `${g.session}/upper/content`);
			g.fs.rebase(changes);
			expect(g.fs.changeSet()).toEqual([]);
			expect(overlayPicture(g, machine)).toEqual(realPicture(real));
			agree(overlay, oracle, more);
			overlay.closeAll();
			oracle.closeAll();
			expect(overlayPicture(g, machine)).toEqual(realPicture(real));
			const wanted = g.fs.changeSet();
			expect(loadChangeSet(`${g.session}/upper`, createHostFiles(g.session))).toEqual(wanted);
			applyNaively(wanted, machine, machine, `${g.session}/upper/content`);
			expect(realPicture(machine)).toEqual(realPicture(real));
			g.fs.close();
			fs.rmSync(top, { recursive: true });
		}),
		{ numRuns: runs },
	);
}, 120_000);

/** Each base is what the machine has at that very path. */
function checkBases(changes: readonly Change[]): void {
	for (const change of changes) {
		if (change.kind === 'create') continue;
		const from = change.kind === 'rename' ? change.from : change.path;
		const known = [{ path: from, base: change.base }];
		if (change.kind === 'rename' && change.replaces !== undefined)
			known.push({ path: change.path, base: change.replaces });
		for (const { path, base } of known) {
			const stat = fs.lstatSync(path, { bigint: true });
			expect([path, base.ino, base.mode, base.ctimeNs]).toEqual([
				path,
				String(stat.ino),
				Number(stat.mode) & 0o7777,
				String(stat.ctimeNs),
			]);
			if (stat.isFile()) expect(base.sha256).toBe(createHash('sha256').update(fs.readFileSync(path)).digest('hex'));
		}
	}
}

function same(a: Picture, b: Picture): boolean {
	return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}
