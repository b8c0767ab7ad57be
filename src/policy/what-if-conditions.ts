/** Which condition of a rule (size, content, number, hour) would change a policy's answer to an effect. */
import type { Decision } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { Policy } from './compile.ts';
import type { Rule } from './compile-rule.ts';
import { decide, isLookUp } from './decide.ts';
import { matchesPatterns, subjectOf } from './rule-match.ts';
import { formatSize } from './units.ts';

export type ConditionChange = { readonly when: string; readonly decision: Decision };

/** Each is tried: with a file of that size, that many things, at that hour. */
export function conditionsThatChange(policy: Policy, effect: Effect): readonly ConditionChange[] {
	if (!policy.conditional || isLookUp(effect)) return [];
	const is = decide(policy, effect).decision;
	const subject = subjectOf(effect, policy);
	const rules = policy.rules[effect.kind].filter((rule) => matchesPatterns(rule, subject));
	const found = rules
		.flatMap((rule) => conditionChanges(policy, effect, rule))
		.filter(({ decision }) => decision !== is);
	return [...new Map(found.map((one) => [one.when, one])).values()];
}

function conditionChanges(policy: Policy, effect: Effect, { conditions = {} }: Rule): readonly ConditionChange[] {
	const { smaller, larger, holds, above, hours } = conditions;
	const sizes = [smaller, larger].filter((size) => size !== undefined);
	const changes: ConditionChange[] = [];
	if (effect.kind === 'write') {
		for (const size of sizes) {
			const when = `if the file has ${formatSize(size)} or more`;
			changes.push({ when, decision: decide(policy, { ...effect, size }).decision });
		}
		if (holds !== undefined) {
			const { decision } = decide(policy, { ...effect, secrets: ['a key'] });
			changes.push({ when: 'if a key or token is in the file', decision });
		}
	}
	if (above !== undefined) {
		const counts = { count: () => above + 1 };
		changes.push({ when: `after ${above} others`, decision: decide(policy, effect, counts).decision });
	}
	if (hours !== undefined) changes.push(...hourChange(policy, effect, hours));
	return changes;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The first quarter of an hour from now on at which the answer is another one. */
function hourChange(policy: Policy, effect: Effect, hours: string): readonly ConditionChange[] {
	const { now } = policy;
	if (now === undefined) return [];
	const is = decide(policy, effect).decision;
	const quarter = 15 * 60_000;
	const first = Math.ceil(now().getTime() / quarter) * quarter;
	for (let at = 0; at < 7 * 24 * 4; at++) {
		const moment = new Date(first + at * quarter);
		const { decision } = decide(
			{ ...policy, now: () => moment, floors: policy.floors.map((floor) => ({ ...floor, now: () => moment })) },
			effect,
		);
		if (decision === is) continue;
		const clock = `${String(moment.getHours()).padStart(2, '0')}:${String(moment.getMinutes()).padStart(2, '0')}`;
		return [{ when: `on ${weekdays[moment.getDay()]} at ${clock} (a rule holds ${hours})`, decision }];
	}
	return [];
}
