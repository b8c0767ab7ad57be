/** A world and a kernel for tests: nothing outside, time that stands where it was put, signals that are only noted. */
import { SysError } from '../../src/abi/errno.ts';
import { S_IFDIR, S_IFREG } from '../../src/abi/file-mode.ts';
import type { SignalInfo } from '../../src/abi/signals.ts';
import type { FileSystem, OpenNode, Place, Stat } from '../../src/fs/api.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { OutsideInput, OutsideOutput } from '../../src/kernel/outside.ts';
import type { World } from '../../src/kernel/world.ts';
import type { CommandEvents, CommandSpec } from '../../src/model/command.ts';
import type { Approval, Decision } from '../../src/model/decision.ts';
import type { Effect } from '../../src/model/effect.ts';

export type FakeWorld = World & {
	now: bigint;
	decision: Decision;
	readonly printed: string[];
	readonly signals: {
		readonly pid: number;
		readonly tid: number;
		readonly signal: number;
		readonly info: SignalInfo;
		done(errno: number): void;
	}[];
	readonly records: { readonly effect: Effect; readonly approval: Approval }[];
	readonly questions: { readonly effect: Effect; answer(approval: Approval): void }[];
	/** Ids of questions, from 1 on. */
	readonly withdrawn: number[];
	readonly commands: { readonly spec: CommandSpec; readonly events: CommandEvents; readonly signals: number[] }[];
	readonly limits: string[];
	readonly unknown: string[];
	inputs: number;
};

export function fakeWorld(): FakeWorld {
	const world: FakeWorld = {
		now: 1_700_000_000_000_000_000n,
		decision: 'allow',
		printed: [],
		signals: [],
		records: [],
		questions: [],
		withdrawn: [],
		commands: [],
		limits: [],
		unknown: [],
		inputs: 0,
		realtime: () => world.now,
		monotonic: () => world.now,
		randomBytes: (length) => Buffer.alloc(length, 7),
		decide: () => ({ decision: world.decision, by: { rule: 'test' } }),
		ask(effect, _verdict, answer) {
			world.questions.push({ effect, answer });
			return world.questions.length;
		},
		withdraw: (id) => void world.withdrawn.push(id),
		record: (effect, approval) => world.records.push({ effect, approval }),
		unsupported: (call) => void world.unknown.push(call),
		commandNetwork: () => 'host',
		startCommand(_id, spec, events) {
			const signals: number[] = [];
			world.commands.push({ spec, events, signals });
			return { input: (_bytes, taken) => taken(), endInput: () => {}, signal: (signal) => void signals.push(signal) };
		},
		signal: (pid, tid, signal, info, done) => void world.signals.push({ pid, tid, signal, info, done }),
		output(_fd, bytes) {
			world.printed.push(bytes.toString());
			return true;
		},
		outputFull: () => false,
		wantInput: () => {
			world.inputs += 1;
		},
		network: () => undefined,
		traffic: () => ({ sending: () => true, sent: () => {}, received: () => {}, secret: () => {} }),
		heard: () => {},
		alone: () => {},
		standIns: () => [],
		lookUp: () => {},
		nameServers: () => [],
		searchDomains: () => [],
		hostNames: () => [],
		limit: (name) => void world.limits.push(name),
		hostProc: () => undefined,
		makeProcess: () => {},
	};
	return world;
}

export function fakeStat(ino: number, mode = S_IFREG | 0o644): Stat {
	const times = { atimeNs: 0n, mtimeNs: 0n, ctimeNs: 0n };
	const sizes = { size: 0, blksize: 4096, blocks: 0 };
	return { dev: 1n, ino: BigInt(ino), mode, nlink: 1, uid: 0, gid: 0, rdev: 0n, ...sizes, ...times };
}

/** A file in memory. */
export function fakeNode(path: string, ino: number): OpenNode & { readonly bytes: Buffer; closed: number } {
	let length = 0;
	const node = {
		path,
		domain: 'host' as const,
		type: 'file' as const,
		bytes: Buffer.alloc(65_536),
		closed: 0,
		read(into: Uint8Array, position: number) {
			const piece = node.bytes.subarray(position, Math.min(length, position + into.length));
			into.set(piece);
			return piece.length;
		},
		write(bytes: Uint8Array, position: number) {
			node.bytes.set(bytes, position);
			length = Math.max(length, position + bytes.length);
			return bytes.length;
		},
		truncate: (size: number) => {
			length = size;
		},
		stat: () => ({ ...fakeStat(ino), size: length }),
		list: () => [],
		chmod: () => {},
		chown: () => {},
		utimes: () => {},
		close: () => {
			node.closed += 1;
		},
	};
	return node;
}

export type FakeFileSystem = FileSystem & { readonly files: Map<string, ReturnType<typeof fakeNode>> };

/** Files by their whole path, no directories but `/`; the calls that no test makes throw. */
export function fakeFileSystem(): FakeFileSystem {
	const files = new Map<string, ReturnType<typeof fakeNode>>();
	const never = (): never => {
		throw new SysError('ENOSYS');
	};
	const stat = (path: string): Stat | undefined =>
		path === '/' ? fakeStat(1, S_IFDIR | 0o755) : files.get(path)?.stat();
	return {
		files,
		resolve(path, cwd): Place {
			const whole = path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`;
			return { path: whole, domain: 'host', stat: stat(whole) };
		},
		open(path, { create }) {
			const node = files.get(path) ?? (create ? fakeNode(path, files.size + 10) : never());
			files.set(path, node);
			return node;
		},
		stat: (path) => stat(path) ?? never(),
		list: () => [],
		readlink: never,
		access: () => {},
		mkdir: never,
		rmdir: never,
		unlink: (path) => void files.delete(path),
		symlink: never,
		link: never,
		rename: never,
		chmod: never,
		chown: never,
		special: never,
		attributes: never,
		utimes: never,
		truncate: never,
		used: () => ({ disk: 0, files: 0 }),
	};
}

export function fakeKernel(world: World, fs: FileSystem = fakeFileSystem(), maxTasks = 4, maxDescriptors = 32): Kernel {
	const facts = { stat: fakeStat(2), terminal: false, rows: 0, columns: 0 };
	return new Kernel({
		fs,
		world,
		identity: {
			uid: 1000,
			gid: 1000,
			groups: [1000],
			hostname: 'host',
			kernelRelease: '6.1',
			kernelVersion: '#1',
			machine: 'x86_64',
			processors: 2,
			memory: 2 ** 30,
		},
		cwd: '/',
		umask: 0o022,
		argv: ['pypy3'],
		interpreter: '/usr/bin/pypy3',
		maxTasks,
		maxDescriptors,
		stdio: [
			new OutsideInput(world, facts, 0),
			new OutsideOutput(world, 1, facts, 1),
			new OutsideOutput(world, 2, facts, 1),
		],
	});
}
