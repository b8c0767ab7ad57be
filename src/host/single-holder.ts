/** One process at a time: a lock file that names its holder, and is taken over when that one is gone. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openProcesses, type ProcessIdentity } from './process-identity.ts';

/** Runs `work` while `lockFile` is ours; waits for another holder, calling `onWait` once. */
export async function whileHolding<T>(lockFile: string, work: () => Promise<T>, onWait: () => void): Promise<T> {
	mkdirSync(dirname(lockFile), { recursive: true, mode: 0o700 });
	for (let tries = 0; !take(lockFile); tries++) {
		if (tries === 0) onWait();
		await sleep(200);
	}
	try {
		return await work();
	} finally {
		rmSync(lockFile, { force: true });
	}
}

function take(lockFile: string): boolean {
	const mine = JSON.stringify(openProcesses().self());
	try {
		writeFileSync(lockFile, mine, { flag: 'wx' });
		return true;
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
	}
	const holder = readHolder(lockFile);
	if (holder !== undefined && openProcesses().state(holder) === 'dead') rmSync(lockFile, { force: true });
	return false;
}

/** Undefined while the holder is still writing it. */
function readHolder(lockFile: string): ProcessIdentity | undefined {
	try {
		const holder: unknown = JSON.parse(readFileSync(lockFile, 'utf8'));
		return isIdentity(holder) ? holder : undefined;
	} catch {
		return undefined;
	}
}

function isIdentity(value: unknown): value is ProcessIdentity {
	return typeof value === 'object' && value !== null && 'pid' in value && 'started' in value && 'namespace' in value;
}
