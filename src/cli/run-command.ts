/** `approve-run [options] SCRIPT [ARG…]`: puts the parts together and runs a script. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { launch } from '../host/launch.ts';
import type { SessionFiles } from '../host/session-files.ts';
import { hasTerminal, sayToPerson } from '../host/terminal.ts';
import { closeTraceFile, openTraceFile } from '../host/trace-file.ts';
import type { Runtime } from '../interpreter/find-types.ts';
import type { LimitName, Limits } from '../model/limits.ts';
import { countsThings, forUnattended, withSeals } from '../policy/attended.ts';
import { compilePolicy, type Policy } from '../policy/compile.ts';
import { decide } from '../policy/decide.ts';
import { LimitTooLooseError, limitExample, limitNames, parseLimit, tightenLimits } from '../policy/limits.ts';
import { RuleCounts } from '../policy/standing.ts';
import { takeWorker } from '../run/early-worker.ts';
import type { Exit } from '../run/exit.ts';
import { openStreams } from '../run/outside-streams.ts';
import { runScript } from '../run/run-script.ts';
import type { Mode, RunScriptOptions } from '../run/run-script-options.ts';
import { isPruneDue } from '../session/prune.ts';
import type { ReservedSession, SessionStore } from '../session/store.ts';
import { chooseInTerminal } from './choose-conflicts.ts';
import { failureHint, rememberErrors } from './failure-hint.ts';
import { isGithub } from './github.ts';
import { githubRun } from './github-run.ts';
import { findInstallation, findLauncher } from './installation.ts';
import { loadPolicyDocument } from './load-policy.ts';
import { reviewer } from './machine.ts';
import { obtainRuntime } from './obtain-runtime.ts';
import { printable } from './printable.ts';
import { programOf } from './program-of.ts';
import { contextOf, rememberOptions } from './remember-rule.ts';
import { runFacts } from './run-facts.ts';
import { requireOutputs, writeOutputs } from './run-outputs.ts';
import { serverHint } from './server-hint.ts';
import { openApplyHost, openSessionStore } from './session-store.ts';
import { showReview } from './show-review.ts';
import { interpreterFiles, startOptions } from './start-options.ts';
import { tellResult } from './tell-result.ts';
import { UserError } from './user-error.ts';
import { wantsTape } from './wants-tape.ts';

export type RunFlags = {
	readonly c?: string | undefined;
	readonly policy: string;
	readonly unattended?: boolean | undefined;
	readonly plan?: boolean | undefined;
	readonly plain?: boolean | undefined;
	readonly report?: string | undefined;
	readonly junit?: string | undefined;
	readonly trace?: string | undefined;
	readonly runtime?: string | undefined;
} & { readonly [name in LimitName]?: string | undefined };

/** Runs the script; the exit status. Throws UserError and its kin. */
export async function runCommand(
	script: string | undefined,
	args: readonly string[],
	flags: RunFlags,
): Promise<number> {
	const installation = findInstallation();
	const mode = modeOf(flags);
	const thread = takeWorker();
	const program = await programOf(script, args, flags.c, installation.surroundings.cwd);
	const [written, runtime] = await Promise.all([
		loadPolicyDocument(flags.policy, installation),
		obtainRuntime(flags.runtime, installation),
	]);
	const document = mode === 'unattended' ? withSeals(forUnattended(written)) : written;
	if (mode === 'review') requireTerminal();
	const { cwd } = installation.surroundings;
	const fileAt = (name: string | undefined) => (name === undefined ? undefined : resolve(cwd, name));
	const outputs = { json: fileAt(flags.report), junit: fileAt(flags.junit) };
	requireOutputs([outputs.json, outputs.junit]);
	const launcher = findLauncher(installation);
	const taped = await wantsTape(installation);
	const context = () => contextOf(document, installation, interpreterFiles(runtime));
	let policy: Policy | undefined;
	let counts = new RuleCounts();
	const limits = limitsOf(document.limits, flags);
	const applyHost = openApplyHost();
	const store = openSessionStore(installation, applyHost);
	// A line of the script is for whoever looks, and costs a twentieth of a short run.
	const origins = mode !== 'unattended' || outputs.junit !== undefined || isGithub(process.env);
	const trace = flags.trace === undefined ? undefined : traceFile(resolve(cwd, flags.trace));
	const startIn = startOptions({
		installation,
		thread,
		launcher,
		runtime,
		document,
		limits,
		mode,
		origins,
		words: program.words,
		exposed: program.folder === undefined ? [] : [program.folder],
		trace,
		taped,
	});
	const reserved = reserveSession(store, applyHost.files);
	const start = startIn(reserved.folder);
	const stop = stopSignals();
	const job = githubRun(
		{ env: process.env, cwd },
		() => randomBytes(16).toString('hex'),
		(text) => {
			process.stderr.write(text);
		},
	);
	// PyPy takes 20 ms to load: all that it does not wait for comes afterwards.
	const launched = launch(start.launch);
	try {
		const streams = rememberErrors(job.streams(openStreams(process.stdin, process.stdout, process.stderr)));
		const result = await runScript({
			mode,
			store,
			applyHost,
			about: {
				script: program.name,
				argv: [...program.args],
				policy: flags.policy,
				runtime: `${runtime.kind} PyPy ${runtime.version}`,
				cwd,
			},
			recount: () => {
				counts = new RuleCounts();
				return countsThings(document);
			},
			decide: (effect) => {
				policy ??= compilePolicy(document, context());
				return decide(policy, effect, counts);
			},
			remember: rememberOptions(document, context, flags.policy, installation),
			denied: document.denied,
			limits,
			streams,
			terminal: { input: process.stdin.isTTY === true, output: process.stdout.isTTY === true },
			screen: showReview(flags.plain === true),
			choose: chooseInTerminal,
			say: (text) => sayToPerson(`approve-run: ${printable(text)}\n`),
			now: Date.now,
			reviewer: reviewer(),
			facts: runFacts(installation, runtime, flags.policy, program.source),
			...(program.input === undefined ? {} : { input: program.input }),
			code: typeof program.source === 'string' ? undefined : program.source,
			signal: stop.signal,
			reserved,
			start: { ...start.kernel(), launch: start.launch, launched },
		} satisfies RunScriptOptions);
		if (trace !== undefined) closeTraceFile(trace);
		tellResult(result, mode, hintOf(result.exit, streams.lastErrors(), runtime) ?? serverHint(result));
		writeOutputs(result.report, outputs);
		if (isPruneDue(store.root, applyHost.files, applyHost.now())) {
			const { pruneQuietly } = await import('./prune-command.ts');
			pruneQuietly(installation, store, applyHost, (text) => sayToPerson(`approve-run: ${printable(text)}\n`));
		}
		job.end(result.report);
		return result.exit.status;
	} catch (error) {
		launched.kill();
		throw error;
	} finally {
		stop.release();
		job.end();
	}
}

