/** What a policy says of an effect. Ordered: the strictest of several wins. */
export type Decision = 'allow' | 'ask' | 'deny';

const strictness: Record<Decision, number> = { allow: 0, ask: 1, deny: 2 };

/** The stricter of two decisions: deny over ask over allow. */
export function strictest(a: Decision, b: Decision): Decision {
	return strictness[a] >= strictness[b] ? a : b;
}

/** Who decided. A rule is named by where it stands (`policies/review.yaml:5`), a default by its policy. */
export type DecidedBy =
	| { readonly rule: string }
	| { readonly person: string }
	| { readonly built: 'unattended' | 'plan' | 'limit' | 'kernel' | 'runtime' };

/** A policy's answer to an effect. */
export type Verdict = {
	readonly decision: Decision;
	readonly by: DecidedBy;
	/** Why, in the rule's own words. */
	readonly because?: string;
};

/** A final answer: nothing is left to ask. */
export type Approval = {
	readonly approved: boolean;
	readonly by: DecidedBy;
	readonly because?: string;
	/** For a denied command: the exit status the person wants the guest to see instead of EACCES. 0..255. */
	readonly status?: number;
	/** SHA-256 in hex of a file's new bytes as they were on the screen: others are not applied. */
	readonly content?: string;
	/** What was approved, where that is not what the script wanted. */
	readonly edit?: Edit;
};

/** What a person made of an effect before approving it. */
export type Edit =
	| {
			readonly kind: 'content';
			/** Name of a file in the session's `upper/content/` that holds the approved bytes. */
			readonly content: string;
			readonly size: number;
			/** The name of the bytes that the script wanted. */
			readonly wanted: string;
			/** `edited`: in an editor; `hunks`: parts of the change were left out. */
			readonly how: EditWay;
	  }
	| { readonly kind: 'command'; readonly argv: readonly string[]; readonly program: string };

export type EditWay = 'edited' | 'hunks';
