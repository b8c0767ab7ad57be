/** What became of a session, from its events: what is on the machine because of it, and what ran for real. */
import type { DecidedBy } from '../model/decision.ts';
import type { RunEvent } from '../model/event.ts';
import { BrokenLog } from './event-log.ts';
import type { Session } from './store.ts';

/** A command that ran: its words, and its exit status where it ended. */
export type RanCommand = { readonly argv: readonly string[]; readonly cwd: string; readonly status?: number };

export type History = {
	/** Paths that are on the machine because of this session, in the order they were applied. */
	readonly applied: readonly string[];
	/** Commands that ran. What they did is not captured, so it cannot be undone. */
	readonly commands: readonly RanCommand[];
	/** The last decision on each change, by its path. */
	readonly decided: ReadonlyMap<
		string,
		{ readonly approved: boolean; readonly by: DecidedBy; readonly because?: string }
	>;
};

/** `why`: the record was edited or is newer than this version, and tells nothing. */
export function readHistory(session: Session): History | { readonly why: string } {
	try {
		return historyOf(session.events());
	} catch (error) {
		if (error instanceof BrokenLog) return { why: error.message };
		throw error;
	}
}

function historyOf(events: Iterable<RunEvent>): History {
	const applied = new Set<string>();
	const commands = new Map<number, RanCommand>();
	const decided = new Map<string, { approved: boolean; by: DecidedBy; because?: string }>();
	for (const event of events) {
		switch (event.kind) {
			case 'applied':
				for (const path of event.paths) applied.add(path);
				break;
			case 'rolled-back':
				applied.clear();
				break;
			case 'effect':
				if (event.effect.kind === 'run' && event.approval.approved) {
					commands.set(event.id, { argv: event.effect.argv, cwd: event.effect.cwd });
				}
				break;
			case 'command-ended': {
				const command = commands.get(event.id);
				if (command !== undefined) commands.set(event.id, { ...command, status: event.status });
				break;
			}
			case 'decided': {
				const { approved, by, because } = event.approval;
				if (event.effect.kind === 'write' || event.effect.kind === 'delete') {
					decided.set(event.effect.path, { approved, by, ...(because === undefined ? {} : { because }) });
				}
				break;
			}
			case 'started':
			case 'review-opened':
			case 'unsupported':
			case 'limit':
			case 'failed':
			case 'taped':
			case 'ended':
			case 'resolved':
			case 'discarded':
				break;
		}
	}
	return { applied: [...applied], commands: [...commands.values()], decided };
}
