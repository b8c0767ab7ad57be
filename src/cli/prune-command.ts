/** `approve-run sessions prune`, and the same by itself once a day. */
import { formatSize } from '../policy/units.ts';
import type { ApplyHost } from '../session/apply-host.ts';
import { LockedError } from '../session/apply-lock.ts';
import { type Keep, type Pruned, pruneSessions } from '../session/prune.ts';
import type { Session, SessionStore } from '../session/store.ts';
import { isExpected } from './exit-with-error.ts';
import { findInstallation, type Installation } from './installation.ts';
import { openRecovered } from './open-session.ts';
import { printableLine } from './printable.ts';
import { openApplyHost } from './session-store.ts';
import { loadSettings } from './settings.ts';

export type PruneFlags = { readonly waiting?: boolean | undefined; readonly dryRun?: boolean | undefined };

export function pruneCommand(flags: PruneFlags): number {
	const installation = findInstallation();
	const { keep } = loadSettings(installation);
	const host = openApplyHost();
	const options = { waiting: flags.waiting === true, dryRun: flags.dryRun === true };
	const pruned = pruneSessions(openRecovered(installation, host), host, keep, options);
	const verb = options.dryRun ? 'would remove' : 'removed';
	for (const { session, size, why } of pruned.removed) {
		process.stdout.write(`${verb} ${lineOf(session)}  ${roughSize(size)}, ${reason(why, keep)}\n`);
	}
	for (const session of pruned.waiting) process.stdout.write(`kept, it waits for you: ${lineOf(session)}\n`);
	process.stdout.write(`${total(pruned, options.dryRun)}\n`);
	return 0;
}

/** Prunes where isPruneDue() says so. Says what it removed, in one sentence; nothing where nothing was. */
export function pruneQuietly(
	installation: Installation,
	store: SessionStore,
	host: ApplyHost,
	say: (text: string) => void,
): void {
	try {
		const { keep } = loadSettings(installation);
		const { removed, waiting } = pruneSessions(store, host, keep, { wait: 0 });
		if (removed.length > 0) say(`${count(removed.length)} removed, as the settings say (docs/sessions.md)`);
		if (waiting.length > 0)
			say(`${waiting.length} old ${waiting.length === 1 ? 'session waits' : 'sessions wait'} for you: approve-run`);
	} catch (error) {
		// It is no part of what was asked for, and must not spoil that. (LockedError: somebody applies right now; tomorrow then.)
		if (!isExpected(error)) throw error;
		if (!(error instanceof LockedError)) say(error.message);
	}
}

function lineOf({ id, state, record }: Session): string {
	return `${id}  ${state.kind.padEnd(16)}${printableLine([record.script, ...record.argv].join(' '))}`;
}

function reason(why: 'age' | 'size', { age, size }: Keep): string {
	if (why === 'age') return `older than ${Math.round((age ?? 0) / 86_400_000)} days`;
	return `all together hold more than ${formatSize(size ?? 0)}`;
}

function total({ removed, size }: Pruned, isDryRun: boolean): string {
	return `${count(removed.length)} ${isDryRun ? 'would be ' : ''}removed; the others hold ${roughSize(size)}`;
}

function count(number: number): string {
	return number === 1 ? '1 session' : `${number} sessions`;
}

/** `3.4 MiB`; three digits are enough to judge by. */
function roughSize(bytes: number): string {
	const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit += 1;
	}
	return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
