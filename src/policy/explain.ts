/** Tells which rules matched an effect and which one decided, for `policy explain`. */
import { describeEffect, type Effect } from '../model/effect.ts';
import type { Policy } from './compile.ts';
import { builtVerdict, decide, isLookUp, judgeCommand, standingOf } from './decide.ts';
import { ruleMatches, type Subject, subjectOf } from './rule-match.ts';

/** Lines of text. They hold names from the effect, which are not made safe for a terminal. */
export function explain(policy: Policy, effect: Effect): readonly string[] {
	const verdict = decide(policy, effect);
	const because = verdict.because === undefined ? '' : `: ${verdict.because}`;
	const lines = [`${describeEffect(effect)}`, `→ ${verdict.decision}${because}`];
	if (builtVerdict(policy, effect) !== undefined) return [...lines, '  decided before any rule'];
	if (isLookUp(effect)) return [...lines, '  as freely as the policy lets it be connected to at any port'];
	const subject = subjectOf(effect, policy);
	const standing = standingOf(policy, undefined);
	const matching = policy.rules[effect.kind].filter((rule) => ruleMatches(rule, subject, standing));
	for (const [index, rule] of matching.entries()) {
		const note = rule.because === undefined ? '' : ` (${rule.because})`;
		lines.push(`  ${rule.name} ${rule.decision}${note}: ${index === 0 ? 'matches and wins' : 'matches'}`);
	}
	const used = matching.length === 0 ? 'no rule matches, so it decides' : 'not needed';
	lines.push(`  ${policy.file} default for ${effect.kind} ${policy.default[effect.kind]}: ${used}`);
	for (const floor of policy.floors) {
		lines.push(`  ${floor.file} is sealed and says ${decide(floor, effect).decision}`);
	}
	return [...lines, ...commandNotes(policy, effect, subject)];
}

function commandNotes(policy: Policy, effect: Effect, subject: Subject): readonly string[] {
	if (subject.kind !== 'command' || effect.kind !== 'run') return [];
	const { facts } = subject;
	const notes = [`  the file that would run: ${facts.program}`];
	if (facts.changed.length > 0) {
		notes.push(`  no allow rule counts: the script set or changed ${facts.changed.join(', ')} in the environment`);
	}
	for (const [at, what] of facts.hazards.words) {
		notes.push(`  no star stands for ${at < 0 ? 'this command' : `"${facts.words[at] ?? ''}"`}: it ${what}`);
	}
	const { parts } = judgeCommand(policy, effect);
	for (const { what, verdict } of parts) {
		const by = 'rule' in verdict.by ? verdict.by.rule : verdict.by;
		const because = verdict.because === undefined ? '' : ` (${verdict.because})`;
		notes.push(`  in it: ${what}: ${verdict.decision}${because}, by ${typeof by === 'string' ? by : 'approve-run'}`);
	}
	for (const doubt of facts.script?.doubts ?? []) notes.push(`  it can not be judged by its parts: ${doubt}`);
	if (facts.shell.kind !== 'none' && facts.script === undefined) {
		notes.push('  a shell gets its commands as text: only a rule with exactly that text allows it');
	}
	return notes;
}
