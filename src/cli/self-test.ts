/** Runs a small script through the whole road, in a session of its own that is removed afterwards. */

import type { Runtime } from '../interpreter/find-types.ts';
import { type RunOutcome, startRun } from '../run/controller.ts';
import { takeWorker } from '../run/early-worker.ts';
import { findLauncher, type Installation } from './installation.ts';
import { loadPolicyDocument } from './load-policy.ts';
import { openApplyHost, openSessionStore } from './session-store.ts';
import { startOptions } from './start-options.ts';

export type SelfTest = {
	readonly ok: boolean;
	readonly what: string;
	readonly mend?: string;
	readonly confinement: RunOutcome['confinement'];
};

/** A translated interpreter has no threads. */
const withThread = 't = threading.Thread(target=lambda: None); t.start(); t.join()\n';

const script = (kind: Runtime['kind']): string => `
import os, json${kind === 'trapped' ? ', threading' : ''}
with open('approve-run-self-test', 'w') as f: f.write('written')
${kind === 'trapped' ? withThread : ''}print(json.dumps([open('approve-run-self-test').read(), os.getpid() > 0]))
`;
const expected = '["written", true]\n';

export async function selfTest(installation: Installation, runtime: Runtime): Promise<SelfTest> {
	const host = openApplyHost();
	const store = openSessionStore(installation, host);
	const session = store.create({
		script: '-c',
		argv: [],
		policy: 'review',
		runtime: runtime.version,
		cwd: installation.surroundings.cwd,
	});
	const document = await loadPolicyDocument('review', installation);
	host.files.makePrivateFolder(`${session.folder}/channel`);
	const { launch, kernel } = startOptions({
		installation,
		thread: takeWorker(),
		launcher: findLauncher(installation),
		runtime,
		document,
		limits: document.limits,
		mode: 'plan',
		origins: false,
		words: ['-c', script(runtime.kind)],
		exposed: [],
		taped: false,
	})(session.folder);
	let printed = '';
	const run = startRun({
		...kernel(),
		launch,
		limits: document.limits,
		hooks: {
			output: async (_stream, bytes) => {
				printed += Buffer.from(bytes).toString();
				return true;
			},
			wantInput: () => run.input(undefined),
			ask: async () => ({ approved: false, by: { built: 'plan' } }),
			effect: () => {},
			beforeCommand: async () => [],
			commandEnded: () => {},
			withdrawn: () => {},
			origin: () => {},
			alone: () => {},
			unsupported: () => {},
			traffic: () => {},
			limit: () => {},
		},
	});
	const outcome = await run.done;
	session.update({ state: { kind: 'discarded', at: Date.now() } });
	store.remove(session.id);
	const { confinement, end } = outcome;
	if (end.kind === 'ended' && printed === expected && outcome.changes.length === 1) {
		return { ok: true, what: `self-test: a script ran, ${outcome.calls} system calls answered`, confinement };
	}
	const said = end.kind === 'failed' ? end.message : `it printed ${JSON.stringify(printed.slice(0, 400))}`;
	return { ok: false, what: 'self-test: the script did not run as it should', mend: said, confinement };
}
