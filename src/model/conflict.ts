/** A change that the machine stands against, as a person sees it, and what can become of it. Texts are unsafe for a terminal. */

export type ChoiceKind =
	/** The machine stays as it is; this change is not applied. */
	| 'machine'
	/** What the script wanted goes over it; what was there is kept for rolling back. */
	| 'script'
	/** The changes of both, where they touch different lines. */
	| 'merged'
	/** What the person made of it. */
	| 'edited';

export type Choice =
	| { readonly kind: Exclude<ChoiceKind, 'edited'> }
	| { readonly kind: 'edited'; readonly bytes: Uint8Array };

/** One line of the three-way view; `text` without its line end. */
export type ThreeWayLine =
	| { readonly kind: 'same' | 'note'; readonly text: string }
	/** Only one side changed it, or both in the same way. */
	| {
			readonly kind: 'change';
			readonly by: 'machine' | 'script' | 'both';
			readonly sign: '+' | '-';
			readonly text: string;
	  }
	/** Both sides changed it differently: one line of what one of them has there. */
	| { readonly kind: 'conflict'; readonly of: 'base' | 'machine' | 'script'; readonly text: string };

export type ConflictView = {
	/** Of the change. */
	readonly path: string;
	/** One sentence for each thing that is not as it was. */
	readonly why: readonly string[];
	readonly choices: readonly ChoiceKind[];
	readonly lines: readonly ThreeWayLine[];
	/** What an edit begins with, where it can be edited. */
	readonly draft?: Uint8Array;
};

/** What was chosen, by the path of the change; undefined: left for later. */
export type ChooseConflicts = (views: readonly ConflictView[]) => Promise<ReadonlyMap<string, Choice> | undefined>;
