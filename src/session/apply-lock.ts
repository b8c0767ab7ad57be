/**
 * One apply or rollback at a time for each user of a machine. A lock is a file that nobody else makes: its name says which process
 * holds it (pid, start, pid namespace), so a dead holder's file can be removed without ever hitting a living one's.
 */
import { SysError } from '../abi/errno.ts';
import type { Processes, ProcessIdentity } from '../host/process-identity.ts';
import type { SessionFiles } from '../host/session-files.ts';

export class LockedError extends Error {
	override readonly name = 'LockedError';
}

/** Milliseconds to wait for another process by default. */
const patience = 10_000;

/**
 * Runs `work` while no other process applies. Waits up to `wait` milliseconds, then LockedError.
 * Two that see each other's file both step back: so never two go on.
 */
export function withApplyLock<T>(
	root: string,
	host: { readonly files: SessionFiles; readonly processes: Processes; readonly random: () => number },
	work: () => T,
	wait = patience,
): T {
	const { files, processes, random } = host;
	const folder = `${root}/lock`;
	files.makePrivateFolder(root);
	files.makePrivateFolder(folder);
	const own = nameFor(processes.self());
	for (let waited = 0; ; ) {
		const other = tryLock(files, processes, folder, own);
		if (other === undefined) break;
		if (waited >= wait) throw new LockedError(busy(folder, other));
		const pause = 20 + Math.floor(random() * 80);
		processes.sleep(pause);
		waited += pause;
	}
	try {
		return work();
	} finally {
		files.remove(`${folder}/${own}`);
	}
}

/** The name of the lock that stands in the way; undefined: it is ours now. */
function tryLock(files: SessionFiles, processes: Processes, folder: string, own: string): string | undefined {
	try {
		files.close(files.create(`${folder}/${own}`));
	} catch (error) {
		// This very process holds it: another thread, or an apply within an apply.
		if (error instanceof SysError && error.code === 'EEXIST') return own;
		throw error;
	}
	let other: string | undefined;
	try {
		other = livingHolder(files, processes, folder, own);
	} catch (error) {
		// We live on, so nobody would take ours for a dead one's.
		files.remove(`${folder}/${own}`);
		throw error;
	}
	if (other !== undefined) files.remove(`${folder}/${own}`);
	return other;
}

/** The first lock that is neither ours nor a dead one's; those of the dead are removed. */
function livingHolder(files: SessionFiles, processes: Processes, folder: string, own: string): string | undefined {
	return files.list(folder).find((name) => {
		if (name === own) return false;
		const holder = parseName(name);
		const isDead = holder !== undefined && processes.state(holder) === 'dead';
		if (isDead) files.remove(`${folder}/${name}`);
		return !isDead;
	});
}

function nameFor(identity: ProcessIdentity): string {
	return `${identity.pid}.${identity.started}.${identity.namespace}`;
}

function parseName(name: string): ProcessIdentity | undefined {
	const [, pid, started, namespace] = /^(\d+)\.([\w-]*)\.(\d*)$/.exec(name) ?? [];
	if (pid === undefined || started === undefined || namespace === undefined) return undefined;
	return { pid: Number(pid), started, namespace };
}

function busy(folder: string, name: string): string {
	const pid = parseName(name)?.pid;
	return (
		`Another approve-run (process ${pid ?? 'unknown'}) is applying changes. Try again when it is done; ` +
		`if it runs in a container that is gone, remove ${folder}/${name}.`
	);
}
