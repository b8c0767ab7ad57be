/** What a decision hangs on beside the effect: the time, and how much of the kind there was before. */
import type { Rule } from './compile-rule.ts';
import type { Subject } from './rule-match.ts';

export type Standing = {
	readonly now?: Date | undefined;
	readonly counts?: Counts | undefined;
};

/** How many different things a rule has been about, with this one. */
export type Counts = { count(rule: Rule, subject: Subject): number };

/** How many different things each rule with `above` has been about, in one run or one change set. */
export class RuleCounts implements Counts {
	/** By the rule itself: two rules may stand on one line. */
	readonly #seen = new Map<Rule, Set<string>>();

	/** Counts the effect in, where it is new; the number with it. */
	count(rule: Rule, subject: Subject): number {
		const seen = this.#seen.get(rule) ?? new Set();
		this.#seen.set(rule, seen);
		seen.add(keyOf(subject));
		return seen.size;
	}
}

function keyOf(subject: Subject): string {
	switch (subject.kind) {
		case 'path':
			return subject.path;
		case 'command':
			return JSON.stringify([subject.facts.program, subject.facts.words]);
		case 'host':
			return `${subject.host}:${subject.port}`;
	}
}
