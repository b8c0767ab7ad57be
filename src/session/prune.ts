/**
 * Removes old sessions, by age and by how much they hold. What waits for a person is never removed unless that was asked
 * for by name, nor what is running, what a crash left half applied, or what cannot be trusted.
 */
import type { SessionFiles } from '../host/session-files.ts';
import type { ApplyHost } from './apply-host.ts';
import { withApplyLock } from './apply-lock.ts';
import { needsRecovery } from './recover.ts';
import type { Session, SessionStore } from './store.ts';

/** What is kept. Left out: without bound. */
export type Keep = {
	/** Milliseconds since a session ended. */
	readonly age?: number;
	/** Bytes that all sessions may hold together. */
	readonly size?: number;
};

export type Pruned = {
	readonly removed: readonly { readonly session: Session; readonly size: number; readonly why: 'age' | 'size' }[];
	/** Sessions past their age, or in the way of the size, that stay because they wait for a person. */
	readonly waiting: readonly Session[];
	/** Bytes that are held afterwards. */
	readonly size: number;
};

export type PruneOptions = {
	/** Those that wait for a person go too. */
	readonly waiting?: boolean;
	/** Tells what would go, and removes nothing. */
	readonly dryRun?: boolean;
	/** Milliseconds to wait for another process that applies. */
	readonly wait?: number;
};

type Held = { readonly session: Session; readonly size: number };

/** Throws LockedError, and SysError where the machine refuses. */
export function pruneSessions(store: SessionStore, host: ApplyHost, keep: Keep, options: PruneOptions = {}): Pruned {
	// Nobody applies or rolls back meanwhile what is removed here.
	return withApplyLock(store.root, host, () => pruneLocked(store, host, keep, options), options.wait);
}

function pruneLocked(store: SessionStore, host: ApplyHost, keep: Keep, options: PruneOptions): Pruned {
	const held = store.list().flatMap((entry): Held[] => {
		if (entry.kind !== 'session') return [];
		return [{ session: entry.session, size: host.files.sizeBelow(entry.session.folder) }];
	});
	let size = held.reduce((sum, one) => sum + one.size, 0);
	const mayGo = held.filter(({ session }) => session.state.kind !== 'running' && !needsRecovery(session, host));
	const removed: Pruned['removed'][number][] = [];
	const waiting = new Set<Session>();
	const remove = (one: Held, why: 'age' | 'size'): void => {
		if (waits(one.session) && options.waiting !== true) {
			waiting.add(one.session);
			return;
		}
		if (options.dryRun !== true) store.remove(one.session.id);
		removed.push({ ...one, why });
		size -= one.size;
	};
	if (options.dryRun !== true) store.removeUnused(host.now() - day);
	const { age, size: most } = keep;
	const isOld = ({ session }: Held) => age !== undefined && host.now() - endOf(session) > age;
	for (const one of mayGo.filter(isOld)) remove(one, 'age');
	for (const one of mayGo.filter((other) => !isOld(other)).sort(firstToGo)) {
		if (most === undefined || size <= most) break;
		remove(one, 'size');
	}
	return { removed, waiting: [...waiting], size };
}

/** Whether automatic pruning is due: once a day. Says so once, so that of two processes one does it. */
export function isPruneDue(root: string, files: SessionFiles, now: number): boolean {
	const stamp = `${root}/pruned`;
	const last = Number(files.readWhole(stamp)?.toString('utf8') ?? 0);
	if (last <= now && now - last < day) return false;
	files.writeWhole(stamp, Buffer.from(String(now)), false);
	return true;
}

const day = 86_400_000;

function waits({ state }: Session): boolean {
	return state.kind === 'waiting' || state.kind === 'interrupted';
}

function endOf({ record, state }: Session): number {
	return 'at' in state ? state.at : (record.ended ?? record.started);
}

/** What holds no way back first, what waits last, the oldest first. */
function firstToGo(a: Held, b: Held): number {
	return worth(a.session) - worth(b.session) || endOf(a.session) - endOf(b.session);
}

function worth(session: Session): number {
	if (waits(session)) return 2;
	return session.state.kind === 'applied' || session.state.kind === 'partly-applied' ? 1 : 0;
}
