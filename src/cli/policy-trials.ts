/** `approve-run policy test|learn|diff`: policies against files of cases and against what was decided in sessions. */
import { resolve } from 'node:path';
import { readText } from '../host/file-facts.ts';
import type { Verdict } from '../model/decision.ts';
import { describeEffect, type Effect } from '../model/effect.ts';
import { forUnattended } from '../policy/attended.ts';
import { compilePolicy, type PolicyContext } from '../policy/compile.ts';
import { decide } from '../policy/decide.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { passEnv } from '../policy/environment.ts';
import { PolicyError } from '../policy/problem.ts';
import { judgeRecorded, type Recorded, recordedDecisions } from '../policy/recorded.ts';
import { NoSuchSession } from '../session/store.ts';
import { effectOf } from './effect-of.ts';
import { findInstallation, type Installation } from './installation.ts';
import { findExtended, loadPolicyDocument } from './load-policy.ts';
import { openActions, openRecovered, say } from './open-session.ts';
import { printableLine } from './printable.ts';
import { contextOf } from './remember-rule.ts';
import { requireOutputs } from './run-outputs.ts';
import { openApplyHost } from './session-store.ts';
import { counted, type Trial, type TrialResult, tellTrial } from './tell-trial.ts';
import { UserError } from './user-error.ts';

/** Exit status where something is decided otherwise. */
const differs = 1;

type TestFlags = {
	readonly policy: string;
	readonly unattended?: boolean | undefined;
	readonly junit?: string | undefined;
};

/** A file of cases, or (where there is no such file) a session, against a policy: tells the differences, and 1 where there are any. */
export async function policyTestCommand(given: string, { policy, unattended, junit }: TestFlags): Promise<number> {
	const installation = findInstallation();
	requireOutputs([junit]);
	const loaded = await loadPolicyDocument(policy, installation);
	const document = unattended === true ? forUnattended(loaded) : loaded;
	const text = readText(resolve(installation.surroundings.cwd, given));
	try {
		const results =
			text === undefined
				? testSession(given, document, installation, unattended === true)
				: await testCases(given, text, document, installation);
		return tellTrial(given, results, junit);
	} catch (error) {
		if (!(error instanceof NoSuchSession)) throw error;
		throw new UserError(`${given} is neither a file of cases nor a session; approve-run sessions lists the sessions`);
	}
}

/** Prints a policy that extends the one of the sessions (or `policy`) and allows what was approved in them. */
export async function policyLearnCommand(
	given: readonly string[],
	flags: { readonly name: string; readonly policy?: string | undefined },
): Promise<number> {
	const installation = findInstallation();
	const sessions = [...new Set(given)].map(readSession);
	const cwd = onlyOne(
		sessions.map((session) => session.cwd),
		'ran in different directories',
		'learn from those of one at a time',
	);
	const base =
		fileFrom(flags.policy, installation, cwd) ??
		onlyOne(
			sessions.map((session) => session.policy),
			'ran under different policies',
			'say with --policy which one to begin with',
		);
	const document = await loadPolicyDocument(base, at(installation, cwd));
	const context = contextOf(document, at(installation, cwd));
	const { learnPolicy } = await import('../policy/learn.ts');
	const find = findExtended(at(installation, cwd));
	const text = learnPolicy(sessions, { name: flags.name, base, context, find });
	if (text instanceof PolicyError) throw new UserError(text.message);
	process.stdout.write(text);
	if (cwd !== installation.surroundings.cwd) {
		say(`"./" in it is ${printableLine(cwd)}, where the sessions ran; keep it there`);
	}
	return 0;
}

/** Which effects of the sessions (of all, where none is named) the second policy decides otherwise than the first. */
export async function policyDiffCommand(before: string, after: string, given: readonly string[]): Promise<number> {
	const installation = findInstallation();
	const documents = [await loadPolicyDocument(before, installation), await loadPolicyDocument(after, installation)];
	const sessions = given.length > 0 ? [...new Set(given)].map(readSession) : everySession(installation);
	let [count, different] = [0, 0];
	for (const { id, cwd, recorded } of sessions) {
		const [was, is] = documents.map((document) => judgeIn(cwd, document, installation, recorded));
		for (const [index, { effect }] of recorded.entries()) {
			count += 1;
			const [one, two] = [was?.[index], is?.[index]];
			if (one === undefined || two === undefined || one.decision === two.decision) continue;
			different += 1;
			print(`${id}: ${one.decision} → ${two.decision}: ${describeEffect(effect)}${reason(two)}`);
		}
	}
	print(`${counted(count, 'effect')} of ${counted(sessions.length, 'session')}, ${different} decided otherwise`);
	return different > 0 ? differs : 0;
}

