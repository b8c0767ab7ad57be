/** Reviews, applies, discards and rolls back a session after its run has ended, in whatever process. */

import type { HostFiles } from '../fs/api.ts';
import { loadChangeSet } from '../fs/change-set.ts';
import { createReview } from '../gate/review-store.ts';
import type { Change } from '../model/change.ts';
import type { ChooseConflicts } from '../model/conflict.ts';
import type { Verdict } from '../model/decision.ts';
import { eachLimit, type LimitName, type Limits, type LimitsUsed } from '../model/limits.ts';
import type { Review, ReviewEnd } from '../model/review.ts';
import { appliedTest } from '../session/applied-changes.ts';
import type { ApplyHost } from '../session/apply-host.ts';
import { recover } from '../session/recover.ts';
import { type RollbackResult, rollback } from '../session/rollback.ts';
import type { SessionRecord } from '../session/session-record.ts';
import type { Session, SessionStore } from '../session/store.ts';
import { besideSession } from './beside.ts';
import { type ChangeDecisions, createChangeDecisions } from './change-decisions.ts';
import { carefulTest } from './change-notes.ts';
import { checkedDetail, forgetChanged } from './changed-content.ts';
import { decideChange } from './decide-change.ts';
import { editChanges } from './edit-changes.ts';
import { keptOrigins } from './origins.ts';
import { createRemembering, type RememberOptions } from './remember.ts';
import { applyResolving } from './resolve-conflicts.ts';
import { saveSoon } from './save-soon.ts';
import { clearAfterRun, openSessionWork, type Reviewer, type SessionWork } from './session-work.ts';
import { openStoredDecisions, type StoredDecisions } from './stored-decisions.ts';

export type SessionActions = {
	readonly store: SessionStore;
	readonly session: Session;
	readonly host: ApplyHost;
	readonly files: HostFiles;
	readonly now: () => number;
	readonly reviewer: Reviewer;
	/** Where rules go that are made of what was asked. */
	readonly remember?: RememberOptions;
};

/** The session is in a state in which this cannot be done; the message says why. */
export class WrongState extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'WrongState';
	}
}

/** What the session still wants of the machine. */
export function pendingChanges(
	{ session, files, host }: Pick<SessionActions, 'session' | 'files' | 'host'>,
	changes = loadChangeSet(session.upper, files),
): Change[] {
	// A session whose controller was killed does not know itself what it has applied; its journals do.
	if (session.state.kind !== 'interrupted' && session.state.kind !== 'waiting') return changes;
	const isApplied = appliedTest(host.files, session.folder);
	return changes.filter((change) => !isApplied(change));
}

/** Shows the changes and does what the person decides. Throws WrongState, ConflictError, ApplyError. */
export async function reviewSession(
	actions: SessionActions,
	screen: (review: Review) => Promise<void>,
	choose: ChooseConflicts,
): Promise<ReviewEnd> {
	return withWork(actions, async (work, decisions, stored) => {
		if (decisions.all().length === 0) throw new WrongState(`session ${work.session.id} has nothing to review`);
		const { record } = work.session;
		const limits = limitsOf(record);
		const remembering = (options: RememberOptions) =>
			createRemembering(options, {
				items: () => review.state().items,
				changes: () => decisions.all().map(({ change }) => change),
			});
		const saving = saveSoon(work, decisions);
		const review = createReview({
			session: record.id,
			script: record.script,
			policy: record.policy,
			cwd: record.cwd,
			loadDetail: async (id) => {
				const found = decisions.get(id);
				if (found === undefined) return { kind: 'failed', why: 'there is no such change' };
				return checkedDetail(found, work, decisions, () => {
					review.updateItem(id, { state: { kind: 'pending', live: false } });
					saving.touch();
				});
			},
			...(actions.remember === undefined ? {} : { remembering: remembering(actions.remember) }),
			editing: editChanges(work, decisions, () => {
				review.setChanges(decisions.items());
				saving.touch();
			}),
			beside: besideSession(work.session),
			originOf: keptOrigins(work.session.origins()),
			careful: carefulTest(decisions, record.cwd),
			...(limits.allowed === undefined ? {} : { limits: limits.allowed }),
		});
		if (limits.used !== undefined) review.setUsed(limits.used);
		review.setChanges(decisions.items());
		const why = record.exit?.message ?? record.exit?.reason ?? 'its controller was killed';
		review.setPhase({ kind: 'ended', status: record.exit?.status ?? 125, why });
		review.onDecided((item, approval) => {
			decideChange(review, decisions, item.id, approval);
			saving.touch();
		});
		work.event({ kind: 'review-opened', at: actions.now(), ...actions.reviewer });
		const shown = screen(review);
		const end = await review.whenFinished();
		await shown;
		saving.end();
		if (end === 'apply') await applyDecided(actions, work, decisions, stored, { choose });
		if (end === 'discard') work.event({ kind: 'discarded', at: actions.now() });
		return end;
	});
}

/** What the run was allowed and what it used, where it came to its end. */
function limitsOf({ limits }: SessionRecord): { readonly allowed?: Limits; readonly used?: LimitsUsed } {
	if (limits === undefined) return {};
	const of = (which: 'allowed' | 'used') => (name: LimitName) => limits[name]?.[which] ?? 0;
	return { allowed: eachLimit(of('allowed')), used: eachLimit(of('used')) };
}

