/** The user's sessions on this machine, and what applying them needs of it. */
import { randomInt } from 'node:crypto';
import { openTree } from '../host/atomic-tree.ts';
import { openProcesses } from '../host/process-identity.ts';
import { openSessionFiles } from '../host/session-files.ts';
import type { ApplyHost } from '../session/apply-host.ts';
import { openStore, type SessionStore } from '../session/store.ts';
import type { Installation } from './installation.ts';

export function openApplyHost(): ApplyHost {
	const random = (): number => randomInt(2 ** 47) / 2 ** 47;
	return { tree: openTree(), files: openSessionFiles(), processes: openProcesses(), now: Date.now, random };
}

export function openSessionStore(installation: Installation, host: ApplyHost): SessionStore {
	// A session's name is no secret.
	return openStore(installation.sessions, { ...host, random: Math.random });
}
