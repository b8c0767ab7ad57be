/** Runs one script from start to end: session, guest, questions, review, apply, report. */
import { type Approver, person, plan, settle, unattended, withdrawn } from '../gate/approver.ts';
import { stateOf } from '../gate/decisions.ts';
import { createReview, type ReviewStore } from '../gate/review-store.ts';
import type { ChooseConflicts } from '../model/conflict.ts';
import type { ReviewEnd } from '../model/review.ts';
import { findSecrets } from '../policy/secrets.ts';
import { recoverAll } from '../session/recover-all.ts';
import type { Session } from '../session/store.ts';
import { besideRun } from './beside.ts';
import { createChangeDecisions, type DecidedChange } from './change-decisions.ts';
import { describeEffect } from './command-detail.ts';
import { type RunHandle, type RunOptions, type RunOutcome, startRun } from './controller.ts';
import { decideChange } from './decide-change.ts';
import { editChanges } from './edit-changes.ts';
import { editEffects } from './edit-commands.ts';
import { createEffectRecord } from './effect-record.ts';
import { type Exit, exitOf, exitStatus } from './exit.ts';
import { createLineCounts, type LineCounts } from './line-counts.ts';
import { makeReport } from './make-report.ts';
import { createOrigins } from './origins.ts';
import { rememberingOf } from './remember.ts';
import { applyResolving } from './resolve-conflicts.ts';
import type { RunScriptOptions, RunScriptResult } from './run-script-options.ts';
import { type SaveSoon, saveSoon } from './save-soon.ts';
import { bugSentence, limitSentence } from './sentences.ts';
import { isRefusal, openSessionWork, type SessionWork } from './session-work.ts';
import { TerminalTurns } from './terminal-turns.ts';

export function runScript(options: RunScriptOptions): Promise<RunScriptResult> {
	return new ScriptRun(options).run();
}

class ScriptRun {
	readonly #options: RunScriptOptions;
	readonly #session: Session;
	readonly #work: SessionWork;
	readonly #lines: LineCounts;
	readonly #decisions;
	readonly #effects;
	readonly #review: ReviewStore;
	readonly #approver: Approver;
	readonly #run: RunHandle;
	readonly #earlier: DecidedChange[] = [];
	readonly #alone: string[] = [];
	readonly #origins;
	readonly #saving: SaveSoon;
	readonly #turns: TerminalTurns;

