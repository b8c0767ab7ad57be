/** What launcher and kernel of a run are started with. */
import { dirname } from 'node:path';
import type { LaunchOptions } from '../host/launch.ts';
import { realPath } from '../host/real-path.ts';
import type { Runtime } from '../interpreter/find-types.ts';
import type { Limits } from '../model/limits.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { RunOptions } from '../run/controller.ts';
import type { Mode } from '../run/run-script-options.ts';
import { givenEnvironment } from './given-environment.ts';
import { type Installation, ownFolders } from './installation.ts';
import { guestEnvironment, guestModules, launcherArguments, nativeEnvironment } from './launch-options.ts';
import { architecture, machineIdentity } from './machine.ts';

export type StartOptions = {
	readonly launch: LaunchOptions;
	/** Takes longer, and the launcher does not wait for it. */
	kernel(): Pick<RunOptions, 'thread' | 'worker'>;
};

/**
 * For a session's folder. `words`: what the interpreter is given; `exposed`: folders besides the working directory. Throws UserError
 * before there is a session.
 */
export function startOptions(parts: {
	readonly installation: Installation;
	readonly thread: RunOptions['thread'];
	readonly launcher: string;
	readonly runtime: Runtime;
	readonly document: PolicyDocument;
	readonly limits: Limits;
	readonly mode: Mode;
	/** Whether it is told which line of the script wants what. */
	readonly origins: boolean;
	readonly words: readonly string[];
	readonly exposed: readonly string[];
	/** The open file of `--trace`. */
	readonly trace?: number | undefined;
	/** Keep what the run takes from the machine, so that it can be replayed. */
	readonly taped: boolean;
}): (folder: string) => StartOptions {
	const { installation, launcher, runtime, document, limits, mode } = parts;
	const { cwd, home } = installation.surroundings;
	const given = givenEnvironment(document);
	const env = guestEnvironment(runtime, given.env, guestModules(installation));
	const argv = [runtime.program, '-B', ...parts.words];
	// A host that gets a secret may send it back, and the tape has what came as it came.
	const taped = parts.taped && runtime.kind === 'trapped' && given.secrets.length === 0;
	return (folder) => ({
		launch: {
			launcher,
			libraryPath: runtime.libraryPath ?? [],
			env,
			args: launcherArguments(runtime, limits, `${folder}/channel`, argv, parts.origins, taped ? 'note' : 'own'),
			nativeEnv: nativeEnvironment(runtime, env),
			holds: runtime.kind === 'translated',
		},
		kernel() {
			const { stdin, stdout, stderr } = process;
			const worker = {
				sessionFolder: folder,
				channelFolder: `${folder}/channel`,
				policy: document,
				home,
				cwd: realPath(cwd) ?? cwd,
				env,
				secrets: given.secrets,
				own: ownFolders(installation),
				secret: [dirname(installation.sessions)],
				unattended: mode === 'unattended',
				origins: parts.origins,
				limits,
				identity: machineIdentity(),
				architecture: architecture(),
				umask: process.umask(),
				argv,
				runtime:
					runtime.kind === 'trapped'
						? 'trapped'
						: ({ kind: 'translated', home: runtime.home, platform: runtime.platform } as const),
				runtimeRoots: [
					...interpreterFiles(runtime),
					...(runtime.kind === 'trapped' ? [] : [guestModules(installation)]),
				],
				exposed: [cwd, ...parts.exposed],
				terminal: [stdin.isTTY === true, stdout.isTTY === true, stderr.isTTY === true],
				rows: stdout.rows ?? stderr.rows ?? 24,
				columns: stdout.columns ?? stderr.columns ?? 80,
				...(parts.trace === undefined ? {} : { trace: parts.trace }),
				...(taped ? { tape: { kind: 'record' } as const } : {}),
			} satisfies RunOptions['worker'];
			return { thread: parts.thread, worker };
		},
	});
}

/** All that belongs to the interpreter itself. */
export function interpreterFiles({ root, program, library }: Runtime): readonly string[] {
	return [...new Set([...root, program, library])];
}
