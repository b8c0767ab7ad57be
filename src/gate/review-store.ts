/** The review as data: what the run layer tells, what the person decides, and who is told of it. */

import type { Approval, EditWay } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { Limits, LimitsUsed } from '../model/limits.ts';
import type { Remembering } from '../model/remember.ts';
import type {
	Beside,
	Detail,
	Draft,
	Origin,
	Review,
	ReviewEnd,
	ReviewItem,
	ReviewState,
	RunPhase,
} from '../model/review.ts';
import { type Question, withdrawn } from './approver.ts';
import { type Clock, coalesce, systemClock } from './coalesce.ts';
import { canDecide, differs, noAnswer, stateOf } from './decisions.ts';
import { createDetailCache } from './detail-cache.ts';
import { createItemList } from './item-list.ts';
import { createListeners } from './listeners.ts';
import { createOutputRing } from './output-ring.ts';

export type ReviewOptions = {
	readonly session: string;
	readonly script: string;
	readonly policy: string;
	/** The script's working directory. */
	readonly cwd?: string;
	/** Computes what the right side shows of an item; asked once for each version of it while it is in use. */
	readonly loadDetail: (id: number) => Promise<Detail>;
	/** Absent: nothing can be edited. */
	readonly editing?: Editing;
	/** Absent: no rule can be made of what is asked. */
	readonly remembering?: Remembering;
	readonly beside?: Beside;
	readonly careful?: (item: ReviewItem) => boolean;
	readonly limits?: Limits;
	/** Where in the script an effect comes from, as the script says. */
	readonly originOf?: (effect: Effect) => Origin | undefined;
	readonly clock?: Clock;
};

/** What editing an item comes to; the store has made sure that it is open still. */
export type Editing = {
	draft(item: ReviewItem): Draft;
	/** Puts it in place of what the script wanted, and gives the item its new version. Why not, where it cannot be. */
	revise(item: ReviewItem, bytes: Uint8Array, how: EditWay): string | undefined;
};

/** The run layer's side of a review; the screen gets it as a plain `Review`. */
export interface ReviewStore extends Review {
	/** Puts a question to the person; the script stands still. Never rejects: abort, or the end of the review, is a no. */
	addLive(question: Question, signal: AbortSignal): Promise<Approval>;
	/** Adds an item, or replaces the one with the same id. */
	addItem(item: ReviewItem): void;
	/** Changes parts of an item; nothing if there is none with this id. A new `version` voids what was seen and loaded. */
	updateItem(id: number, patch: Partial<Omit<ReviewItem, 'id'>>): void;
	/**
	 * The change set as it is now: replaces all items that have a `change`. A person's decision, and that it was seen,
	 * stay with an item of the same id and the same (not missing) `version`.
	 */
	setChanges(items: readonly ReviewItem[]): void;
	setPhase(phase: RunPhase): void;
	pushOutput(bytes: Uint8Array): void;
	setUsed(used: LimitsUsed): void;
	whenFinished(): Promise<ReviewEnd>;
	/** Each returns how to stop listening. */
	onStop(listener: () => void): () => void;
	onInput(listener: (line: string | undefined) => void): () => void;
	/** A person decided an item, live or not. */
	onDecided(listener: (item: ReviewItem, approval: Approval) => void): () => void;
}

/** Listeners are called at most this often. */
const intervalMs = 33;
const outputBytes = 64 * 1024;
const detailsKept = 32;

