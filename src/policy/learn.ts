/**
 * A policy from what was approved in recorded runs: the one they ran under, and rules for what it does not allow. The text that is
 * made is read again and held against the record: nothing that was denied is allowed by it. Loads yaml and zod: import it lazily.
 */
import { describeEffect, type Effect } from '../model/effect.ts';
import type { PolicyContext } from './compile.ts';
import { generalise, type ProposedRule } from './generalise.ts';
import { type FindPolicy, parseLayers } from './layers.ts';
import { PolicyError } from './problem.ts';
import { proposeRule } from './propose.ts';
import { effectKey, judgeRecorded, type Recorded } from './recorded.ts';
import { selectorOfRule } from './written-rule.ts';
import { yamlText } from './yaml-write.ts';

export type RecordedSession = { readonly id: string; readonly recorded: readonly Recorded[] };

export type LearnOptions = {
	readonly name: string;
	/** What it extends: a shipped policy or a file, as `find` knows it. */
	readonly base: string;
	/** Of the sessions: one working directory for all. */
	readonly context: PolicyContext;
	readonly find: FindPolicy;
};

/** The text of the policy; PolicyError where what it extends is none, or where no rule keeps out what was denied. */
export function learnPolicy(sessions: readonly RecordedSession[], options: LearnOptions): string | PolicyError {
	const all = gather(sessions);
	const denied = all.filter(({ approved }) => !approved);
	const heldOut: Held[] = all.filter(({ approved, effect }) => approved && isMasked(effect));
	const judge = (text: string, held: readonly Held[]) => {
		const document = parseLayers({ name: `${options.name}.yaml`, text }, options.find);
		return document instanceof PolicyError ? document : judgeRecorded(document, options.context, held);
	};
	const bare = writePolicy(sessions, options, [], [], []);
	const now = judge(bare, all);
	if (now instanceof PolicyError) return now;
	let wanted = all.filter((one, at) => one.approved && now[at]?.decision !== 'allow' && !heldOut.includes(one));
	let refused = all.filter((one, at) => !one.approved && now[at]?.decision === 'allow');
	// The first pass shows where a stricter rule wins anyway, and what became allowed beside; the second one is without it.
	for (let pass = 0; pass < 5; pass++) {
		const { home, cwd, realpath } = options.context;
		const bases = { home, cwd, realpath };
		const effects = wanted.map(({ effect }) => effect);
		const allow = generalise(effects, 'allow', { bases, denied: denied.map(({ effect }) => effect) });
		const deny = refused.flatMap(({ effect }): ProposedRule[] => {
			const rule = proposeRule(effect, 'deny', bases);
			return rule === undefined ? [] : [{ rule, evidence: [effect] }];
		});
		const text = writePolicy(sessions, options, allow, deny, heldOut);
		const verdicts = judge(text, all);
		if (verdicts instanceof PolicyError) return verdicts;
		const slipped = denied.filter((one) => verdicts[all.indexOf(one)]?.decision === 'allow');
		const vain = all.filter((one, at) => one.approved && verdicts[at]?.decision !== 'allow' && !heldOut.includes(one));
		if (slipped.length === 0 && vain.length === 0) return text;
		refused = [...refused, ...slipped.filter((one) => !refused.includes(one))];
		wanted = wanted.filter((one) => !vain.includes(one));
		heldOut.push(...vain);
	}
	const message =
		'no rules were found that allow what was approved and nothing that was denied; learn from fewer sessions';
	return new PolicyError(`${options.name}.yaml`, [{ line: 1, column: 1, message }]);
}

/** An effect of one or more sessions. */
type Held = Recorded & { readonly ids: readonly string[] };

/** What was denied in one session is not approved, whatever another one says. */
function gather(sessions: readonly RecordedSession[]): readonly Held[] {
	const found = new Map<string, Held>();
	for (const { id, recorded } of sessions) {
		for (const one of recorded) {
			const key = effectKey(one.effect);
			const before = found.get(key);
			found.set(key, {
				...one,
				approved: one.approved && (before?.approved ?? true),
				ids: [...(before?.ids ?? []), id],
			});
		}
	}
	return [...found.values()];
}

/** The record keeps no secrets: what such a command really was is not known any more. */
function isMasked(effect: Effect): boolean {
	return effect.kind === 'run' && effect.argv.some((word) => word.includes('(masked)'));
}

function writePolicy(
	sessions: readonly RecordedSession[],
	{ name, base }: LearnOptions,
	allow: readonly ProposedRule[],
	deny: readonly ProposedRule[],
	heldOut: readonly Held[],
): string {
	const lines = [
		`# Learned from ${sessions.map(({ id }) => id).join(', ')}. Read it before you use it.`,
		`name: ${yamlText(name)}`,
		`extends: ${yamlText(base)}`,
	];
	for (const { effect } of heldOut) lines.push(`# Not allowed by any rule here: ${yamlText(describeEffect(effect))}`);
	if (allow.length + deny.length > 0) lines.push('', 'rules:');
	for (const rule of allow) lines.push(...writeRule(rule, 'approved', sessions));
	for (const rule of deny) lines.push(...writeRule(rule, 'denied', sessions));
	return `${lines.join('\n')}\n`;
}

function writeRule(
	{ rule, evidence }: ProposedRule,
	said: 'approved' | 'denied',
	sessions: readonly RecordedSession[],
): readonly string[] {
	const keys = new Set(evidence.map(effectKey));
	const counts = sessions.flatMap(({ id, recorded }) => {
		const count = recorded.filter(({ effect }) => keys.has(effectKey(effect))).length;
		return count === 0 ? [] : [`${count} ${count === 1 ? 'effect' : 'effects'} in ${id}`];
	});
	const selector = selectorOfRule(rule);
	const [only] = rule.patterns;
	return [
		`  # ${said}: ${counts.join(', ')}`,
		`  - ${rule.decision}: ${rule.kinds.length === 1 ? rule.kinds[0] : `[${rule.kinds.join(', ')}]`}`,
		...(rule.patterns.length === 1
			? [`    ${selector}: ${yamlText(only ?? '')}`]
			: [`    ${selector}:`, ...rule.patterns.map((pattern) => `      - ${yamlText(pattern)}`)]),
	];
}
