/** A policy's answer to an effect: the strictest of all rules that match, or the default. */
import type { Decision, Verdict } from '../model/decision.ts';
import type { ConnectEffect, Effect } from '../model/effect.ts';
import type { Policy } from './compile.ts';
import type { Rule } from './compile-rule.ts';
import { decideLookUp, specialVerdict } from './decide-host.ts';
import { isResolvedPath } from './path-text.ts';
import { firstMatch } from './rule-index.ts';
import { type Subject, subjectOf } from './rule-match.ts';

export function decide(policy: Policy, effect: Effect): Verdict {
	const built = builtVerdict(policy, effect);
	if (built !== undefined) return built;
	if (isLookUp(effect)) return decideLookUp(policy, effect, (at) => decide(policy, at));
	const subject = subjectOf(effect, policy.ground, policy.addresses);
	const rule = firstMatch(policy.index[effect.kind], subject);
	if (rule === undefined) return defaultVerdict(policy, effect, subject);
	const doubt = rule.decision === 'allow' ? shadowedCommand(policy, subject) : undefined;
	return doubt === undefined
		? ruleVerdict(rule)
		: Object.freeze({ decision: 'ask', by: { rule: rule.name }, because: doubt });
}

/** What holds before any rule: approve-run's own files, and paths that cannot be judged. */
export function builtVerdict(policy: Policy, effect: Effect): Verdict | undefined {
	const path = effect.kind === 'run' ? effect.program : effect.kind === 'connect' ? undefined : effect.path;
	if (path === undefined) return undefined;
	if (!isResolvedPath(path)) {
		return denied('the path is not resolved, so that no rule can be held against it');
	}
	if (effect.kind === 'read' && policy.secret.some((secret) => touches(path, secret, false))) {
		return denied('these are records of other sessions');
	}
	if (effect.kind === 'write' || effect.kind === 'delete') {
		if (policy.own.some((own) => touches(path, own, effect.kind === 'delete')))
			return denied('these are files of approve-run itself');
	}
	return undefined;
}

/** The default, at least ask for a program that is given as text: nobody can say what it runs. */
export function defaultVerdict(policy: Policy, effect: Effect, subject: Subject): Verdict {
	const decision: Decision = policy.default[effect.kind];
	const special = decision !== 'deny' && subject.kind === 'host' ? specialVerdict(subject) : undefined;
	if (special !== undefined) return special;
	const by = { rule: `${policy.file} (default)` };
	const unread = subject.kind === 'command' && subject.facts.shell.kind !== 'none';
	if (decision !== 'allow' || !unread) return Object.freeze({ decision, by });
	return Object.freeze({
		decision: 'ask',
		by,
		because: 'a shell gets its commands as text; no rule allows exactly this text',
	});
}

/** Only a name's addresses are wanted. */
export function isLookUp(effect: Effect): effect is ConnectEffect {
	return effect.kind === 'connect' && effect.port === 0 && !effect.host.startsWith('unix:');
}

function ruleVerdict(rule: Rule): Verdict {
	const by = { rule: rule.name };
	return Object.freeze(
		rule.because === undefined
			? { decision: rule.decision, by }
			: { decision: rule.decision, by, because: rule.because },
	);
}

/**
 * Why an allowed shell string is asked about all the same: its shell looks in PATH for a command, and a rule lets the
 * script put a file of that name there (a virtual environment in the working directory, a `.` in PATH).
 */
function shadowedCommand(policy: Policy, subject: Subject): string | undefined {
	if (subject.kind !== 'command' || subject.facts.shell.kind !== 'string') return undefined;
	for (const [name = ''] of subject.facts.shell.commands) {
		if (name === '' || name.includes('/')) continue;
		for (const directory of policy.ground.path) {
			if (directory.startsWith('/') && !mayWrite(policy, `${directory}/${name}`)) continue;
			return `the shell may find "${name}" in ${directory || '.'}, which is in PATH and where the script may write`;
		}
	}
	return undefined;
}

function mayWrite(policy: Policy, path: string): boolean {
	return !isResolvedPath(path) || decide(policy, { kind: 'write', path }).decision === 'allow';
}

function denied(because: string): Verdict {
	return Object.freeze({ decision: 'deny', by: { built: 'kernel' } as const, because });
}

/** The directory itself and what is in it; for a deletion (a rename is one) what it is in too: it would be taken along. */
function touches(path: string, own: string, deletes: boolean): boolean {
	return path === own || path.startsWith(`${own}/`) || (deletes && (path === '/' || own.startsWith(`${path}/`)));
}
