/** Runs the same calls on the overlay and on a real directory, and stops at the first that is answered differently. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { guest, temporary } from './guest.ts';
import { type Call, type Machine, overlayMachine, plant, type Seed } from './oracle.ts';
import { realMachine } from './oracle-real.ts';
import { realPicture } from './picture.ts';

/** Calls are made from down here, so that a link to `..` does not lead out of what is compared. */
export const deep = '/1/2/3/4';

/** Three directories with the same things in them: the overlay's, the real one, and one to apply a change set to. */
export function plantThree(top: string, seeds: readonly Seed[]) {
	const three = { machine: `${top}/machine`, real: `${top}/real`, copy: `${top}/copy` };
	for (const directory of Object.values(three)) {
		fs.mkdirSync(directory + deep, { recursive: true });
		plant(directory + deep, seeds);
	}
	return three;
}

export function agree(overlay: Machine, oracle: Machine, calls: readonly Call[]): void {
	for (const call of calls) {
		const [got, expected] = [overlay.call(call), oracle.call(call)];
		assert.deepEqual({ call, answer: got }, { call, answer: expected });
	}
}

/** `keepOpen`: leaves open what the calls left open. */
export function inTurn(seeds: readonly Seed[], calls: readonly Call[], keepOpen = false) {
	const top = temporary();
	const three = plantThree(top, seeds);
	const g = { ...guest({ exposed: [three.machine] }, top), work: three.machine + deep };
	const before = realPicture(three.machine);
	const overlay = overlayMachine(g);
	const oracle = realMachine(three.real + deep);
	agree(overlay, oracle, calls);
	if (!keepOpen) {
		overlay.closeAll();
		oracle.closeAll();
	}
	return { ...three, g, top, before, overlay, oracle };
}