	constructor(options: RunScriptOptions) {
		this.#options = options;
		this.#origins = createOrigins(options.about.cwd);
		this.#session = options.store.create({ ...options.about, argv: [...options.about.argv] }, options.reserved);
		this.#work = openSessionWork(this.#session, options.applyHost, options.now, () => {
			recoverAll(options.store, options.applyHost);
		});
		this.#lines = createLineCounts((change) => this.#work.detail(change), options.now);
		const { script, policy, runtime } = options.about;
		const { facts, mode } = options;
		this.#work.event({ kind: 'started', at: options.now(), script, policy, runtime, mode, ...facts });
		this.#decisions = createChangeDecisions(options.decide, undefined, options.recount, (content) =>
			this.#secretsIn(content),
		);
		this.#saving = saveSoon(this.#work, this.#decisions);
		this.#effects = createEffectRecord((event) => this.#work.event(event), options.now);
		this.#review = createReview({
			session: this.#session.id,
			script,
			policy,
			cwd: options.about.cwd,
			loadDetail: async (id) => this.#detail(id),
			editing: editEffects(
				editChanges(this.#work, this.#decisions, () => this.#refresh()),
				options.decide,
				(id, patch) => this.#review.updateItem(id, patch),
			),
			...rememberingOf(options.remember, () => this.#review.state().items, this.#decisions.all),
			originOf: this.#origins.of,
			...besideRun(options, this.#effects.reads, this.#decisions),
		});
		this.#turns = new TerminalTurns({
			...options,
			review: this.#review,
			feed: (bytes) => this.#run.input(bytes),
			opened: () => this.#work.event({ kind: 'review-opened', at: options.now(), ...options.reviewer }),
		});
		this.#approver = { review: person(this.#review), plan, unattended }[options.mode];
		this.#run = startRun({ ...options.start, limits: options.limits, hooks: this.#hooks() });
		options.signal.addEventListener('abort', () => this.#run.stop(), { once: true });
		this.#review.onStop(() => this.#run.stop());
		this.#review.onDecided((item, approval) => {
			if (item.change === undefined) return;
			decideChange(this.#review, this.#decisions, item.id, approval);
			this.#saving.touch();
		});
		this.#review.onInput((line) => {
			this.#review.setPhase({ kind: 'running' });
			this.#run.input(line === undefined ? undefined : Buffer.from(`${line}\n`));
		});
	}

	async run(): Promise<RunScriptResult> {
		const tick = setInterval(() => this.#review.setUsed(this.#run.used()), 250);
		const outcome = await this.#run.done;
		clearInterval(tick);
		this.#work.runEnded(outcome.played?.tape);
		this.#options.streams.pause();
		this.#tellEnd(outcome);
		const stopped = outcome.limit !== undefined || outcome.end.kind !== 'ended';
		this.#decisions.set(outcome.changes);
		if (stopped) this.#decisions.leaveToPerson();
		else if (this.#options.mode === 'unattended') this.#decisions.denyAsked();
		const end = await this.#decideChanges(outcome);
		this.#lines.count(this.#decisions.all().map(({ change }) => change));
		const failure = end === 'apply' ? await this.#apply() : undefined;
		await this.#turns.close();
		return this.#finish(outcome, end, failure);
	}

	#hooks(): RunOptions['hooks'] {
		return {
			output: (stream, bytes) => this.#turns.output(stream, bytes),
			wantInput: () => this.#turns.wantInput(),
			ask: async (question, changes, signal) => {
				this.#decisions.set(changes);
				this.#refresh();
				if (this.#options.mode === 'review') this.#turns.open();
				const approval = await settle(question.verdict, this.#approver, question, signal);
				this.#effects.add(question.id, question.effect, approval);
				return approval;
			},
			withdrawn: (id) => {
				const recorded = this.#effects.get(id);
				if (recorded === undefined) return;
				const by = { built: 'kernel' } as const;
				this.#effects.add(id, recorded.effect, { approved: false, by, because: withdrawn });
				this.#review.updateItem(id, { state: { kind: 'denied', by, because: withdrawn } });
			},
			effect: (id, effect, approval) => {
				const isListed = this.#effects.add(id, effect, approval);
				if (isListed && (effect.kind !== 'read' || !approval.approved)) {
					this.#review.addItem({ id, effect, state: stateOf(approval) });
				}
			},
			beforeCommand: async (id, changes) => {
				const approval = this.#effects.get(id)?.approval;
				if (approval !== undefined) this.#review.updateItem(id, { state: { kind: 'ran', by: approval.by } });
				this.#decisions.set(changes);
				if (this.#options.mode === 'plan') return [];
				const approved = this.#decisions.approved();
				this.#lines.count(approved);
				try {
					this.#work.apply(approved, false, this.#decisions.approvedContent());
				} catch (error) {
					this.#options.say(isRefusal(error) ? error.message : bugSentence(error));
					throw error;
				}
				const done = new Set(approved);
				for (const one of this.#decisions.all()) if (done.has(one.change)) this.#earlier.push(one);
				this.#decisions.markApplied(approved);
				this.#refresh();
				return approved;
			},
			commandEnded: (id, status, signal) => {
				this.#effects.commandEnded(id, status, signal);
				const recorded = this.#effects.get(id);
				if (recorded === undefined) return;
				const how = signal > 0 ? { status: 128 + signal, signal: String(signal) } : { status };
				this.#review.updateItem(id, { state: { kind: 'ran', by: recorded.approval.by, ...how } });
			},
			traffic: (id, traffic) => {
				this.#effects.traffic(id, traffic);
				// Another version, so that its detail is made again.
				this.#review.updateItem(id, {
					version: `${traffic.connections}.${traffic.sent}.${traffic.received}`,
				});
			},
			origin: (key, origin) => this.#origins.set(key, origin),
			alone: (address) => void this.#alone.push(address),
			unsupported: (call) => this.#work.event({ kind: 'unsupported', at: this.#options.now(), call }),
			limit: (limit) =>
				this.#work.event({ kind: 'limit', at: this.#options.now(), limit, allowed: this.#options.limits[limit] }),
		};
	}

	/** Content that can not be read is taken for what it may hold. */
	#secretsIn(content: string): readonly string[] {
		try {
			return findSecrets(this.#work.readers.content(content).toString('latin1'));
		} catch {
			return ['something that can not be read'];
		}
	}

	#detail(id: number) {
		const decided = this.#decisions.get(id) ?? this.#earlier.find(({ change }) => change.order === id);
		if (decided !== undefined) return this.#work.detail(decided.change);
		const item = this.#review.state().items.find((one) => one.id === id);
		if (item === undefined) return { kind: 'failed', why: 'there is no such effect' } as const;
		const because = 'because' in item.state ? item.state.because : undefined;
		const pending = this.#decisions.all().length - this.#decisions.approved().length;
		return describeEffect(item, because, pending, this.#effects.get(id)?.traffic);
	}

	#refresh(): void {
		this.#review.setChanges(this.#decisions.items());
	}

	/** Whether what was approved is applied now. */
	async #decideChanges(outcome: RunOutcome): Promise<ReviewEnd> {
		const waiting = this.#decisions.all().some(({ approval }) => approval === undefined);
		const stopped = outcome.limit !== undefined || outcome.end.kind !== 'ended';
		switch (this.#options.mode) {
			case 'plan':
				return 'later';
			case 'unattended':
				return stopped ? 'later' : 'apply';
			case 'review':
				if (this.#options.signal.aborted) return 'later';
				if (!waiting && this.#turns.review === 'never') return stopped ? 'later' : 'apply';
				this.#refresh();
				// A review that was left while the script ran stays left.
				if (this.#turns.review === 'closed') return 'later';
				this.#turns.open();
				return this.#review.whenFinished();
		}
	}

	async #apply(): Promise<string | undefined> {
		const { now, applyHost, reviewer, mode } = this.#options;
		// The review's screen has ended: what is asked now has the terminal to itself.
		const choose: ChooseConflicts = async (views) => {
			await this.#turns.close();
			return mode === 'review' ? this.#options.choose(views) : undefined;
		};
		try {
			const on = { work: this.#work, decisions: this.#decisions, tree: applyHost.tree };
			return void (await applyResolving({ ...on, choose, by: { person: reviewer.person }, now }));
		} catch (error) {
			if (isRefusal(error)) return error.message;
			throw error;
		}
	}

	#tellEnd(outcome: RunOutcome): void {
		const [at, { end }] = [this.#options.now(), outcome];
		if (end.kind === 'failed') this.#work.event({ kind: 'failed', at, error: end.message });
		if (end.kind === 'ended') {
			const signal = end.status & 0x7f;
			this.#work.event({ kind: 'ended', at, status: (end.status >> 8) & 0xff, ...(signal > 0 ? { signal } : {}) });
		}
		const { status, message, reason } = this.#exit(outcome);
		this.#review.setPhase({ kind: 'ended', status, why: message ?? reason });
		this.#review.setUsed(outcome.used);
	}

	#exit(outcome: RunOutcome): Exit {
		const refused =
			this.#effects.denied() || this.#decisions.all().some(({ approval }) => approval?.approved === false);
		const denied = refused && this.#options.denied === 'exit';
		return exitOf(outcome, denied, (limit) => limitSentence(limit, this.#options.limits));
	}

	#finish(outcome: RunOutcome, end: ReviewEnd, failure: string | undefined): RunScriptResult {
		const options = this.#options;
		const now = options.now();
		const applied = this.#work.applied();
		for (const { change, approval } of this.#decisions.all()) {
			if (approval === undefined) continue;
			const effect = { kind: change.kind === 'delete' ? 'delete' : 'write', path: change.path } as const;
			this.#work.event({ kind: 'decided', at: now, effect, approval });
		}
		const exit: Exit =
			failure === undefined ? this.#exit(outcome) : { status: exitStatus.failed, reason: 'failed', message: failure };
		const report = makeReport({
			session: this.#session.id,
			...options.about,
			started: this.#session.record.started,
			ended: now,
			exit,
			effects: this.#effects.all(),
			unlisted: this.#effects.unlisted(),
			changes: this.#decisions.all(),
			earlier: this.#earlier,
			limits: options.limits,
			used: outcome.used,
			calls: outcome.calls,
			applied,
			lines: (change) => this.#lines.get(change),
			originOf: this.#origins.of,
		});
		this.#saving.stop();
		this.#work.saveDecisions(this.#decisions);
		this.#session.saveReport(report);
		const state = this.#state(end, failure, now);
		if (state.kind === 'waiting' || state.kind === 'partly-applied')
			this.#session.saveOrigins(this.#origins.keep(this.#decisions.all().map(({ change }) => change)));
		if (end === 'discard') this.#work.event({ kind: 'discarded', at: now });
		this.#session.update({ ended: now, exit, limits: { ...report.limits }, state });
		this.#work.close();
		if (end === 'discard') options.store.discard(this.#session.id);
		return { exit, report, session: this.#session, alone: this.#alone };
	}

	#state(end: ReviewEnd, failure: string | undefined, at: number): Session['record']['state'] {
		const left = this.#decisions.all();
		const waits = failure !== undefined || end === 'later';
		if (waits && left.length > 0) return { kind: 'waiting' };
		if (this.#work.applied().length === 0) return { kind: 'ended', at };
		const refused = left.some(({ approval }) => approval?.approved !== true);
		return refused ? { kind: 'partly-applied', at } : { kind: 'applied', at };
	}
}
