/** The report of a run: what `--report FILE` writes and programs act on. */
import type { Change } from '../model/change.ts';
import { type Effect, hostText } from '../model/effect.ts';
import type { Limits, LimitsUsed } from '../model/limits.ts';
import type { Note } from '../model/note.ts';
import type { Report, ReportEffect } from '../model/report.ts';
import type { Origin } from '../model/review.ts';
import { notesOf } from '../policy/notes.ts';
import { type DecidedChange, effectsOf } from './change-decisions.ts';
import { changeNotes } from './change-notes.ts';
import type { RecordedEffect } from './effect-record.ts';
import type { Exit } from './exit.ts';
import { maskWords } from './mask-secrets.ts';

export type ReportFacts = {
	readonly session: string;
	readonly script: string;
	readonly policy: string;
	readonly runtime: string;
	/** The script's first working directory. */
	readonly cwd: string;
	/** Milliseconds since the epoch. */
	readonly started: number;
	readonly ended: number;
	readonly exit: Exit;
	readonly effects: readonly RecordedEffect[];
	/** Effects beyond those, which the record alone has. */
	readonly unlisted: { readonly allowed: number; readonly denied: number };
	readonly changes: readonly DecidedChange[];
	/** Changes applied before a command ran. */
	readonly earlier: readonly DecidedChange[];
	readonly limits: Limits;
	readonly used: LimitsUsed;
	readonly calls: number;
	readonly applied: readonly string[];
	/** Lines added and removed by a change, where it is text. */
	readonly lines: (change: Change) => { readonly added: number; readonly removed: number } | undefined;
	/** Where in the script an effect comes from, where that was asked for. */
	readonly originOf: (effect: Effect) => Origin | undefined;
};

export function makeReport(facts: ReportFacts): Report {
	const { session, script, policy, runtime, exit, limits, used, calls, applied } = facts;
	const effects = [
		...facts.effects.map((recorded) => reportEffect(recorded, facts)),
		...[...facts.earlier, ...facts.changes].flatMap((decided) => reportChange(decided, facts)),
	].sort((a, b) => a.id - b.id);
	const entry = (name: keyof Limits) => ({ allowed: limits[name], used: Math.round(used[name]) });
	return {
		session,
		script,
		policy,
		runtime,
		started: new Date(facts.started).toISOString(),
		ended: new Date(facts.ended).toISOString(),
		exit,
		effects,
		...(facts.unlisted.allowed + facts.unlisted.denied === 0 ? {} : { unlisted: facts.unlisted }),
		limits: {
			time: entry('time'),
			cpu: entry('cpu'),
			memory: entry('memory'),
			output: entry('output'),
			tasks: entry('tasks'),
			disk: entry('disk'),
			files: entry('files'),
			sent: entry('sent'),
			received: entry('received'),
		},
		calls,
		applied,
	};
}

function reportEffect(
	{ id, effect, approval, status, traffic }: RecordedEffect,
	{ cwd, originOf }: ReportFacts,
): ReportEffect {
	const run =
		effect.kind === 'run' && approval.edit?.kind === 'command' ? { ...effect, argv: approval.edit.argv } : effect;
	return {
		id,
		kind: effect.kind,
		...subject(effect),
		decision: approval.approved ? 'allow' : 'deny',
		by: approval.by,
		...(approval.because === undefined ? {} : { because: approval.because }),
		...toldOf(notesOf(run, { cwd }), originOf(effect)),
		...(approval.edit?.kind === 'command' ? { approvedArgv: maskWords(approval.edit.argv) } : {}),
		...traffic,
		...(status === undefined ? {} : { status }),
	};
}

function subject(effect: RecordedEffect['effect']): Pick<ReportEffect, 'path' | 'argv' | 'host'> {
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return { path: effect.path };
		case 'run':
			return { argv: maskWords(effect.argv) };
		case 'connect':
		case 'listen':
			return { host: hostText(effect) };
	}
}

function toldOf(notes: readonly Note[], origin: Origin | undefined): Pick<ReportEffect, 'notes' | 'origin'> {
	return { ...(notes.length === 0 ? {} : { notes }), ...(origin === undefined ? {} : { origin }) };
}

function reportChange(
	{ change, verdict, approval, edit }: DecidedChange,
	{ cwd, lines: linesOf, originOf }: ReportFacts,
): ReportEffect[] {
	const [effect] = effectsOf(change);
	if (effect === undefined) return [];
	const because = approval?.because ?? verdict.because;
	return [
		{
			id: change.order,
			kind: effect.kind,
			path: change.path,
			...(change.kind === 'rename' ? { from: change.from } : {}),
			decision: approval === undefined ? 'ask' : approval.approved ? 'allow' : 'deny',
			by: approval?.by ?? verdict.by,
			...(because === undefined ? {} : { because }),
			...toldOf(changeNotes(change, cwd), originOf(effect)),
			...(edit === undefined ? {} : { edited: edit.how }),
			...linesOf(change),
		},
	];
}
