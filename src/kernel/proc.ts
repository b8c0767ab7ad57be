/** /proc as the guest sees it: its own processes, and facts about the machine. proc(5). */
import { SysError } from '../abi/errno.ts';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../abi/file-mode.ts';
import type { DirectoryEntry, OpenNode, OpenOptions, Stat } from '../fs/api.ts';
import type { SpecialFiles } from '../fs/special.ts';
import type { Kernel } from './kernel.ts';
import { NodeFile } from './node-file.ts';
import type { OpenFile } from './open-file.ts';
import { fixedNode, removedNode, streamNode } from './proc-node.ts';
import { descriptorText, processText } from './proc-text.ts';
import type { Process } from './task.ts';
import { TerminalSlave } from './terminal.ts';

/** Read through from the machine: they tell of its hardware and kernel, not of other people's processes. */
const machineFacts = ['cpuinfo', 'filesystems', 'loadavg', 'meminfo', 'stat', 'uptime', 'version', 'vmstat'];
const machineSettings = [
	'sys/kernel/osrelease',
	'sys/kernel/ostype',
	'sys/kernel/version',
	'sys/kernel/hostname',
	'sys/kernel/pid_max',
	'sys/kernel/cap_last_cap',
	'sys/kernel/ngroups_max',
	'sys/vm/overcommit_memory',
	'sys/fs/pipe-max-size',
	'sys/net/core/somaxconn',
];
const processFiles = [
	'cgroup',
	'cmdline',
	'comm',
	'io',
	'limits',
	'maps',
	'mountinfo',
	'mounts',
	'oom_score_adj',
	'stat',
	'statm',
	'status',
];
const processLinks = ['cwd', 'exe', 'root'];

const DT_DIR = 4;
const DT_REG = 8;
const DT_LNK = 10;

type Node =
	| { readonly kind: 'directory'; readonly names: () => readonly (readonly [string, number])[] }
	| { readonly kind: 'text'; readonly text: () => string }
	| { readonly kind: 'link'; readonly target: string; readonly file?: OpenFile };

/** `kernel` is asked late: it is made after the file system that holds this. `program` is what /proc/self/exe shows. */
export function createProc(kernel: () => Kernel, program: string, readMachine: (path: string) => string): SpecialFiles {
	const find = (path: string): Node | undefined => lookup(kernel(), program, readMachine, path);
	const must = (path: string): Node => {
		const node = find(path);
		if (node === undefined) throw new SysError('ENOENT');
		return node;
	};
	return {
		stat(path) {
			const node = find(path);
			return node === undefined ? undefined : statOf(kernel(), node, path);
		},
		list(path): DirectoryEntry[] {
			const node = must(path);
			if (node.kind !== 'directory') throw new SysError('ENOTDIR');
			return node.names().map(([name, type]) => ({ name, type, ino: inode(`${path}/${name}`) }));
		},
		readlink(path) {
			const node = must(path);
			if (node.kind !== 'link') throw new SysError('EINVAL');
			return node.target;
		},
		through(path) {
			const node = find(path);
			if (node?.kind !== 'link') return undefined;
			// A file that has a path is reached by it, so that the policy is asked again: O_PATH and O_WRONLY asked for no reading.
			const { file } = node;
			if (file instanceof TerminalSlave) return undefined;
			return file instanceof NodeFile && !file.removed ? undefined : file?.stat();
		},
		open(path, options: OpenOptions): OpenNode {
			const node = must(path);
			switch (node.kind) {
				case 'directory':
					return fixedNode(path, 'proc', statOf(kernel(), node, path), '', () => this.list(path));
				case 'text':
					if (options.write) throw new SysError('EACCES');
					return fixedNode(path, 'proc', statOf(kernel(), node, path), node.text());
				case 'link':
					if (node.file === undefined) throw new SysError('ELOOP');
					if (!(node.file instanceof NodeFile)) return streamNode(path, node.file);
					if (!node.file.removed) throw new SysError('ELOOP');
					return removedNode(path, node.file, options);
			}
		},
	};
}

