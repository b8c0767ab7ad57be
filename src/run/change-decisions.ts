/** The change set of a run and what was decided of each change: by the policy, then by a person. */
import { noAnswer } from '../gate/decisions.ts';
import type { Change } from '../model/change.ts';
import { type Approval, type Edit, strictest, type Verdict } from '../model/decision.ts';
import type { Effect, PathEffect } from '../model/effect.ts';
import type { ReviewItem } from '../model/review.ts';
import { contentOf } from './change-content.ts';
import { itemOf, type Judged, rowOf, versionOf } from './change-rows.ts';

export type DecidedChange = {
	/** What would be applied. */
	readonly change: Change;
	/** What the script wanted, where a person edited that. */
	readonly wanted?: Change;
	readonly edit?: ContentEdit;
	readonly verdict: Verdict;
	/** Undefined while it waits for a person. */
	readonly approval: Approval | undefined;
};

export type ContentEdit = Extract<Edit, { kind: 'content' }>;

export type ChangeDecisions = {
	/** Takes the change set as it is now. A decision stays with a change that is still the same. */
	set(changes: readonly Change[]): void;
	/** Nothing counts as decided by a rule any more: a run that a limit stopped is a person's to decide. */
	leaveToPerson(): void;
	/** There is nobody to ask: a no to what only the whole change tells (its size, its mode, how many there are), and no call was denied for. */
	denyAsked(): void;
	all(): readonly DecidedChange[];
	get(order: number): DecidedChange | undefined;
	/** The changes that are decided by it: that one, and the new directories above it. */
	decide(order: number, approval: Approval): readonly DecidedChange[];
	/** What was decided of it is void: its bytes are others by now. */
	undecide(order: number): void;
	/** Puts other bytes in place of those that the script wanted; what was decided of it before is void. */
	edit(order: number, edit: ContentEdit): void;
	/** SHA-256 by content name, of what was approved as it was on the screen. */
	approvedContent(): ReadonlyMap<string, string>;
	/** Those that may go to the machine and are not there yet. */
	approved(): readonly Change[];
	markApplied(changes: readonly Change[]): void;
	items(): readonly ReviewItem[];
};

/** What a change does, as effects that a policy knows. */
export function effectsOf(change: Change): readonly PathEffect[] {
	switch (change.kind) {
		case 'create':
		case 'modify':
			return [{ kind: 'write', path: change.path }];
		case 'replace':
			return [
				{ kind: 'write', path: change.path },
				{ kind: 'delete', path: change.path },
			];
		case 'delete':
			return [{ kind: 'delete', path: change.path }];
		case 'rename':
			return [
				{ kind: 'write', path: change.path },
				{ kind: 'delete', path: change.from },
			];
	}
}

/**
 * `decide`: one verdict where it is the same for all. `earlier`: what was decided of a change in a review that was left.
 * `recount` is called before a change set is judged as a whole; true where the policy has rules that count. `secretsIn` looks
 * into new content, where the policy asks for that.
 */
