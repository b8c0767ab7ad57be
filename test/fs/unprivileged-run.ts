/** Run as a user who is not root, in directories that root has filled: standard input lists them with the calls to make. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { guest } from './guest.ts';
import { agree, deep } from './in-turn.ts';
import { type Call, overlayMachine } from './oracle.ts';
import { realMachine } from './oracle-real.ts';
import { overlayPicture, realPicture } from './picture.ts';

type Case = { top: string; calls: Call[] };

const cases: Case[] = JSON.parse(fs.readFileSync(0, 'utf8'));
for (const { top, calls } of cases) {
	const g = { ...guest({ exposed: [`${top}/machine`] }, top), work: `${top}/machine${deep}` };
	const overlay = overlayMachine(g);
	const oracle = realMachine(`${top}/real${deep}`);
	try {
		agree(overlay, oracle, calls);
		overlay.closeAll();
		oracle.closeAll();
		assert.deepEqual(overlayPicture(g, `${top}/machine`), realPicture(`${top}/real`));
	} catch (error) {
		console.log(`${top} ${String(error)}\n${calls.map((call) => JSON.stringify(call)).join('\n')}`);
		process.exit(1);
	}
	g.fs.close();
}
console.log('all agree');
