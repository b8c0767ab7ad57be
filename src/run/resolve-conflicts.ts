/** Applies what was approved; where the machine has changed since, asks what becomes of each such change and goes on with the answers. */
import { createHash } from 'node:crypto';
import type { Tree } from '../host/atomic-tree.ts';
import type { Change } from '../model/change.ts';
import type { Choice, ChooseConflicts, ConflictView } from '../model/conflict.ts';
import type { DecidedBy } from '../model/decision.ts';
import type { RunEvent } from '../model/event.ts';
import type { SeenConflicts } from '../session/apply.ts';
import { type Conflict, stampNow } from '../session/conflicts.ts';
import { contentOf } from './change-content.ts';
import type { ChangeDecisions } from './change-decisions.ts';
import { type MergeSides, sidesOf } from './conflict-sides.ts';
import { ConflictError, type SessionWork } from './session-work.ts';

export type Resolving = {
	readonly work: SessionWork;
	readonly decisions: ChangeDecisions;
	readonly tree: Tree;
	readonly choose: ChooseConflicts;
	readonly by: DecidedBy;
	readonly now: () => number;
};

type Settled = { readonly choice: Choice; readonly sides: MergeSides; readonly seen: ReadonlyMap<string, string> };

/** The paths that were changed. Throws ConflictError where the answer was to leave it, and what SessionWork.apply throws. */
export async function applyResolving(on: Resolving): Promise<readonly string[]> {
	const settled = new Map<string, Settled>();
	for (;;) {
		const { changes, content, events } = resolved(on, settled);
		try {
			const seen: SeenConflicts = new Map([...settled].map(([path, one]) => [path, one.seen]));
			const paths = on.work.apply(changes, seen, content);
			for (const event of events) on.work.event(event);
			return paths;
		} catch (error) {
			if (!(error instanceof ConflictError)) throw error;
			// What is on the machine now is what is shown; should it change again before the answer counts, it is asked again.
			const asked = prepare(on, error.conflicts);
			const choices = await on.choose(asked.map(({ view }) => view));
			if (choices === undefined) throw error;
			for (const { view, sides, seen } of asked) {
				const choice = choices.get(view.path);
				if (choice === undefined) throw error;
				settled.set(view.path, { choice, sides, seen });
				if (choice.kind === 'machine') keepMachine(on, view.path);
			}
		}
	}
}

/** Merges what merges cleanly; with `force` the script's goes over the rest. For `apply` without a person to ask. */
export function chooseMerged(force: boolean): ChooseConflicts {
	return async (views) => {
		const choices = new Map<string, Choice>();
		for (const { path, choices: possible } of views) {
			if (possible.includes('merged')) choices.set(path, { kind: 'merged' });
			else if (force && possible.includes('script')) choices.set(path, { kind: 'script' });
			else return undefined;
		}
		return choices;
	};
}

type Asked = {
	readonly view: ConflictView;
	readonly sides: MergeSides;
	/** What each path of the machine was when it was shown. */
	readonly seen: ReadonlyMap<string, string>;
};

function prepare({ decisions, work, tree }: Resolving, conflicts: readonly Conflict[]): Asked[] {
	const byChange = new Map<string, Conflict[]>();
	for (const conflict of conflicts) byChange.set(conflict.change, [...(byChange.get(conflict.change) ?? []), conflict]);
	return [...byChange].map(([path, against]) => {
		const seen = new Map(against.map((conflict) => [conflict.path, stampNow(tree, conflict.path)]));
		const change = decisions.approved().find((one) => one.path === path);
		const sides = sidesOf(change, against, work);
		const { choices, lines, draft } = sides;
		const why = against.map((conflict) => conflict.why);
		return { view: { path, why, choices, lines, ...(draft === undefined ? {} : { draft }) }, sides, seen };
	});
}

function keepMachine({ decisions, by }: Resolving, path: string): void {
	for (const { change } of decisions.all()) {
		if (change.path !== path) continue;
		decisions.decide(change.order, { approved: false, by, because: 'kept as the machine had it' });
	}
}

function resolved({ decisions, work, by, now }: Resolving, settled: ReadonlyMap<string, Settled>) {
	const content = new Map(decisions.approvedContent());
	const events: RunEvent[] = [...settled].map(([path, { choice, sides }]) => {
		const bytes = bytesOf(choice, sides);
		const sha256 = bytes === undefined ? {} : { sha256: sha256Of(bytes) };
		return { kind: 'resolved', at: now(), path, how: choice.kind, by, ...sha256 };
	});
	const changes = decisions.approved().map((change): Change => {
		const one = settled.get(change.path);
		const bytes = one === undefined ? undefined : bytesOf(one.choice, one.sides);
		if (one === undefined || bytes === undefined || contentOf(change) === undefined) return change;
		if (change.kind === 'delete' || change.after.type !== 'file') return change;
		const sha256 = sha256Of(bytes);
		const name = `resolved-${sha256}`;
		work.keepContent(name, bytes);
		content.set(name, sha256);
		const { mtimeNs: _time, revision: _revision, ...after } = change.after;
		const mode = one.sides.mode ?? after.mode;
		return { ...change, after: { ...after, mode, content: name, size: bytes.length } };
	});
	return { changes, content, events };
}

/** New bytes, where the choice brings any. */
function bytesOf(choice: Choice, { merged }: MergeSides): Uint8Array | undefined {
	switch (choice.kind) {
		case 'machine':
		case 'script':
			return undefined;
		case 'merged':
			return merged;
		case 'edited':
			return choice.bytes;
	}
}

function sha256Of(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}
