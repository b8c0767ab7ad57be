/** A session in a few words, for lists. */
import type { SessionSummary } from '../model/session-list.ts';
import type { SessionEntry } from './store.ts';

export function summarise(entry: SessionEntry): SessionSummary {
	if (entry.kind === 'untrusted') return { id: entry.id, state: 'untrusted', words: '', why: entry.why };
	const { record, state, id } = entry.session;
	const { exit } = record;
	const message = exit?.message === undefined ? '' : `: ${exit.message}`;
	return {
		id,
		state: state.kind,
		words: [record.script, ...record.argv].join(' '),
		cwd: record.cwd,
		policy: record.policy,
		started: record.started,
		...(record.ended === undefined ? {} : { ended: record.ended }),
		...(exit === undefined ? {} : { exit: `${exit.reason}, status ${exit.status}${message}` }),
	};
}