export function createChangeDecisions(
	decide: Verdict | ((effect: Effect) => Verdict),
	earlier: (change: Change) => Approval | undefined = () => undefined,
	recount: () => boolean = () => false,
	secretsIn: (content: string) => readonly string[] = () => [],
): ChangeDecisions {
	let list: Judged[] = [];
	let places: Places | undefined;
	let personOnly = false;
	let nobody = false;
	const byPerson = new Map<string, Approval>();
	/** By the version of what the script wanted: another write to the file, and the edit is of something else. */
	const edits = new Map<string, ContentEdit>();
	/** On the machine already, for the review's list: by version. */
	const done = new Map<string, DecidedChange>();

	const verdictFor = (change: Change): Verdict =>
		typeof decide === 'function' ? verdictOf(change, decide, secretsIn) : decide;

	const judge = (wanted: Change): Judged => {
		const verdict = verdictFor(wanted);
		const before = earlier(wanted);
		// A version is text as long as the change: not made for each of 100,000 that nobody has decided.
		const edited = edits.size === 0 ? undefined : edits.get(versionOf(wanted));
		const edit = edited ?? (before?.edit?.kind === 'content' ? before.edit : undefined);
		if (edit === undefined) {
			const mine = byPerson.size === 0 ? undefined : byPerson.get(versionOf(wanted));
			const byRule = ruleApproval(verdict, personOnly) ?? (nobody ? unasked(verdict) : undefined);
			const approval = mine ?? before ?? byRule;
			return { change: wanted, verdict, approval, row: undefined };
		}
		const change = withContent(wanted, edit);
		// What was decided of the script's own bytes says nothing of edited ones, and no rule has seen those.
		const kept = before?.edit === undefined ? undefined : before;
		return { change, wanted, edit, verdict, approval: byPerson.get(versionOf(change)) ?? kept, row: undefined };
	};
	const decideAt = (place: number, approval: Approval | undefined): Judged | undefined => {
		const one = list[place];
		if (one === undefined) return undefined;
		if (approval === undefined) byPerson.delete(versionOf(one.change));
		else byPerson.set(versionOf(one.change), approval);
		const next = { ...one, approval, row: undefined };
		list[place] = next;
		return next;
	};
	const placesNow = (): Places => {
		places ??= placesOf(list);
		return places;
	};
	const take = (next: Judged[]): void => {
		list = next;
		places = undefined;
	};
	return {
		set(changes) {
			// Twice, so that the first of too many is asked about like the last: whether they are too many is known then.
			if (recount()) for (const change of changes) verdictFor(change);
			take(changes.map(judge));
		},
		leaveToPerson() {
			personOnly = true;
			take(list.map(({ change, wanted }) => judge(wanted ?? change)));
		},
		denyAsked() {
			nobody = true;
			take(list.map(({ change, wanted }) => judge(wanted ?? change)));
		},
		all: () => list,
		get: (order) => list[placesNow().byOrder.get(order) ?? -1],
		decide(order, approval) {
			const { byOrder, newDirectories } = placesNow();
			const place = byOrder.get(order) ?? -1;
			const found = decideAt(place, approval);
			if (found === undefined) return [];
			if (!approval.approved) return [found];
			// Whoever approves a file in a new directory has seen that directory's name in its path.
			const above = ancestorsOf(found.change.path).map((path) => newDirectories.get(path) ?? -1);
			const implied = above.filter((at) => list[at]?.approval === undefined).map((at) => decideAt(at, approval));
			return [found, ...implied].filter((one) => one !== undefined);
		},
		undecide: (order) => void decideAt(placesNow().byOrder.get(order) ?? -1, undefined),
		edit(order, edit) {
			const place = placesNow().byOrder.get(order) ?? -1;
			const found = list[place];
			if (found === undefined) return;
			const wanted = found.wanted ?? found.change;
			edits.set(versionOf(wanted), edit);
			byPerson.delete(versionOf(withContent(wanted, edit)));
			list[place] = judge(wanted);
		},
		approvedContent() {
			const known = new Map<string, string>();
			for (const { change, approval } of list) {
				const name = contentOf(change);
				if (name !== undefined && approval?.content !== undefined) known.set(name, approval.content);
			}
			return known;
		},
		approved: () => withoutOrphans(list),
		markApplied(changes) {
			const gone = new Set(changes.map(versionOf));
			for (const one of list) if (gone.has(versionOf(one.change))) done.set(versionOf(one.change), one);
			take(list.filter(({ change }) => !gone.has(versionOf(change))));
		},
		items: () => [
			...[...done.values()].map((one) => itemOf(one, { kind: 'applied', by: one.approval?.by ?? one.verdict.by })),
			...list.map(rowOf),
		],
	};
}

/** Indexes into a list, which holds good as long as nothing comes or goes. */
type Places = {
	readonly byOrder: ReadonlyMap<number, number>;
	/** By path. */
	readonly newDirectories: ReadonlyMap<string, number>;
};

