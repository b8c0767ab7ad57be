/** execve(2): the process becomes a real command of the machine, after a decision, or a fresh guest. */
import { decodeName } from '../abi/bytes.ts';
import { asSysError, SysError } from '../abi/errno.ts';
import { isType, S_IFREG } from '../abi/file-mode.ts';
import { readInt64 } from '../abi/structs.ts';
import type { Place } from '../fs/api.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { OutsideInput } from '../kernel/outside.ts';
import type { SignalState } from '../kernel/replacing.ts';
import { exitedWith, killedBy } from '../kernel/task.ts';
import type { RunEffect } from '../model/effect.ts';
import { CommandStreams } from './command-streams.ts';
import type { Context, Handler } from './context.ts';
import { refuseDenied, want } from './effects.ts';
import { goOnFresh, ownInterpreter } from './own-interpreter.ts';

const X_OK = 1;
/** What Linux takes at most: execve(2), "Limits on size of arguments and environment" (a quarter of an 8 MiB stack). */
const maxBytes = 2 * 1024 * 1024;
const maxWord = 128 * 1024;
const maxWords = 65536;

/** Implements execve(2). A command gets descriptors 0, 1 and 2; others are not passed on. */
export const execve: Handler = (c) => run(c, c.process.cwd, c.path(0), [c.long(1), c.long(2), c.long(3)]);

/** Implements execveat(2) without AT_EMPTY_PATH. */
export const execveat: Handler = (c) => {
	if (c.int(4) !== 0) throw new SysError('EINVAL');
	const path = c.path(1);
	return run(c, c.base(c.int(0), path), path, [c.long(2), c.long(3), c.long(5)]);
};

/** Addresses: of argv, of the environment, and of what the launcher says of signals. */
type Addresses = readonly [argv: number, env: number, signals: number];

function run(c: Context, base: string, path: string, [argvAddress, envAddress, signals]: Addresses): Outcome {
	const place = c.kernel.fs.resolve(path, base);
	checkExecutable(c, place);
	const budget = { left: maxBytes };
	const argv = words(c, argvAddress, budget);
	const env = words(c, envAddress, budget);
	const own = ownInterpreter(c, place, path, argv, env);
	if (own !== undefined) return goOnFresh(c, own, env, signalState(c, signals));
	return become(c, place, { path, argv, env: environment(env) }, signalState(c, signals));
}

type Words = {
	readonly path: string;
	readonly argv: readonly string[];
	readonly env: Readonly<Record<string, string>>;
};

/** The same where the words are known already. Throws ENOENT, EACCES and their kin for the program. */
export function becomeCommand(c: Context, words: Words): Outcome {
	const place = c.kernel.fs.resolve(words.path, c.process.cwd);
	checkExecutable(c, place);
	return become(c, place, words, { mask: 0n, ignored: 0n });
}

function become(c: Context, place: Place, { path, argv, env }: Words, signals: SignalState): Outcome {
	const network = c.kernel.world.commandNetwork();
	const effect: RunEffect = {
		kind: 'run',
		argv: argv.length === 0 ? [path] : argv,
		program: place.path,
		cwd: c.process.cwd,
		env,
		...(network === 'none' ? { offline: true } : {}),
	};
	if (!isOnMachine(place))
		refuse(c, effect, 'this program is a private file of the session; the machine does not have it');
	// It would start in the machine's own /tmp, among other people's files, and not in the guest's.
	if (!isOnMachine(c.kernel.fs.resolve(effect.cwd, '/')))
		refuse(c, effect, 'its working directory is a private folder of the session; the machine does not have it');
	if (network === 'unavailable')
		refuse(
			c,
			effect,
			'the policy takes the network from commands, and this machine has no network namespaces for that',
		);
	// A command looks around where it starts: `ls` would list a directory that the script itself may not read.
	refuseDenied(c, { kind: 'read', path: effect.cwd });
	// /usr/bin/git was refused: /bin/git, the next on PATH, is the same program and no new question.
	const same = JSON.stringify(effect);
	if (c.process.refused === same) throw new SysError('EACCES');
	c.process.refused = same;
	return want(c, effect, (id, answer) => {
		c.process.refused = undefined;
		const edit = answer?.edit?.kind === 'command' ? answer.edit : undefined;
		// A person may have changed the words: those are what was approved, and what runs.
		return start(c, id, edit === undefined ? effect : { ...effect, argv: edit.argv, program: edit.program }, signals);
	});
}

