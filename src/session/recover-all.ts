/** Takes back what crashes left half applied, in whichever session: before anything is shown or applied anew. */
import { SysError } from '../abi/errno.ts';
import type { ApplyHost } from './apply-host.ts';
import { needsRecovery, recover } from './recover.ts';
import type { Session, SessionStore } from './store.ts';

/** The sessions that were brought back to before their broken off apply. Throws what recover() throws. */
export function recoverAll(store: SessionStore, host: ApplyHost): readonly Session[] {
	return store
		.list((folder) => mayNeedIt(folder, host))
		.flatMap((entry) => {
			// A running session applies by itself; what another process is at is under the lock.
			if (entry.kind !== 'session' || entry.session.state.kind === 'running') return [];
			recover(entry.session, host);
			return [entry.session];
		});
}

/** A journal that cannot be read is told where that session is used; it does not keep the others from being used. */
function mayNeedIt(folder: string, host: ApplyHost): boolean {
	try {
		return needsRecovery({ folder }, host);
	} catch (error) {
		if (error instanceof SysError) return false;
		throw error;
	}
}
