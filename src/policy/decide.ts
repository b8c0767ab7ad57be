/** A policy's answer to an effect: the strictest of all rules that match, or the default. */
import { strictest, type Verdict } from '../model/decision.ts';
import type { ConnectEffect, Effect, RunEffect } from '../model/effect.ts';
import type { Policy } from './compile.ts';
import { decideLookUp, specialVerdict } from './decide-host.ts';
import { judgeRun, ruleVerdict } from './decide-run.ts';
import type { RunJudgement } from './judge.ts';
import { matchesPath } from './path-pattern.ts';
import { isResolvedPath } from './path-text.ts';
import { firstMatch } from './rule-index.ts';
import { type Subject, subjectOf } from './rule-match.ts';
import type { Counts, Standing } from './standing.ts';

/** `counts`: of this run, for rules with `above`; without them such a rule never counts. */
export function decide(policy: Policy, effect: Effect, counts?: Counts): Verdict {
	const own = decideAlone(policy, effect, counts);
	if (policy.floors.length === 0 || own.decision === 'deny') return own;
	return policy.floors.reduce((verdict, floor) => {
		const below = decide(floor, effect, counts);
		return strictest(verdict.decision, below.decision) === verdict.decision ? verdict : below;
	}, own);
}

/** The answer to a command with that to each part of it. */
export function judgeCommand(policy: Policy, effect: RunEffect, counts?: Counts): RunJudgement {
	return judgeRun(policy, effect, {
		decide: (part) => decide(policy, part, counts),
		standing: standingOf(policy, counts),
	});
}

/** Whether the path is not there for the guest: it, or a directory that it is in, is hidden. */
export function isHidden(policy: Policy, path: string): boolean {
	for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
		for (const pattern of policy.hide) if (matchesPath(pattern, at)) return true;
	}
	return false;
}

function decideAlone(policy: Policy, effect: Effect, counts: Counts | undefined): Verdict {
	const built = builtVerdict(policy, effect);
	if (built !== undefined) return built;
	if (effect.kind === 'run') return judgeCommand(policy, effect, counts).verdict;
	if (isLookUp(effect)) return decideLookUp(policy, effect, (at) => decide(policy, at, counts));
	const subject = subjectOf(effect, policy);
	const rule = firstMatch(policy.index[effect.kind], subject, standingOf(policy, counts));
	const verdict = rule === undefined ? unruled(policy, effect, subject) : ruleVerdict(rule);
	return verdict.decision === 'deny' ? verdict : (changeOfInterpreter(policy, effect) ?? verdict);
}

function unruled(policy: Policy, effect: Effect, subject: Subject): Verdict {
	const decision = policy.default[effect.kind];
	const special = decision !== 'deny' && subject.kind === 'host' ? specialVerdict(subject, decision) : undefined;
	if (special !== undefined) return special;
	return Object.freeze({ decision, by: { rule: `${policy.file} (default)` } });
}

/** Only a name's addresses are wanted. */
export function isLookUp(effect: Effect): effect is ConnectEffect {
	return effect.kind === 'connect' && effect.port === 0 && !effect.host.startsWith('unix:');
}

export function standingOf(policy: Policy, counts: Counts | undefined): Standing | undefined {
	return policy.conditional ? { now: policy.now?.(), counts } : undefined;
}

/** What holds before any rule: approve-run's own files, and paths that cannot be judged. */
export function builtVerdict(policy: Policy, effect: Effect): Verdict | undefined {
	const path = effect.kind === 'run' ? effect.program : 'path' in effect ? effect.path : undefined;
	if (path === undefined) return undefined;
	if (!isResolvedPath(path)) {
		return denied('the path is not resolved, so that no rule can be held against it');
	}
	if (policy.hide.length > 0 && isHidden(policy, path)) return denied('the policy hides it');
	if (effect.kind === 'read' && policy.secret.some((secret) => touches(path, secret, false))) {
		return denied('these are records of other sessions');
	}
	if (effect.kind === 'write' || effect.kind === 'delete') {
		if (policy.own.some((own) => touches(path, own, effect.kind === 'delete')))
			return denied('these are files of approve-run itself');
	}
	return undefined;
}

/** Code that runs outside of the gate: the launcher loads the interpreter's library before anything is trapped. */
function changeOfInterpreter(policy: Policy, effect: Effect): Verdict | undefined {
	if (effect.kind !== 'write' && effect.kind !== 'delete') return undefined;
	if (!policy.interpreter.some((own) => touches(effect.path, own, effect.kind === 'delete'))) return undefined;
	const because = "the interpreter's own files: what is written there runs at its next start";
	return Object.freeze({ decision: 'ask', by: { built: 'runtime' } as const, because });
}

function denied(because: string): Verdict {
	return Object.freeze({ decision: 'deny', by: { built: 'kernel' } as const, because });
}

/** The directory itself and what is in it; for a deletion (a rename is one) what it is in too: it would be taken along. */
function touches(path: string, own: string, deletes: boolean): boolean {
	return path === own || path.startsWith(`${own}/`) || (deletes && (path === '/' || own.startsWith(`${path}/`)));
}