function isOnMachine(place: Place): boolean {
	return place.domain === 'host' || place.domain === 'runtime';
}

function refuse(c: Context, effect: RunEffect, because: string): never {
	c.kernel.world.record(effect, { approved: false, by: { built: 'kernel' }, because });
	throw new SysError('EACCES');
}

function signalState(c: Context, address: number): SignalState {
	const bytes = c.link.read(address, 16);
	return { mask: bytes.readBigUInt64LE(0), ignored: bytes.readBigUInt64LE(8) };
}

function start(c: Context, id: number, effect: RunEffect, signals: SignalState): Outcome {
	const { process, kernel } = c;
	const files = [0, 1, 2].map((fd) => process.descriptors.find(fd));
	const [input, output, errors] = files;
	const streams = new CommandStreams(input, output, errors, kernel.changed);
	let failure: string | undefined;
	const running = kernel.world.startCommand(
		id,
		{
			argv: effect.argv,
			program: effect.program,
			cwd: effect.cwd,
			env: effect.env,
			offline: effect.offline === true,
			input: input === undefined ? 'none' : input instanceof OutsideInput ? 'outside' : 'stream',
			merged: output !== undefined && output === errors,
			closed: [...(output === undefined ? [1 as const] : []), ...(errors === undefined ? [2 as const] : [])],
			blocked: signals.mask,
			ignored: signals.ignored,
		},
		{
			started: () => {
				process.signalCommand = (signal, group) => running.signal(signal, group);
				// Its parent waits for a descriptor to close that tells whether execve worked.
				process.descriptors.closeOnExec();
				kernel.changed();
			},
			output: (stream, bytes, taken) => streams.output(stream, bytes, taken),
			ended: (status, signal) => streams.end(status, signal),
			drained: () => streams.drained(),
			closed: () => streams.closed(),
			failed: (code) => {
				failure = code;
				kernel.changed();
			},
		},
	);
	const retry = (): Outcome | undefined => {
		if (failure !== undefined) {
			streams.close();
			throw failureOf(failure);
		}
		const end = streams.pump(running);
		if (end === undefined) return undefined;
		process.signalCommand = undefined;
		process.became = end.signal > 0 ? killedBy(end.signal) : exitedWith(end.status);
		// What it left in the background goes on printing to where it did, also when nobody waits here any more.
		kernel.inBackground(() => streams.pumpRest(running));
		kernel.leaving(process);
		return { kind: 'exit', status: end.signal > 0 ? 128 + end.signal : end.status };
	};
	return { kind: 'park', retry, interruptible: false, restarts: false };
}

function checkExecutable(c: Context, place: Place): void {
	if (place.stat === undefined) throw new SysError('ENOENT');
	if (!isType(place.stat.mode, S_IFREG)) throw new SysError('EACCES');
	c.kernel.fs.access(place.path, X_OK);
	if ((place.stat.mode & 0o111) === 0) throw new SysError('EACCES');
}

function failureOf(code: string): SysError {
	const error = asSysError(Object.assign(new Error(code), { code }));
	return error instanceof SysError ? error : new SysError('ENOEXEC');
}

/** A NULL-ended array of strings. E2BIG past what Linux takes. */
function words(c: Context, address: number, budget: { left: number }): string[] {
	const list: string[] = [];
	if (address === 0) return list;
	for (let i = 0; ; i++) {
		const pointer = readInt64(c.link.read(address + i * 8, 8), 0);
		if (pointer === 0) return list;
		const word = c.link.string(pointer, decodeName, Math.min(maxWord, budget.left));
		if (word === undefined || i >= maxWords) throw new SysError('E2BIG');
		budget.left -= Buffer.byteLength(word) + 9;
		if (budget.left < 0) throw new SysError('E2BIG');
		list.push(word);
	}
}

function environment(list: readonly string[]): Record<string, string> {
	const env = new Map<string, string>();
	for (const entry of list) {
		const at = entry.indexOf('=');
		// The first of two equal names wins, as in getenv(3).
		if (at > 0 && !env.has(entry.slice(0, at))) env.set(entry.slice(0, at), entry.slice(at + 1));
	}
	return Object.fromEntries(env);
}
