/** What a run leaves for programs: the report, JUnit's XML, annotations. */

import { outputProblem, writeOutput } from '../host/output-file.ts';
import type { Report } from '../model/report.ts';
import { effectText, whyText } from './github-run.ts';
import { type JunitCase, junitXml } from './junit.ts';
import { UserError } from './user-error.ts';

/** Throws UserError where a file can not be written: before the run, so that none is done whose outcome is lost. */
export function requireOutputs(files: readonly (string | undefined)[]): void {
	for (const file of files) {
		const problem = file === undefined ? undefined : outputProblem(file);
		if (problem !== undefined) throw new UserError(`cannot write ${file}: ${problem}`);
	}
}

/** Throws UserError. */
export function writeOutputs(
	report: Report,
	{ json, junit }: { readonly json: string | undefined; readonly junit: string | undefined },
): void {
	if (json !== undefined) write(json, `${JSON.stringify(report, undefined, '\t')}\n`);
	if (junit !== undefined) write(junit, junitOf(report));
}

/** Throws UserError. */
export function write(file: string, text: string): void {
	const problem = writeOutput(file, text);
	if (problem !== undefined) throw new UserError(`cannot write ${file}: ${problem}`);
}

/** The script itself is a case, and each effect but the reads that were allowed: of those there are thousands. */
export function junitOf(report: Report): string {
	const { script, started, ended, effects, unlisted } = report;
	const cases = [
		scriptCase(report),
		...effects.filter(({ kind, decision }) => kind !== 'read' || decision !== 'allow').map(effectCase(report)),
		...((unlisted?.denied ?? 0) > 0 ? [unlistedCase(unlisted?.denied ?? 0)] : []),
	];
	return junitXml({ name: script, started, seconds: (Date.parse(ended) - Date.parse(started)) / 1000, cases });
}

function scriptCase({ script, session, policy, exit }: Report): JunitCase {
	const { reason, status, message } = exit;
	const more = [`session ${session}`, `policy ${policy}`];
	const about = { group: 'script', name: script, more };
	// What was denied fails by itself; the script is not to blame a second time.
	if (reason === 'denied' || (reason === 'exited' && status === 0)) return { ...about, result: { kind: 'passed' } };
	const text = message ?? `it ended with status ${status} (${reason})`;
	return { ...about, result: { kind: reason === 'exited' ? 'failed' : 'error', message: text, type: reason } };
}

/** A denial that the policy lets pass (`denied: ignore`) fails nothing. */
function effectCase({ exit }: Report): (effect: Report['effects'][number]) => JunitCase {
	return (effect) => {
		const { kind, decision, notes = [], origin } = effect;
		const about = {
			group: kind,
			name: effectText(effect),
			...origin,
			...(notes.length === 0 ? {} : { more: notes.map(({ code, text }) => `${code}: ${text}`) }),
		};
		switch (decision) {
			case 'allow':
				return { ...about, result: { kind: 'passed' } };
			case 'ask':
				return { ...about, result: { kind: 'skipped', message: 'waits for a decision' } };
			case 'deny': {
				const failed = exit.reason === 'exited' ? 'skipped' : 'failed';
				return { ...about, result: { kind: failed, message: `denied${whyText(effect)}`, type: 'denied' } };
			}
		}
	};
}

function unlistedCase(count: number): JunitCase {
	const message = `${count} more were denied: approve-run audit show`;
	return {
		group: 'unlisted',
		name: 'effects that are not listed',
		result: { kind: 'failed', message, type: 'denied' },
	};
}