function lookup(
	kernel: Kernel,
	program: string,
	readMachine: (path: string) => string,
	path: string,
): Node | undefined {
	const [, , first, ...rest] = path.split('/');
	if (first === undefined || first === '') {
		return { kind: 'directory', names: () => [...rootNames(kernel)] };
	}
	if (first === 'thread-self') {
		const { currentPid, currentTid } = kernel;
		return rest.length === 0 ? { kind: 'link', target: `${currentPid}/task/${currentTid}` } : undefined;
	}
	if (first === 'self') return rest.length === 0 ? { kind: 'link', target: String(kernel.currentPid) } : undefined;
	if (first === 'mounts') return rest.length === 0 ? { kind: 'link', target: 'self/mounts' } : undefined;
	if (/^[1-9]\d{0,9}$/.test(first)) {
		const process = kernel.processes.get(Number(first));
		return process === undefined ? undefined : lookupProcess(kernel, process, program, rest);
	}
	const name = [first, ...rest].join('/');
	if (name === 'sys/kernel/hostname') return { kind: 'text', text: () => `${kernel.hostname}\n` };
	if (machineFacts.includes(name) || machineSettings.includes(name)) {
		return { kind: 'text', text: () => readMachine(`/proc/${name}`) };
	}
	return settingsDirectory(name);
}

function settingsDirectory(name: string): Node | undefined {
	const inside = machineSettings.filter((setting) => setting.startsWith(`${name}/`));
	if (inside.length === 0) return undefined;
	const names = new Map<string, number>();
	for (const setting of inside) {
		const rest = setting.slice(name.length + 1);
		const slash = rest.indexOf('/');
		names.set(slash < 0 ? rest : rest.slice(0, slash), slash < 0 ? DT_REG : DT_DIR);
	}
	return { kind: 'directory', names: () => [...names] };
}

function* rootNames(kernel: Kernel): Iterable<readonly [string, number]> {
	yield ['self', DT_LNK];
	yield ['thread-self', DT_LNK];
	yield ['mounts', DT_LNK];
	yield ['sys', DT_DIR];
	for (const name of machineFacts) yield [name, DT_REG];
	for (const pid of kernel.processes.keys()) yield [String(pid), DT_DIR];
}

function lookupProcess(kernel: Kernel, process: Process, program: string, rest: readonly string[]): Node | undefined {
	const [name, inner, ...more] = rest;
	if (name === 'task') return lookupTask(kernel, process, program, inner, more);
	if (more.length > 0) return undefined;
	if (name === undefined) {
		return {
			kind: 'directory',
			names: () => [...ownNames(), ['fd', DT_DIR], ['fdinfo', DT_DIR], ['task', DT_DIR]],
		};
	}
	if (name === 'fd' || name === 'fdinfo') {
		const type = name === 'fd' ? DT_LNK : DT_REG;
		if (inner === undefined) {
			const names = () => process.descriptors.numbers().map((fd) => [String(fd), type] as const);
			return { kind: 'directory', names };
		}
		const file = /^\d{1,9}$/.test(inner) ? process.descriptors.find(Number(inner)) : undefined;
		if (file === undefined) return undefined;
		return name === 'fd'
			? { kind: 'link', target: file.label, file }
			: { kind: 'text', text: () => descriptorText(file) };
	}
	if (inner !== undefined) return undefined;
	if (processFiles.includes(name)) return { kind: 'text', text: () => processText(kernel, process, name) };
	switch (name) {
		case 'cwd':
			return { kind: 'link', target: process.cwd };
		case 'root':
			return { kind: 'link', target: '/' };
		case 'exe':
			return { kind: 'link', target: program };
		default:
			return undefined;
	}
}

/** /proc/PID/task: its threads, each with what the whole process has. */
function lookupTask(
	kernel: Kernel,
	process: Process,
	program: string,
	thread: string | undefined,
	rest: readonly string[],
): Node | undefined {
	const threads = [...process.tasks].map(({ tid }) => String(tid));
	if (thread === undefined) return { kind: 'directory', names: () => threads.map((tid) => [tid, DT_DIR] as const) };
	if (!threads.includes(thread) || rest[0] === 'task') return undefined;
	return lookupProcess(kernel, process, program, rest);
}

function ownNames(): (readonly [string, number])[] {
	return [
		...processFiles.map((file) => [file, DT_REG] as const),
		...processLinks.map((link) => [link, DT_LNK] as const),
	];
}

function statOf(kernel: Kernel, node: Node, path: string): Stat {
	const mode = node.kind === 'directory' ? S_IFDIR | 0o555 : node.kind === 'link' ? S_IFLNK | 0o777 : S_IFREG | 0o444;
	return { ...kernel.anonymousStat(), mode, ino: inode(path), dev: 21n, nlink: node.kind === 'directory' ? 2 : 1 };
}

/** The same number for the same path: FNV-1a. */
function inode(path: string): bigint {
	let hash = 0x811c9dc5;
	for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
	return 4026531840n + BigInt(hash >>> 0);
}
