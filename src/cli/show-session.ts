/** `approve-run show`: a session in plain lines. */
import type { Change } from '../model/change.ts';
import type { Report, ReportEffect } from '../model/report.ts';
import { pendingChanges, type SessionActions } from '../run/review-session.ts';
import { type History, readHistory } from '../session/history.ts';
import type { Session } from '../session/store.ts';
import { printableLine } from './printable.ts';

const marks = { allow: '+', ask: '?', deny: '-' } as const;

export function describeSession(session: Session, changes: readonly Change[]): string {
	const { record } = session;
	const report = session.report();
	const lines = [
		`session  ${session.id}  ${session.state.kind}`,
		`script   ${printableLine([record.script, ...record.argv].join(' '))}`,
		`in       ${printableLine(record.cwd)}`,
		`policy   ${printableLine(record.policy)}`,
		`runtime  ${record.runtime}`,
		`started  ${new Date(record.started).toISOString()}`,
	];
	if (record.exit !== undefined) {
		const message = record.exit.message === undefined ? '' : `: ${printableLine(record.exit.message)}`;
		lines.push(`ended    ${record.exit.reason}, status ${record.exit.status}${message}`);
	}
	const history = readHistory(session);
	if ('why' in history) lines.push('', `the record cannot be trusted: ${printableLine(history.why)}`);
	const { applied, decided, commands } = 'why' in history ? nothingKnown : history;
	if (isReport(report)) {
		lines.push('', 'effects  (+ allowed, - denied, ? not decided)');
		for (const effect of report.effects) lines.push(`  ${effectLine(decidedLater(effect, decided))}`);
		if (report.unlisted !== undefined) {
			const { allowed, denied } = report.unlisted;
			lines.push(`  and ${allowed} more allowed, ${denied} more denied: approve-run audit show ${session.id}`);
		}
	} else {
		lines.push('', 'changes, not reviewed');
		for (const change of changes) lines.push(`  ? ${change.kind} ${printableLine(change.path)}`);
	}
	if (applied.length > 0)
		lines.push('', 'changed on the machine', ...applied.map((path) => `  ${printableLine(path)}`));
	if (commands.length > 0) lines.push('', 'ran for real; rolling back does not undo it');
	for (const { argv, status } of commands)
		lines.push(`  ${printableLine(argv.join(' '))}${status === undefined ? '' : `, status ${status}`}`);
	return `${lines.join('\n')}\n`;
}

const nothingKnown: History = { applied: [], commands: [], decided: new Map() };

/** The report is of the run; what a review said afterwards stands in the events. */
function decidedLater(effect: ReportEffect, decided: History['decided']): ReportEffect {
	const later = effect.kind === 'write' || effect.kind === 'delete' ? decided.get(effect.path ?? '') : undefined;
	if (later === undefined) return effect;
	const { because: _because, ...rest } = effect;
	const because = later.because === undefined ? {} : { because: later.because };
	return { ...rest, decision: later.approved ? 'allow' : 'deny', by: later.by, ...because };
}

/** What it still wants; a discarded one wants nothing. */
export function safeChanges(actions: SessionActions): readonly Change[] {
	return actions.session.state.kind === 'discarded' ? [] : pendingChanges(actions);
}

function effectLine(effect: ReportEffect): string {
	const what = effect.path ?? effect.argv?.join(' ') ?? effect.host ?? '';
	const from = effect.from === undefined ? '' : ` (from ${printableLine(effect.from)})`;
	const by = 'rule' in effect.by ? effect.by.rule : 'person' in effect.by ? effect.by.person : effect.by.built;
	const because = effect.because === undefined ? '' : ` (${printableLine(effect.because)})`;
	const status = effect.status === undefined ? '' : `, status ${effect.status}`;
	return `${marks[effect.decision]} ${effect.kind} ${printableLine(what)}${from}  by ${printableLine(by)}${because}${status}`;
}

/** Written by us and sealed; this only tells whether there is one. */
function isReport(value: unknown): value is Report {
	return typeof value === 'object' && value !== null && 'effects' in value;
}
