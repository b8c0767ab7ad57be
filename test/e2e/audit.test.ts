/** The record of a run: what it says, and that nothing in it can be changed unseen. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorld, openPolicy, type World } from './program.ts';

let world: World;

beforeEach(() => {
	world = makeWorld();
	world.write('open.yaml', openPolicy());
});

afterEach(() => world.remove());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('the record says what ran by which version under which policy, who decided, and an edit of it is found', async () => {
	const script = 'import subprocess\nopen("a", "w").write("a")\nsubprocess.run(["touch", "made"])\n';
	world.write('s.py', script);
	const { report, status } = await world.report(['--unattended', '--policy', 'open.yaml', 's.py']);
	expect(status).toBe(0);
	const { session } = report;
	const shown = await world.run(['audit', 'show', '--json', session]);
	const events = shown.stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line));
	expect(events[0]).toMatchObject({
		kind: 'started',
		mode: 'unattended',
		version: expect.stringMatching(/^\d+\.\d+\.\d+/),
		hashes: {
			script: sha256(script),
			policy: sha256(openPolicy()),
			interpreter: expect.stringMatching(/^[0-9a-f]{64}$/),
		},
	});
	expect(events).toContainEqual(expect.objectContaining({ kind: 'applied', paths: [join(world.work, 'a')] }));
	expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a: number, b: number) => a - b));
	const lines = (await world.run(['audit', 'show', session])).stdout;
	expect(lines).toMatch(/allowed \d+ run touch made, by the rule open\.yaml/);
	expect((await world.run(['audit', 'verify', session])).stdout).toMatch(
		/^\d+ events, the chain is whole\nthis shows edits/,
	);

	const back = await world.run(['rollback', session]);
	expect([back.status, world.names().includes('a'), world.names().includes('made')]).toEqual([0, false, true]);
	expect(back.stderr).toContain(`a command that ran is not undone:\n  touch made  (in ${world.work}, exit 0)\n`);

	const file = join(world.folder, 'state', 'approve-run', 'sessions', session, 'events.jsonl');
	writeFileSync(file, readFileSync(file, 'utf8').replace('touch', 'ls'));
	const found = await world.run(['audit', 'verify', session]);
	expect([found.status, found.stdout]).toEqual([125, '']);
	expect(found.stderr).toMatch(/events\.jsonl:\d+: this line was changed/);
	expect((await world.run(['show', session])).stdout).toContain('the record cannot be trusted');
});
