/** A rule that would make a question go away, as it is offered to a person. Texts come from effects: unsafe for a terminal. */
import type { Decision } from './decision.ts';

export type RuleOffer = {
	/** The rule as it would stand in the file. */
	readonly rule: string;
	/** What the rule decides of this session, and how that was decided without it. */
	readonly decides: readonly { readonly what: string; readonly before: Decision; readonly after: Decision }[];
};

export type RememberOffer = {
	/** The narrowest rule first. Empty: `why`. */
	readonly offers: readonly RuleOffer[];
	readonly why?: string;
	/** The file that is proposed; a person may name another one. */
	readonly file: string;
};

export interface Remembering {
	/** Rules that decide the item of this id so. */
	offer(id: number, decision: 'allow' | 'deny'): Promise<RememberOffer>;
	/** Writes the rule with this text, one of those offered last, to a policy file; a sentence of what was done, or why not. */
	write(rule: string, file: string): Promise<string>;
}
