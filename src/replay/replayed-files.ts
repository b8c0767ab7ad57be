/**
 * The machine's files as they were in a run. Nothing of the machine is written to. It is read where the tape has no bytes: the interpreter's
 * own files, and files that are too large to be kept, if they are still the ones that they were; and the script, which is the one to be tried.
 */
import { SysError } from '../abi/errno.ts';
import type { HostFiles, Stat } from '../fs/api.ts';
import { parseList, parseStat, stampOf, unlessRefused } from './answers.ts';
import type { ContentSums } from './content-sums.ts';
import { insideOf } from './recorded-files.ts';
import type { Tape } from './tape-reader.ts';
import type { ToldAgain } from './told-again.ts';

export type ReplayedFilesOptions = {
	readonly tape: Tape;
	readonly told: ToldAgain;
	readonly sums: ContentSums;
	/** The replay's own, not that of the run. */
	readonly sessionFolder: string;
	readonly runtime: readonly string[];
	/** What the guest finds at `path` is this file of the machine. */
	readonly script?: { readonly path: string; readonly file: string } | undefined;
};

/** What the record points to is not there any more. `message` is a sentence. */
export class ChangedSince extends Error {
	override readonly name = 'ChangedSince';
}

type Open = { readonly version: number; readonly stat: Stat; readonly bytes?: Uint8Array; readonly live?: number };

/** Numbers that no descriptor of ours has. */
const firstNumber = 1 << 24;

export function replayFiles(live: HostFiles, options: ReplayedFilesOptions): HostFiles {
	const { tape, told, sums, script } = options;
	const isOurs = insideOf([options.sessionFolder, ...options.runtime]);
	const session = sums.summing(live);
	const open = new Map<number, Open>();
	const used = new Set<unknown>();
	let next = firstNumber;

	/** What was not asked in the run is asked of the machine: that alone changes nothing, and what comes of it is a difference. */
	const ask = <Result>(question: string, read: (answer: string) => Result, otherwise: () => Result): Result => {
		const answer = told.next(question);
		return answer === undefined ? otherwise() : read(unlessRefused(answer));
	};
	const scriptStat = (path: string, stat: Stat): Stat => {
		if (script === undefined || path !== script.path) return stat;
		return { ...stat, size: live.lstat(script.file)?.size ?? 0 };
	};
	/** The machine's file, where it is the same as it was. */
	const unchanged = (version: number): string => {
		const { path, stamp } = tape.versions[version] ?? { path: '', stamp: '' };
		const stat = live.lstat(path);
		if (stat === undefined) throw new ChangedSince(`${path} is gone, and no copy of it was kept.`);
		if (stampOf(stat) !== stamp)
			throw new ChangedSince(`${path} was changed since the run, and no copy of it was kept.`);
		return path;
	};
	const openVersion = (version: number, stat: Stat): Open => {
		const { path = '', bytes } = tape.versions[version] ?? {};
		if (script !== undefined && path === script.path)
			return { version, stat: scriptStat(path, stat), live: live.openRead(script.file) };
		if (bytes !== undefined) return { version, stat, bytes: tape.blob(bytes) };
		return { version, stat, live: live.openRead(unchanged(version)) };
	};
	const chunkOf = (version: number, position: number, length: number): Uint8Array | undefined => {
		const found = tape.chunks
			.get(version)
			?.find((one) => one.position === position && one.length === length && !used.has(one));
		if (found === undefined) return undefined;
		used.add(found);
		return tape.blob(found.blob);
	};

	const openAgain = (answer: string): number => {
		const space = answer.indexOf(' ');
		const stat = parseStat(answer.slice(space + 1));
		if (stat === undefined) throw new TypeError('a file without its stat');
		next += 1;
		open.set(next, openVersion(Number(answer.slice(0, space)), stat));
		return next;
	};

	return {
		...live,
		...session,
		lstat(path) {
			if (isOurs(path)) return live.lstat(path);
			const stat = ask(`lstat ${path}`, parseStat, () => live.lstat(path));
			return stat === undefined ? undefined : scriptStat(path, stat);
		},
		readlink: (path) =>
			isOurs(path)
				? live.readlink(path)
				: ask(
						`readlink ${path}`,
						(answer) => answer.slice(1),
						() => live.readlink(path),
					),
		list: (path) => (isOurs(path) ? live.list(path) : ask(`list ${path}`, parseList, () => live.list(path))),
		access(path, mode) {
			if (isOurs(path)) live.access(path, mode);
			else
				ask(
					`access ${mode} ${path}`,
					() => {},
					() => live.access(path, mode),
				);
		},
		hash: (path) => (isOurs(path) ? live.hash(path) : ask(`hash ${path}`, String, () => live.hash(path))),
		openRead: (path) =>
			isOurs(path) ? live.openRead(path) : ask(`open ${path}`, openAgain, () => live.openRead(path)),
		read(fd, into, position) {
			const file = open.get(fd);
			if (file === undefined) return live.read(fd, into, position);
			const chunk = chunkOf(file.version, position, into.length);
			if (chunk === undefined && file.live !== undefined) return live.read(file.live, into, position);
			const part = chunk ?? (file.bytes ?? new Uint8Array(0)).subarray(position, position + into.length);
			into.set(part);
			return part.length;
		},
		fstat(fd) {
			const file = open.get(fd);
			if (fd > 2 && file === undefined) return live.fstat(fd);
			const answer = told.next(file === undefined ? `fstat of ${fd}` : `fstat ${file.version}`);
			const stat = answer === undefined ? file?.stat : parseStat(answer);
			if (stat === undefined) throw new SysError('EBADF');
			return file === undefined ? stat : scriptStat(tape.versions[file.version]?.path ?? '', stat);
		},
		close(fd) {
			const file = open.get(fd);
			if (file === undefined) return session.close(fd);
			open.delete(fd);
			if (file.live !== undefined) live.close(file.live);
		},
		copyIn: (from, to) =>
			ask(
				`copy ${from}`,
				(answer) => copyAgain(answer, from, to),
				() => live.copyIn(from, to),
			),
	};

	function copyAgain(answer: string, from: string, to: string): number {
		const [version = 0, size = 0] = answer.split(' ').map(Number);
		const { bytes } = tape.versions[version] ?? {};
		if (bytes === undefined) live.copyIn(unchanged(version), to);
		else {
			const fd = live.openSession(to, 'create');
			live.write(fd, tape.blob(bytes), 0);
			live.close(fd);
		}
		sums.copied(to, `${from} ${size}`);
		return size;
	}
}
