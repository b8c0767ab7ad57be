/** What the journals of a session say was applied: which changes, and what stood there before. */
import { createHash } from 'node:crypto';
import { SysError } from '../abi/errno.ts';
import type { SessionFiles } from '../host/session-files.ts';
import type { Change } from '../model/change.ts';
import { checkpointFile } from './checkpoint.ts';
import type { ChangeReaders } from './describe-change.ts';
import { listTransactions } from './journal.ts';
import type { Plan, Saved } from './transaction.ts';

/** Names one change with one content: what a transaction says it has applied. */
export function markOf(change: Change): string {
	// A content has a name of its own. What only a running session knows is left out, as it may be missing in what the log tells.
	const known = JSON.stringify(change, (name, value: unknown) =>
		name === 'revision' || name === 'sha256' || name === 'order' ? undefined : value,
	);
	return createHash('sha256').update(known).digest('hex').slice(0, 32);
}

/** Whether a change is on the machine: its transaction was finished and not taken back, whatever the session knows of it. */
export function appliedTest(files: SessionFiles, sessionFolder: string): (change: Change) => boolean {
	const marks = new Set(
		listTransactions(files, sessionFolder).flatMap(({ state }) =>
			state.kind === 'done' ? (state.plan.marks ?? []) : [],
		),
	);
	return (change) => marks.size > 0 && marks.has(markOf(change));
}

/** Reads a change that transaction `number` has applied as it was before: the machine's side comes from the checkpoint. */
export function readersBefore(
	now: ChangeReaders,
	files: SessionFiles,
	sessionFolder: string,
	number: number,
): ChangeReaders {
	const found = listTransactions(files, sessionFolder).find((transaction) => transaction.number === number);
	const saved = found !== undefined && 'plan' in found.state ? savedBy(found.state.plan) : new Map<string, Saved>();
	const missing = (path: string) => new SysError('ENOENT', `what stood at ${path} was not kept`);
	return {
		...now,
		file: (path) => {
			const known = saved.get(path);
			const bytes = known?.type === 'file' ? files.readWhole(checkpointFile(sessionFolder, known.sha256)) : undefined;
			if (bytes === undefined) throw missing(path);
			return bytes;
		},
		link: (path) => {
			const known = saved.get(path);
			if (known?.type !== 'symlink') throw missing(path);
			return known.target;
		},
		names: () => 1,
	};
}

function savedBy(plan: Plan): Map<string, Saved> {
	const saved = new Map<string, Saved>();
	for (const step of plan.steps) {
		if (step.kind === 'remove') saved.set(step.path, step.saved);
		else if ((step.kind === 'place' || step.kind === 'move') && step.over !== undefined)
			saved.set(step.path, step.over);
	}
	return saved;
}