export type ApplyHow = {
	/** Goes over conflicts unseen. */
	readonly force?: boolean;
	/** Says what becomes of each conflict. */
	readonly choose?: ChooseConflicts;
};

/** Applies what was approved in a review before; the paths. With `all`, everything that no rule denied. */
export async function applySession(actions: SessionActions, options: ApplyHow): Promise<readonly string[]> {
	return withWork(actions, async (work, decisions, stored) => {
		if (decisions.approved().length === 0) {
			throw new WrongState(`nothing of session ${work.session.id} is approved; approve-run review ${work.session.id}`);
		}
		return applyDecided(actions, work, decisions, stored, options);
	});
}

/** Puts back what the session changed. Commands that ran are not undone. */
export function rollbackSession(actions: SessionActions, force: boolean): RollbackResult {
	const { session, host, now } = actions;
	requireIdle(session);
	const result = rollback(session, host, { force });
	if (result.kind !== 'rolled-back') return result;
	const work = openSessionWork(session, host, now);
	work.event({ kind: 'rolled-back', at: now(), paths: result.paths });
	session.update({ state: { kind: 'rolled-back', at: now() } });
	work.close();
	return result;
}

export function discardSession({ store, session, host, now }: SessionActions): void {
	requireIdle(session);
	if (session.state.kind === 'discarded') throw new WrongState(`session ${session.id} is discarded already`);
	const work = openSessionWork(session, host, now);
	work.event({ kind: 'discarded', at: now() });
	work.close();
	store.discard(session.id);
}

async function withWork<Result>(
	actions: SessionActions,
	use: (work: SessionWork, decisions: ChangeDecisions, stored: StoredDecisions) => Promise<Result>,
): Promise<Result> {
	const { session, host, now } = actions;
	requireIdle(session);
	if (session.state.kind === 'discarded') throw new WrongState(`session ${session.id} was discarded`);
	if (session.state.kind === 'applied')
		throw new WrongState(`all of session ${session.id} is applied; approve-run rollback takes it back`);
	if (session.state.kind === 'ended') throw new WrongState(`session ${session.id} has nothing to review or apply`);
	if (session.state.kind === 'rolled-back')
		throw new WrongState(`session ${session.id} was rolled back; run the script again`);
	recover(session, host);
	clearAfterRun(session.folder, host.files);
	// Once for all: without what a run keeps at its end it is the log that is read.
	const wanted = loadChangeSet(session.upper, actions.files);
	if (session.state.kind === 'interrupted' && isAllApplied(actions, wanted)) {
		session.update({ state: { kind: 'applied', at: now() } });
		throw new WrongState(`all of session ${session.id} is applied; approve-run rollback takes it back`);
	}
	const stored = openStoredDecisions(session, host.files);
	const decisions = createChangeDecisions(askOnly, stored.get);
	const work = openSessionWork(session, host, now);
	try {
		// What was approved in a review that ended in an apply is on the machine.
		const isDone = (change: Change): boolean =>
			session.state.kind === 'partly-applied' && stored.get(change)?.approved === true;
		decisions.set(pendingChanges(actions, wanted).filter((change) => !isDone(change)));
		return await use(work, decisions, stored);
	} finally {
		work.close();
		if (session.state.kind === 'interrupted') session.update({ state: { kind: 'waiting' } });
	}
}

/** The controller was killed between the last step of applying and its word of it. */
function isAllApplied({ session, host }: SessionActions, changes: readonly Change[]): boolean {
	return changes.length > 0 && changes.every(appliedTest(host.files, session.folder));
}

/** The policy has spoken at the end of the run, and that was kept; a later process asks the person alone. */
const askOnly: Verdict = { decision: 'ask', by: { built: 'plan' } };

async function applyDecided(
	{ now, host, reviewer }: SessionActions,
	work: SessionWork,
	decisions: ChangeDecisions,
	stored: StoredDecisions,
	{ force = false, choose }: ApplyHow,
): Promise<readonly string[]> {
	const by = { person: reviewer.person };
	const apply = async (): Promise<readonly string[]> =>
		choose === undefined
			? work.apply(decisions.approved(), force, decisions.approvedContent())
			: await applyResolving({ work, decisions, tree: host.tree, choose, by, now });
	const paths = await apply().catch((error: unknown) => {
		forgetChanged(error, stored, work, decisions);
		throw error;
	});
	// What became of a conflict is a decision too.
	work.saveDecisions(decisions);
	const approved = decisions.approved();
	const refused = decisions.all().length > approved.length;
	for (const { change, approval } of decisions.all()) {
		if (approval === undefined) continue;
		const kind = change.kind === 'delete' ? 'delete' : 'write';
		work.event({ kind: 'decided', at: now(), effect: { kind, path: change.path }, approval });
	}
	work.session.update({ state: { kind: refused ? 'partly-applied' : 'applied', at: now() } });
	return paths;
}

function requireIdle(session: Session): void {
	if (session.state.kind === 'running') throw new WrongState(`session ${session.id} is still running`);
	if (session.state.kind === 'applied') return;
}
