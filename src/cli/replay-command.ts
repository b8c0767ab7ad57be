/** `approve-run replay`: runs a session's script again with every answer taken from its record, and says whether it does the same. */
import { resolve } from 'node:path';
import { isFolder, stampFile } from '../host/file-facts.ts';
import { sha256OfFile } from '../host/file-hash.ts';
import { realPath } from '../host/real-path.ts';
import { makeTemporaryFolder, openSessionFiles } from '../host/session-files.ts';
import type { TrappedRuntime } from '../interpreter/find-types.ts';
import type { RunEvent } from '../model/event.ts';
import type { Replayed } from '../replay/outcome.ts';
import { Tape } from '../replay/tape-reader.ts';
import { takeReplayWorker } from '../run/early-worker.ts';
import { runReplay } from '../run/replay-run.ts';
import { type TapedStart, tapedStart } from '../run/replay-start.ts';
import type { Session } from '../session/store.ts';
import { findInstallation, findLauncher, type Installation } from './installation.ts';
import { launcherArguments } from './launch-options.ts';
import { obtainRuntime } from './obtain-runtime.ts';
import { libraryHash } from './run-facts.ts';
import { openApplyHost, openSessionStore } from './session-store.ts';
import { interpreterFiles } from './start-options.ts';
import { type ReplayFacts, tellReplay } from './tell-replay.ts';
import { UserError } from './user-error.ts';

export type ReplayFlags = { readonly script?: string | undefined; readonly runtime?: string | undefined };

/** The time that a replay gets beside that of the run, milliseconds. */
const moreTime = 60_000;

const statuses = { same: 0, differs: 1, unknown: 2 } as const;

/** The exit status: 0 it does the same, 1 it does not, 2 that cannot be said. Throws UserError and its kin. */
export async function replayCommand(id: string, flags: ReplayFlags): Promise<number> {
	const installation = findInstallation();
	const session = openSessionStore(installation, openApplyHost()).open(id);
	if (session.state.kind === 'running') throw new UserError(`session ${session.id} is still running`);
	const events = [...session.events()];
	const tape = openTape(session, events);
	const start = tapedStart(tape.start);
	if (start === undefined)
		throw new UserError(`${tape.folder}/log does not say how the run was started: it was edited`);
	const script = scriptOf(session, flags.script, installation);
	const runtime = await runtimeOf(flags.runtime, events, start, installation);
	const result = await replay({ tape, start, script, runtime, installation });
	const whole: Replayed = 'counts' in result ? result : { result, counts: undefined, notes: [] };
	tellReplay(factsOf(session, events, script), whole);
	return statuses[whole.result.kind];
}

/** The script's path in the run, and the file that is tried in its place; undefined: the bytes of the record. */
type Script = { readonly path: string; readonly file: string } | undefined;

function openTape(session: Session, events: readonly RunEvent[]): Tape {
	const taped = events.find((event) => event.kind === 'taped');
	const folder = `${session.folder}/tape`;
	const files = openSessionFiles();
	if (!files.exists(`${folder}/log`)) {
		const why = taped === undefined ? 'nothing of it was kept to be played again' : `${folder}/log is missing`;
		throw new UserError(`session ${session.id} cannot be replayed: ${why}`);
	}
	return new Tape(files, folder, taped?.sha256);
}

function scriptOf({ record }: Session, given: string | undefined, { surroundings }: Installation): Script {
	const inline = record.script === '-c' || record.script === '-';
	if (given !== undefined && inline)
		throw new UserError(
			`--script: the script of this session was no file, but ${record.script === '-' ? 'standard input' : 'given with -c'}`,
		);
	if (inline) return undefined;
	const named = resolve(record.cwd, record.script);
	const path = realPath(named) ?? named;
	const file = given === undefined ? path : resolve(surroundings.cwd, given);
	const isThere = stampFile(file) !== undefined && !isFolder(file);
	if (!isThere && given !== undefined) throw new UserError(`there is no script ${file}`, 127);
	return isThere ? { path, file: realPath(file) ?? file } : undefined;
}

async function runtimeOf(
	named: string | undefined,
	events: readonly RunEvent[],
	start: TapedStart,
	installation: Installation,
): Promise<TrappedRuntime> {
	const runtime = await obtainRuntime(named, installation);
	const mend = 'name the one of the run with --runtime';
	if (runtime.kind !== 'trapped') throw new UserError(`a translated interpreter cannot be replayed; ${mend}`);
	const [started] = events;
	const hash = started?.kind === 'started' ? started.hashes?.interpreter : undefined;
	const same = hash === undefined || libraryHash(runtime.library, installation) === hash;
	if (same && runtime.program === start.argv[0]) return runtime;
	throw new UserError(
		`${runtime.program} is not the interpreter of the run, or another one now (${start.argv[0] ?? ''}); ${mend}`,
	);
}

async function replay(parts: {
	readonly tape: Tape;
	readonly start: TapedStart;
	readonly script: Script;
	readonly runtime: TrappedRuntime;
	readonly installation: Installation;
}): Promise<Replayed | Replayed['result']> {
	const { tape, start, script, runtime, installation } = parts;
	const files = openSessionFiles();
	const folder = makeTemporaryFolder('approve-run-replay-');
	const limits = { ...start.limits, time: 2 * start.limits.time + moreTime };
	const channelFolder = `${folder}/channel`;
	try {
		for (const name of ['channel', 'upper']) files.makePrivateFolder(`${folder}/${name}`);
		return await runReplay({
			launch: {
				launcher: findLauncher(installation),
				libraryPath: runtime.libraryPath ?? [],
				env: start.env,
				args: launcherArguments(runtime, start.limits, channelFolder, start.argv, start.origins, 'give'),
			},
			thread: takeReplayWorker(),
			limits,
			worker: {
				...start,
				sessionFolder: folder,
				channelFolder,
				// Values that are sent in the place of stand-ins are on no tape, and nothing is sent.
				secrets: [],
				runtimeRoots: interpreterFiles(runtime),
				tape: { kind: 'replay', folder: tape.folder, ...(script === undefined ? {} : { script }) },
			},
		});
	} finally {
		files.removeFolder(folder);
	}
}

function factsOf({ id, record }: Session, events: readonly RunEvent[], script: Script): ReplayFacts {
	const [started] = events;
	const then = started?.kind === 'started' ? started.hashes?.script : undefined;
	const now = script === undefined ? then : sha256OfFile(script.file);
	return {
		id,
		name: [record.script, ...record.argv].join(' '),
		started: record.started,
		runtime: record.runtime,
		script: { recorded: then, now, file: script?.file, isOther: script !== undefined && script.file !== script.path },
		isFile: record.script !== '-c' && record.script !== '-',
	};
}
