/** Opens a session of the user's for a command, after what crashes left half applied was taken back. */
import { createHostFiles } from '../host/host-files.ts';
import type { SessionActions } from '../run/review-session.ts';
import type { ApplyHost } from '../session/apply-host.ts';
import { recoverAll } from '../session/recover-all.ts';
import type { SessionStore } from '../session/store.ts';
import { findInstallation, type Installation } from './installation.ts';
import { reviewer } from './machine.ts';
import { openApplyHost, openSessionStore } from './session-store.ts';

export function openActions(id: string): SessionActions {
	const installation = findInstallation();
	const host = openApplyHost();
	const store = openRecovered(installation, host);
	const session = store.open(id);
	return { store, session, host, files: createHostFiles(session.folder), now: Date.now, reviewer: reviewer() };
}

/** The store, after what a crash had left half applied was taken back. */
export function openRecovered(installation: Installation, host: ApplyHost): SessionStore {
	const store = openSessionStore(installation, host);
	for (const { id } of recoverAll(store, host))
		say(`session ${id} was broken off while applying; all of that was taken back`);
	return store;
}

/** A sentence of ours on standard error. */
export function say(text: string): void {
	process.stderr.write(`approve-run: ${text}\n`);
}
