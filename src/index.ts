/** The public API: what a program needs that judges effects by a policy, or reads what sessions did. It runs no script. */
import { findInstallation, type Installation, ownFolders } from './cli/installation.ts';
import { findExtended, loadPolicyDocument } from './cli/load-policy.ts';
import { openProcesses } from './host/process-identity.ts';
import { realPath } from './host/real-path.ts';
import { openSessionFiles } from './host/session-files.ts';
import type { Verdict } from './model/decision.ts';
import type { Effect } from './model/effect.ts';
import type { Limits } from './model/limits.ts';
import type { ExitReason, Report } from './model/report.ts';
import { withSeals } from './policy/attended.ts';
import { compilePolicy, systemPath } from './policy/compile.ts';
import { decide } from './policy/decide.ts';
import type { PolicyDocument, PolicySource } from './policy/document.ts';
import { passEnv } from './policy/environment.ts';
import { explain } from './policy/explain.ts';
import { parseLayers } from './policy/layers.ts';
import { PolicyError } from './policy/problem.ts';
import { openStore, type SessionEntry } from './session/store.ts';

export type { Base, Change, ChangeKind, NodeType, Target } from './model/change.ts';
export type { Approval, DecidedBy, Decision, Verdict } from './model/decision.ts';
export type {
	ConnectEffect,
	DeleteEffect,
	Effect,
	EffectKind,
	PathEffect,
	ReadEffect,
	RunEffect,
	WriteEffect,
} from './model/effect.ts';
export { describeEffect, effectKinds } from './model/effect.ts';
export type { RunEvent } from './model/event.ts';
export type { LimitName, Limits, LimitsUsed } from './model/limits.ts';
export type { ExitReason, Report, ReportEffect } from './model/report.ts';
export type { PolicySource } from './policy/document.ts';
export type { Problem } from './policy/problem.ts';
export { PolicyError } from './policy/problem.ts';

/** What a policy is read for. Each is that of this process where it is left out. */
export type Where = {
	/** What `./` means in the policy: the script's working directory. */
	readonly cwd?: string;
	/** What `~` means. */
	readonly home?: string;
	/** What the script would be started from; the policy's `env.pass` says which of it the script gets. */
	readonly env?: Readonly<Record<string, string | undefined>>;
};

/** A policy that was read for one machine, home and working directory. */
export type LoadedPolicy = {
	readonly name: string;
	readonly about?: string;
	readonly limits: Limits;
	/** The strictest of all rules that match, or the default. Paths are absolute and resolved, else they are denied. */
	decide(effect: Effect): Verdict;
	/** The same in lines of text, with each rule that matches. They hold names from the effect: unsafe for a terminal. */
	explain(effect: Effect): readonly string[];
};

/**
 * `given`: the name of a policy that ships (`review`), a file, or the text itself. Throws PolicyError for a mistake in a text
 * that was given, else an Error with a line for each mistake (`file:line:column: what is wrong`), or that there is no such policy.
 */
export async function loadPolicy(given: string | PolicySource, where: Where = {}): Promise<LoadedPolicy> {
	const installation = installationAt(where);
	const document =
		typeof given === 'string' ? await loadPolicyDocument(given, installation) : parseText(given, installation);
	const { cwd, home, env } = installation.surroundings;
	const policy = compilePolicy(document, {
		home,
		cwd,
		systemPath,
		env: passEnv(document, env),
		realpath: realPath,
		own: ownFolders(installation),
	});
	const { name, about, limits } = policy;
	return Object.freeze({
		name,
		...(about === undefined ? {} : { about }),
		limits,
		decide: (effect: Effect) => decide(policy, effect),
		explain: (effect: Effect) => explain(policy, effect),
	});
}

/** One session as it is kept on disk. Times are milliseconds since the epoch. */
export type SessionSummary =
	| {
			readonly kind: 'session';
			readonly id: string;
			readonly state:
				| 'running'
				| 'waiting'
				| 'interrupted'
				| 'applied'
				| 'partly-applied'
				| 'discarded'
				| 'ended'
				| 'rolled-back';
			readonly script: string;
			readonly argv: readonly string[];
			readonly policy: string;
			readonly cwd: string;
			readonly started: number;
			readonly ended?: number;
			readonly exit?: { readonly status: number; readonly reason: ExitReason };
			/** What `--report` writes; undefined while the script runs. Throws where the file was edited. */
			report(): Report | undefined;
	  }
	/** Its record was edited or is damaged: `why`. */
	| { readonly kind: 'untrusted'; readonly id: string; readonly why: string };

/** The sessions of this user (of XDG_STATE_HOME, else of ~/.local/state), newest first. */
export function listSessions(): readonly SessionSummary[] {
	const host = { files: openSessionFiles(), processes: openProcesses(), now: Date.now, random: Math.random };
	return openStore(findInstallation().sessions, host).list().map(summaryOf);
}

function installationAt({ cwd, home, env }: Where): Installation {
	const installation = findInstallation();
	const surroundings = {
		...installation.surroundings,
		cwd: cwd ?? installation.surroundings.cwd,
		home: home ?? installation.surroundings.home,
		env: env ?? installation.surroundings.env,
	};
	return { ...installation, surroundings };
}

function parseText(source: PolicySource, installation: Installation): PolicyDocument {
	const document = parseLayers(source, findExtended(installation));
	if (document instanceof PolicyError) throw document;
	return withSeals(document);
}

function summaryOf(entry: SessionEntry): SessionSummary {
	if (entry.kind === 'untrusted') return entry;
	const { session } = entry;
	const { id, script, argv, policy, cwd, started, ended, exit } = session.record;
	return {
		kind: 'session',
		id,
		state: session.state.kind,
		script,
		argv,
		policy,
		cwd,
		started,
		...(ended === undefined ? {} : { ended }),
		...(exit === undefined ? {} : { exit: { status: exit.status, reason: exit.reason } }),
		report() {
			const report = session.report();
			return isReport(report) ? report : undefined;
		},
	};
}

/** Written by us and sealed; this only tells whether there is one. */
function isReport(value: unknown): value is Report {
	return typeof value === 'object' && value !== null && 'effects' in value;
}
