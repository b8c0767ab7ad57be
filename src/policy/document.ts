/**
 * A policy file after it was checked and before it is compiled for a machine: plain data that can be cached as JSON and
 * sent to a worker. Every text that a later step may find fault with keeps its place in the file.
 */
import type { Decision } from '../model/decision.ts';
import type { EffectKind } from '../model/effect.ts';
import type { Limits } from '../model/limits.ts';

/** A policy's text and the name it is told by in errors and verdicts: a path, or `policies/review.yaml`. */
export type PolicySource = { readonly name: string; readonly text: string };

/** A text of the policy and where it stands; both count from 1. */
export type Located = { readonly text: string; readonly line: number; readonly column: number };

/** Which of the three selectors an effect is matched by. */
export type SelectorKind = 'path' | 'command' | 'host';

/** When a rule holds, beside its patterns. Sizes in bytes. */
export type Conditions = {
	readonly smaller?: number;
	readonly larger?: number;
	readonly holds?: 'secrets';
	/** From so many different things on. */
	readonly above?: number;
	readonly hours?: string;
};

export type RuleDocument = {
	/** The source's name, where it is another one than the document's: a policy that is extended. */
	readonly file?: string;
	readonly decision: Decision;
	readonly kinds: readonly EffectKind[];
	readonly line: number;
	readonly column: number;
	readonly path: readonly Located[];
	readonly command: readonly Located[];
	readonly host: readonly Located[];
	readonly except: readonly Located[];
	readonly conditions?: Conditions;
	readonly because?: string;
	readonly match: readonly Located[];
	readonly not: readonly Located[];
};

/** What a script that was denied something ends with: 126 (`exit`), or its own status (`ignore`). */
export type DeniedRule = 'exit' | 'ignore';

export type PolicyDocument = {
	/** The source's name. */
	readonly file: string;
	/** What the policy calls itself; the source's name where it does not say. */
	readonly name: string;
	readonly about?: string;
	readonly default: Readonly<Record<EffectKind, Decision>>;
	readonly rules: readonly RuleDocument[];
	readonly hide: readonly Located[];
	readonly readonly: readonly Located[];
	/** What is otherwise with `--unattended`. */
	readonly unattended: {
		readonly default: Readonly<Partial<Record<EffectKind, Decision>>>;
		readonly rules: readonly RuleDocument[];
	};
	readonly limits: Limits;
	readonly env: EnvironmentDocument;
	readonly scratch: readonly Located[];
	/** Whether commands that run have the machine's network. */
	readonly commandNetwork: 'host' | 'none';
	readonly denied: DeniedRule;
	/** Policies that were extended and may only be tightened: the strictest of them and of this one wins. */
	readonly floors: readonly PolicyDocument[];
};

export type EnvironmentDocument = {
	readonly pass: readonly string[];
	readonly set: Readonly<Record<string, string>>;
	readonly mask: readonly string[];
	/** By variable: host patterns that get the secret in the place of its stand-in. */
	readonly secrets: Readonly<Record<string, readonly string[]>>;
};

/** One file before its layers are put together: what it says, and what it leaves out. */
export type PolicyLayer = {
	readonly document: PolicyDocument;
	/** Policies that it extends, as it names them. */
	readonly extends: readonly Located[];
	readonly sealed: boolean;
	/** Keys that the file has: the others are those of what it extends. */
	readonly says: readonly string[];
};

export function selectorOf(kind: EffectKind): SelectorKind {
	switch (kind) {
		case 'read':
		case 'write':
		case 'delete':
			return 'path';
		case 'run':
			return 'command';
		case 'connect':
		case 'listen':
			return 'host';
	}
}