export function createReview(options: ReviewOptions): ReviewStore {
	const items = createItemList();
	const details = createDetailCache(options.loadDetail, detailsKept);
	const output = createOutputRing(outputBytes);
	const seen = new Set<number>();
	/** Hashes of the contents that were given out to be shown, of the items' versions of now. */
	const contents = new Map<number, string>();
	const waiting = new Map<number, (approval: Approval) => void>();
	const changed = createListeners<[]>();
	const stopped = createListeners<[]>();
	const entered = createListeners<[string | undefined]>();
	const decided = createListeners<[ReviewItem, Approval]>();
	const notice = coalesce(() => changed.call(), intervalMs, options.clock ?? systemClock);
	let phase: RunPhase = { kind: 'running' };
	let used: LimitsUsed | undefined;
	let snapshot: ReviewState | undefined;
	let end: ReviewEnd | undefined;
	let finished: (end: ReviewEnd) => void = () => {};
	const whenFinished = new Promise<ReviewEnd>((resolve) => {
		finished = resolve;
	});

	return {
		...(options.remembering === undefined ? {} : { remembering: options.remembering }),
		...(options.beside === undefined ? {} : { beside: options.beside }),
		...(options.careful === undefined ? {} : { careful: options.careful }),
		state: () => {
			snapshot ??= takeSnapshot();
			return snapshot;
		},
		subscribe: changed.add,
		output: output.text,
		async detail(id) {
			const asked = items.get(id);
			if (asked === undefined) return { kind: 'failed', why: 'there is no such item' };
			const detail = await details.get(id, asked.version);
			const now = items.get(id);
			if (detail.kind === 'diff' && now !== undefined && now.version === asked.version && now.added === undefined) {
				put({ ...now, added: detail.added, removed: detail.removed });
			}
			if (now?.version === asked.version && 'content' in detail && detail.content !== undefined) {
				contents.set(id, detail.content);
			}
			return detail;
		},
		async draft(id, version) {
			const item = editable(id, version);
			return typeof item === 'string' ? { kind: 'refused', why: item } : edit((editing) => editing.draft(item));
		},
		async revise(id, version, bytes, how) {
			const item = editable(id, version);
			if (typeof item === 'string') return item;
			const result = edit((editing) => ({ kind: 'refused', why: editing.revise(item, bytes, how) }));
			return result.why;
		},
		markSeen(id, version) {
			const item = items.get(id);
			if (item === undefined || seen.has(id) || differs(item, version) || isFailed(item)) return;
			seen.add(id);
			touch();
		},
		decide(id, approval, version) {
			const item = items.get(id);
			if (item !== undefined && !differs(item, version)) decide(item, approval);
		},
		approveSeen(person) {
			let count = 0;
			for (const item of [...items.all]) {
				if (item.state.kind !== 'pending' || !seen.has(item.id)) continue;
				if (decide(item, { approved: true, by: { person } })) count += 1;
			}
			return count;
		},
		input: (line) => entered.call(line),
		stop: () => stopped.call(),
		finish(how) {
			if (end !== undefined) return;
			end = how;
			for (const id of [...waiting.keys()]) refuse(id, 'the review was left before it was answered');
			touch();
			finished(how);
		},

		addLive(question, signal) {
			const { id, effect } = question;
			if (end !== undefined || signal.aborted) {
				const approval = noAnswer(end === undefined ? 'the run was stopped' : 'the review has ended');
				put({ ...items.get(id), id, effect, state: stateOf(approval) });
				return Promise.resolve(approval);
			}
			return new Promise<Approval>((resolve) => {
				const why = () => (signal.reason === withdrawn ? withdrawn : 'the run was stopped before it was answered');
				const stop = () => refuse(id, why());
				refuse(id, 'it was asked again');
				signal.addEventListener('abort', stop, { once: true });
				waiting.set(id, (approval) => {
					signal.removeEventListener('abort', stop);
					resolve(approval);
				});
				const { because } = question.verdict;
				const state = { kind: 'pending', live: true, ...(because === undefined ? {} : { because }) } as const;
				put({ ...items.get(id), id, effect, state });
			});
		},
		addItem: put,
		updateItem(id, patch) {
			const item = items.get(id);
			if (item === undefined) return;
			if (patch.version !== undefined && patch.version !== item.version) forget(id);
			put({ ...item, ...patch });
		},
		setChanges(changes) {
			const kept = items.all.length === 0 ? changes : changes.map(keepDecision);
			const stay = new Set(items.all.length === 0 ? [] : kept.map((item) => item.id));
			for (const { id, change } of items.all) {
				if (change === undefined || stay.has(id)) continue;
				refuse(id, 'the change is there no more');
				forget(id);
			}
			items.replace((item) => item.change !== undefined, kept.map(withOrigin));
			touch();
		},
		setPhase(next) {
			phase = next;
			touch();
		},
		pushOutput(bytes) {
			output.push(bytes);
			notice.touch();
		},
		setUsed(now) {
			used = now;
			touch();
		},
		whenFinished: () => whenFinished,
		onStop: stopped.add,
		onInput: entered.add,
		onDecided: decided.add,
	};

	function takeSnapshot(): ReviewState {
		const { session, script, policy, cwd, limits } = options;
		return {
			session,
			script,
			policy,
			...(cwd === undefined ? {} : { cwd }),
			phase,
			items: items.all,
			counts: items.counts(),
			...(used === undefined ? {} : { used }),
			...(limits === undefined ? {} : { limits }),
			seen,
		};
	}

	function touch(): void {
		snapshot = undefined;
		notice.touch();
	}

	function put(item: ReviewItem): void {
		items.put(withOrigin(item));
		touch();
	}

	function withOrigin(item: ReviewItem): ReviewItem {
		const origin = item.origin ?? options.originOf?.(item.effect);
		return origin === undefined ? item : { ...item, origin };
	}

	function forget(id: number): void {
		seen.delete(id);
		details.forget(id);
		contents.delete(id);
	}

	/** The item, or why it cannot be edited. */
	function editable(id: number, version: string | undefined): ReviewItem | string {
		const item = items.get(id);
		if (item === undefined || differs(item, version)) return 'It changed meanwhile: look again.';
		if (end !== undefined || !canDecide(item)) return 'It is decided already.';
		if (item.change === undefined && item.effect.kind !== 'run') return 'There is nothing to edit in it.';
		return item;
	}

	function edit<Result>(run: (editing: Editing) => Result): Result | { kind: 'refused'; why: string } {
		if (options.editing === undefined) return { kind: 'refused', why: 'Nothing can be edited here.' };
		try {
			return run(options.editing);
		} catch (error) {
			return { kind: 'refused', why: `It cannot be edited: ${error instanceof Error ? error.message : String(error)}` };
		}
	}

	function isFailed(item: ReviewItem): boolean {
		return details.peek(item.id, item.version)?.kind === 'failed';
	}

	/** Whether it was decided. */
	function decide(item: ReviewItem, given: Approval): boolean {
		if (end !== undefined || !canDecide(item) || (given.approved && isFailed(item))) return false;
		const approval = given.approved ? { ...given, ...boundTo(item) } : given;
		const next: ReviewItem = { ...item, state: stateOf(approval) };
		put(next);
		const resolve = waiting.get(item.id);
		waiting.delete(item.id);
		resolve?.(approval);
		decided.call(next, approval);
		return true;
	}

	/** What an approval is bound to: the bytes that were shown, and what a person made of it. */
	function boundTo({ id, edit }: ReviewItem): Pick<Approval, 'content' | 'edit'> {
		const content = contents.get(id);
		return { ...(content === undefined ? {} : { content }), ...(edit === undefined ? {} : { edit }) };
	}

	function refuse(id: number, because: string): void {
		const resolve = waiting.get(id);
		if (resolve === undefined) return;
		const item = items.get(id);
		waiting.delete(id);
		const approval = noAnswer(because);
		if (item !== undefined) put({ ...item, state: stateOf(approval) });
		resolve(approval);
	}

	/** A change as the run layer gives it, with what a person decided of this very version before. */
	function keepDecision(item: ReviewItem): ReviewItem {
		const old = items.get(item.id);
		const same = old !== undefined && item.version !== undefined && old.version === item.version;
		if (!same) {
			forget(item.id);
			return item;
		}
		const counted = old.added === undefined ? item : { added: old.added, removed: old.removed ?? 0, ...item };
		const byPerson = (old.state.kind === 'approved' || old.state.kind === 'denied') && 'person' in old.state.by;
		return byPerson && item.state.kind === 'pending' ? { ...counted, state: old.state } : counted;
	}
}