function placesOf(list: readonly DecidedChange[]): Places {
	const byOrder = new Map<number, number>();
	const newDirectories = new Map<string, number>();
	for (const [place, { change }] of list.entries()) {
		byOrder.set(change.order, place);
		if (change.kind === 'create' && change.after.type === 'directory') newDirectories.set(change.path, place);
	}
	return { byOrder, newDirectories };
}

/** The approved changes, but for those that hang on one that is not: in a new directory, or of a directory not emptied. */
function withoutOrphans(list: readonly DecidedChange[]): readonly Change[] {
	const approved = list.filter(({ approval }) => approval?.approved === true).map(({ change }) => change);
	const refused = list.filter(({ approval }) => approval?.approved !== true).map(({ change }) => change);
	if (refused.length === 0) return approved;
	const missing = new Set(
		refused.filter((change) => change.kind !== 'delete' && change.kind !== 'modify').map(({ path }) => path),
	);
	const staying = refused.filter((change) => change.kind === 'delete').map(({ path }) => path);
	return approved.filter((change) => {
		if (ancestorsOf(change.path).some((path) => missing.has(path))) return false;
		return change.kind !== 'delete' || !staying.some((path) => path.startsWith(`${change.path}/`));
	});
}

function ancestorsOf(path: string): string[] {
	const found: string[] = [];
	for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) found.push(path.slice(0, at));
	return found;
}

function verdictOf(
	change: Change,
	decide: (effect: Effect) => Verdict,
	secretsIn: (content: string) => readonly string[],
): Verdict {
	const verdicts = effectsOf(change).map((effect) => decide(asWritten(effect, change, secretsIn)));
	const [first, ...rest] = verdicts;
	if (first === undefined) return { decision: 'ask', by: { built: 'kernel' } };
	const verdict = rest.reduce((a, b) => (strictest(a.decision, b.decision) === a.decision ? a : b), first);
	return verdict.decision === 'allow' && lendsRights(change) ? lent : verdict;
}

/** S_ISUID and S_ISGID: inode(7). */
const lending = 0o6000;

const lent: Verdict = Object.freeze({
	decision: 'ask',
	by: { built: 'kernel' } as const,
	because: 'whoever runs this file gets the rights of its owner or group',
});

/** Another user of the machine may have written the script, and waits for a program of his own with the rights of whoever ran it. */
function lendsRights(change: Change): boolean {
	return change.kind !== 'delete' && change.after.type === 'file' && (change.after.mode & lending) !== 0;
}

/** What a policy may ask of a write beside its path. */
function asWritten(effect: PathEffect, change: Change, secretsIn: (content: string) => readonly string[]): PathEffect {
	if (effect.kind !== 'write' || change.kind === 'delete' || change.after.type !== 'file') return effect;
	const { size, content } = change.after;
	return {
		...effect,
		size,
		// Read when a rule asks.
		get secrets() {
			return content === undefined ? [] : secretsIn(content);
		},
	};
}

function ruleApproval(verdict: Verdict, personOnly: boolean): Approval | undefined {
	const because = verdict.because === undefined ? {} : { because: verdict.because };
	if (verdict.decision === 'deny') return { approved: false, by: verdict.by, ...because };
	if (verdict.decision === 'allow' && !personOnly) return { approved: true, by: verdict.by, ...because };
	return undefined;
}

function unasked({ because }: Verdict): Approval {
	const nobody = 'nobody to ask (--unattended)';
	return noAnswer(because === undefined ? nobody : `${because}; ${nobody}`);
}
/** The change with other bytes. The time stays the script's: nobody asked for another one. */
function withContent(change: Change, { content, size }: ContentEdit): Change {
	if (change.kind === 'delete' || change.after.type !== 'file') return change;
	const { revision: _revision, ...after } = change.after;
	return { ...change, after: { ...after, content, size } };
}