/** With the folder that the launcher wants. The record is written when the launcher is on its way. */
function reserveSession(store: SessionStore, files: SessionFiles): ReservedSession {
	const reserved = store.reserve();
	files.makePrivateFolder(`${reserved.folder}/channel`);
	return reserved;
}

/** A script that ends with 1 may have met what this interpreter lacks. A translated one says so by itself: pypy/guest/sitecustomize.py. */
function hintOf({ reason, status }: Exit, errors: string, runtime: Runtime): string | undefined {
	return reason === 'exited' && status === 1 && runtime.kind === 'trapped'
		? failureHint(errors, runtime.version)
		: undefined;
}

function traceFile(path: string): number {
	try {
		return openTraceFile(path);
	} catch (error) {
		throw new UserError(`cannot write the trace to ${path}: ${error instanceof Error ? error.message : String(error)}`);
	}
}

function modeOf(flags: RunFlags): Mode {
	if (flags.unattended === true && flags.plan === true) {
		throw new UserError('--unattended applies what the policy allows and --plan applies nothing: give one of them');
	}
	if (flags.unattended === true) return 'unattended';
	if (flags.plan === true) return 'plan';
	return 'review';
}

function requireTerminal(): void {
	if (hasTerminal()) return;
	throw new UserError(
		'there is no terminal to ask in: give --unattended (the policy decides) or --plan (nothing is applied; review it later)',
	);
}

function limitsOf(limits: Limits, flags: RunFlags): Limits {
	const overrides: { [name in LimitName]?: number } = {};
	for (const name of limitNames) {
		const text = flags[name];
		if (text === undefined) continue;
		const value = parseLimit(name, text);
		if (value === undefined) throw new UserError(`--${name} ${text}: give ${limitExample(name)}`);
		overrides[name] = value;
	}
	try {
		return tightenLimits(limits, overrides);
	} catch (error) {
		if (error instanceof LimitTooLooseError || error instanceof RangeError) throw new UserError(`--${error.message}`);
		throw error;
	}
}

/** Ctrl-C, a closed terminal, or a polite kill: the run is stopped, and the session kept. */
function stopSignals(): { readonly signal: AbortSignal; release(): void } {
	const controller = new AbortController();
	const stop = (): void => controller.abort();
	const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
	for (const name of names) process.on(name, stop);
	return {
		signal: controller.signal,
		release() {
			for (const name of names) process.off(name, stop);
		},
	};
}
