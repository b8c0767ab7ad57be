/** The change set of a run and what was decided of each change: by the policy, then by a person. */
import type { Change } from '../model/change.ts';
import { type Approval, strictest, type Verdict } from '../model/decision.ts';
import type { Effect, PathEffect } from '../model/effect.ts';
import type { ItemState, ReviewItem } from '../model/review.ts';

export type DecidedChange = {
	readonly change: Change;
	readonly verdict: Verdict;
	/** Undefined while it waits for a person. */
	readonly approval: Approval | undefined;
};

export type ChangeDecisions = {
	/** Takes the change set as it is now. A decision stays with a change that is still the same. */
	set(changes: readonly Change[]): void;
	/** Nothing counts as decided by a rule any more: a run that a limit stopped is a person's to decide. */
	leaveToPerson(): void;
	all(): readonly DecidedChange[];
	decide(order: number, approval: Approval): void;
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

/** Tells two states of a change apart: an approval is bound to the one that was shown. */
export function versionOf(change: Change): string {
	return JSON.stringify(change);
}

/** `earlier`: what was decided of a change in a review that was left. */
export function createChangeDecisions(
	decide: (effect: Effect) => Verdict,
	earlier: (change: Change) => Approval | undefined = () => undefined,
): ChangeDecisions {
	let list: DecidedChange[] = [];
	let personOnly = false;
	const byPerson = new Map<string, Approval>();
	/** On the machine already, for the review's list: by version. */
	const done = new Map<string, DecidedChange>();

	const judge = (change: Change): DecidedChange => {
		const verdict = verdictOf(change, decide);
		const approval = byPerson.get(versionOf(change)) ?? earlier(change) ?? ruleApproval(verdict, personOnly);
		return { change, verdict, approval };
	};
	return {
		set(changes) {
			list = changes.map(judge);
		},
		leaveToPerson() {
			personOnly = true;
			list = list.map(({ change }) => judge(change));
		},
		all: () => list,
		decide(order, approval) {
			const found = list.find(({ change }) => change.order === order);
			if (found === undefined) return;
			byPerson.set(versionOf(found.change), approval);
			list = list.map((one) => {
				if (one === found) return { ...one, approval };
				// Whoever approves a file in a new directory has seen that directory's name in its path.
				const implied =
					approval.approved && one.approval === undefined && isNewDirectoryAbove(one.change, found.change);
				if (implied) byPerson.set(versionOf(one.change), approval);
				return implied ? { ...one, approval } : one;
			});
		},
		approved: () => withoutOrphans(list),
		markApplied(changes) {
			const gone = new Set(changes.map(versionOf));
			for (const one of list) if (gone.has(versionOf(one.change))) done.set(versionOf(one.change), one);
			list = list.filter(({ change }) => !gone.has(versionOf(change)));
		},
		items: () => [
			...[...done.values()].map(({ change, approval, verdict }) =>
				itemOf(change, { kind: 'applied', by: approval?.by ?? verdict.by }),
			),
			...list.map(({ change, approval }) => itemOf(change, stateOf(approval))),
		],
	};
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

function isNewDirectoryAbove(directory: Change, change: Change): boolean {
	return (
		directory.kind === 'create' && directory.after.type === 'directory' && change.path.startsWith(`${directory.path}/`)
	);
}

function ancestorsOf(path: string): string[] {
	const found: string[] = [];
	for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) found.push(path.slice(0, at));
	return found;
}

function verdictOf(change: Change, decide: (effect: Effect) => Verdict): Verdict {
	const verdicts = effectsOf(change).map(decide);
	const [first, ...rest] = verdicts;
	if (first === undefined) return { decision: 'ask', by: { built: 'kernel' } };
	return rest.reduce((a, b) => (strictest(a.decision, b.decision) === a.decision ? a : b), first);
}

function ruleApproval(verdict: Verdict, personOnly: boolean): Approval | undefined {
	const because = verdict.because === undefined ? {} : { because: verdict.because };
	if (verdict.decision === 'deny') return { approved: false, by: verdict.by, ...because };
	if (verdict.decision === 'allow' && !personOnly) return { approved: true, by: verdict.by, ...because };
	return undefined;
}

function stateOf(approval: Approval | undefined): ItemState {
	if (approval === undefined) return { kind: 'pending', live: false };
	const because = approval.because === undefined ? {} : { because: approval.because };
	return { kind: approval.approved ? 'approved' : 'denied', by: approval.by, ...because };
}

function itemOf(change: Change, state: ItemState): ReviewItem {
	const [effect] = effectsOf(change);
	return {
		id: change.order,
		effect: effect ?? { kind: 'write', path: change.path },
		change: change.kind,
		...(change.kind === 'rename' ? { from: change.from } : {}),
		state,
		version: versionOf(change),
	};
}
