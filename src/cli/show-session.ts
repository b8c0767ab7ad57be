/** `approve-run show`: a session in plain lines. */
import type { Change } from '../model/change.ts';
import type { Report, ReportEffect } from '../model/report.ts';
import { pendingChanges, type SessionActions } from '../run/review-session.ts';
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
	if (isReport(report)) {
		lines.push('', 'effects  (+ allowed, - denied, ? not decided)');
		for (const effect of report.effects) lines.push(`  ${effectLine(effect)}`);
		if (report.applied.length > 0)
			lines.push('', 'changed on the machine', ...report.applied.map((path) => `  ${printableLine(path)}`));
	} else {
		lines.push('', 'changes, not reviewed');
		for (const change of changes) lines.push(`  ? ${change.kind} ${printableLine(change.path)}`);
	}
	return `${lines.join('\n')}\n`;
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
