/** What a person is told at the end of a run, beside the script's own output. */
import { sayToPerson } from '../host/terminal.ts';
import type { Mode, RunScriptResult } from '../run/run-script-options.ts';
import { printable, printableShort } from './printable.ts';

/** `hint`: what a person can do about it. */
export function tellResult({ exit, report, session }: RunScriptResult, mode: Mode, hint?: string): void {
	const say = (text: string): void => sayToPerson(`approve-run: ${text}\n`);
	if (exit.message !== undefined) say(printable(exit.message));
	if (hint !== undefined) say(hint);
	const denied = report.effects.filter(({ decision }) => decision === 'deny');
	for (const { kind, path, argv, host, because } of denied.slice(0, 5)) {
		const what = path ?? argv?.join(' ') ?? host ?? '';
		say(`denied: ${kind} ${printableShort(what)}${because === undefined ? '' : ` (${printableShort(because)})`}`);
	}
	const { unlisted } = report;
	const more = denied.length - Math.min(5, denied.length) + (unlisted?.denied ?? 0);
	if (more > 0) say(`and ${more} more were denied; approve-run show ${session.id}`);
	if (unlisted !== undefined) {
		const count = unlisted.allowed + unlisted.denied;
		say(
			`the report lists ${report.effects.length} effects; ${count} more are in the record: approve-run audit show ${session.id}`,
		);
	}
	const { kind } = session.state;
	if (report.applied.length > 0) {
		const count = report.applied.length === 1 ? '1 path was changed' : `${report.applied.length} paths were changed`;
		say(`${count}; take it back with: approve-run rollback ${session.id}`);
	}
	if (kind === 'waiting') say(`changes are waiting; decide with: approve-run review ${session.id}`);
	else if (mode === 'plan') say(`nothing to review; the record is session ${session.id}`);
}