type Read = {
	readonly id: string;
	readonly cwd: string;
	readonly policy: string;
	readonly recorded: readonly Recorded[];
};

function readSession(given: string): Read {
	const { session } = openActions(given);
	const { cwd, policy } = session.record;
	return { id: session.id, cwd, policy, recorded: recordedDecisions(session.events()) };
}

/** One that is damaged is left out, and that is said. */
function everySession(installation: Installation): readonly Read[] {
	return openRecovered(installation, openApplyHost())
		.list()
		.flatMap((entry) => {
			try {
				return [readSession(entry.kind === 'session' ? entry.session.id : entry.id)];
			} catch (error) {
				say(`left out: ${printableLine(error instanceof Error ? error.message : String(error))}`);
				return [];
			}
		});
}

async function testCases(
	file: string,
	text: string,
	document: PolicyDocument,
	installation: Installation,
): Promise<Trial> {
	const { parseCases } = await import('../policy/cases.ts');
	const cases = parseCases(file, text);
	if (cases instanceof PolicyError) throw new UserError(cases.message, 125, cases);
	const context = contextOf(document, installation);
	const env = passEnv(document, process.env);
	const policy = compilePolicy(document, context);
	const results = cases.map(({ line, column, text: name, expected, ...one }): TrialResult => {
		const place = `${file}:${line}:${column}`;
		const verdict = decide(policy, effectAt(place, one, context, env));
		const problem =
			verdict.decision === expected ? undefined : `${verdict.decision}${reason(verdict)}, and not ${expected}`;
		return { group: one.kind, name, place: { text: place, file, line, column }, problem };
	});
	return { results, what: 'case', ending: 'not as expected' };
}

function effectAt(
	place: string,
	one: { readonly kind: string; readonly words: readonly string[] },
	{ cwd, home }: PolicyContext,
	env: Readonly<Record<string, string>>,
): Effect {
	try {
		// In a file no shell has put the home in its place.
		const words = one.words.map((word, index) => (index === 0 ? word.replace(/^~(?=\/|$)/, () => home) : word));
		return effectOf(one.kind, words, cwd, env);
	} catch (error) {
		throw error instanceof UserError ? new UserError(`${place}: ${error.message}`) : error;
	}
}

/** What was approved must not be denied, what was denied not be allowed. Nobody is asked in an unattended run: an ask is a deny. */
function testSession(given: string, document: PolicyDocument, installation: Installation, unattended: boolean): Trial {
	const { id, cwd, recorded } = readSession(given);
	const verdicts = judgeIn(cwd, document, installation, recorded);
	const results = recorded.map(({ effect, approved }, index): TrialResult => {
		const verdict = verdicts[index];
		const bad = approved ? (unattended ? ['ask', 'deny'] : ['deny']) : ['allow'];
		const was = approved ? 'approved' : 'denied';
		const differing = verdict !== undefined && bad.includes(verdict.decision);
		return {
			group: effect.kind,
			name: describeEffect(effect),
			place: { text: id },
			problem: differing ? `${verdict.decision}${reason(verdict)}, and was ${was}` : undefined,
		};
	});
	return { results, what: 'effect', ending: 'not as decided then' };
}

function judgeIn(
	cwd: string,
	document: PolicyDocument,
	installation: Installation,
	recorded: readonly Recorded[],
): readonly Verdict[] {
	return judgeRecorded(document, contextOf(document, at(installation, cwd)), recorded);
}

function at(installation: Installation, cwd: string): Installation {
	return { ...installation, surroundings: { ...installation.surroundings, cwd } };
}

/** A file that is named from here is another one from where the sessions ran. */
function fileFrom(given: string | undefined, installation: Installation, cwd: string): string | undefined {
	if (given === undefined || cwd === installation.surroundings.cwd) return given;
	const file = resolve(installation.surroundings.cwd, given);
	return readText(file) === undefined ? given : file;
}

function onlyOne(texts: readonly string[], what: string, advice: string): string {
	const [first, second] = new Set(texts);
	if (first === undefined) throw new UserError('name a session');
	if (second === undefined) return first;
	throw new UserError(`these sessions ${what} (${printableLine(first)}, ${printableLine(second)}); ${advice}`);
}

function reason({ by, because }: Verdict): string {
	const who = 'rule' in by ? by.rule : undefined;
	const parts = [who, because].filter((part) => part !== undefined);
	return parts.length === 0 ? '' : ` (${parts.join(': ')})`;
}

function print(line: string): void {
	process.stdout.write(`${printableLine(line)}\n`);
}
