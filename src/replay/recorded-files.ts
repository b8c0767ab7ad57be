/** The machine's files as a run sees them, with each answer kept on a tape. What is the session's own passes through. */
import type { HostFiles, Stat } from '../fs/api.ts';
import { isSameStat, listText, stampOf, statText, told } from './answers.ts';
import type { ContentSums } from './content-sums.ts';
import type { Blob } from './entries.ts';
import type { TapeWriter } from './tape-writer.ts';

export type RecordedFilesOptions = {
	readonly tape: TapeWriter;
	readonly sums: ContentSums;
	/** Absolute. */
	readonly sessionFolder: string;
	/** The interpreter's own folders: their files are the same in a replay, or that says so. */
	readonly runtime: readonly string[];
};

/** Bytes of a file that is kept whole. */
export const mostOfFile = 1 << 20;

/** So many stats are compared with the last ones as they are. */
const fewStats = 256;

/** A file of the machine that is open; `size`: of the bytes that are kept. */
type Open = { readonly version: number; readonly size: number };

/** Whether a path is one of these, or in one of them. */
export function insideOf(folders: readonly string[]): (path: string) => boolean {
	const beginnings = folders.map((folder) => (folder.endsWith('/') ? folder : `${folder}/`));
	return (path) => {
		for (const one of beginnings) if (path.startsWith(one)) return true;
		return folders.includes(path);
	};
}

export function recordFiles(files: HostFiles, { tape, sums, sessionFolder, runtime }: RecordedFilesOptions): HostFiles {
	const isOurs = insideOf([sessionFolder, ...runtime]);
	const session = sums.summing(files);
	const versions = new Map<string, Open>();
	const open = new Map<number, Open>();
	const tell = (question: string) => (answer: string) => tape.answer(question, answer);
	/** The last stats that were told: a script that looks at one path again and again waits for no text. */
	const stats = new Map<string, { readonly stat: Stat; readonly question: string }>();
	const lstat = (path: string): Stat | undefined => {
		const last = stats.get(path);
		return told(
			() => files.lstat(path),
			(stat) => stat,
			(stat) => {
				const known = typeof stat !== 'string' && stat !== undefined;
				if (known && last !== undefined && isSameStat(last.stat, stat) && tape.again(last.question)) return;
				const question = `lstat ${path}`;
				tape.answer(question, typeof stat === 'string' ? stat : statText(stat));
				if (stats.size >= fewStats) stats.clear();
				if (known) stats.set(path, { stat, question });
				else stats.delete(path);
			},
		);
	};

	const versionOf = (path: string, stat: Stat, bytes: () => Uint8Array | undefined): Open => {
		const stamp = stampOf(stat);
		const key = `${path}\0${stamp}`;
		const known = versions.get(key);
		if (known !== undefined) return known;
		const kept = bytesToKeep(path, stat) ? bytes() : undefined;
		const blob: Blob | undefined = kept === undefined ? undefined : tape.blob(kept);
		const version = tape.version({ path, stamp, ...(blob === undefined ? {} : { bytes: blob }) });
		const fresh = { version, size: blob === undefined ? stat.size : (blob[1] ?? 0) };
		versions.set(key, fresh);
		return fresh;
	};

	return {
		...files,
		...session,
		lstat: (path) => (isOurs(path) ? files.lstat(path) : lstat(path)),
		readlink: (path) =>
			isOurs(path)
				? files.readlink(path)
				: told(
						() => files.readlink(path),
						(target) => `>${target}`,
						tell(`readlink ${path}`),
					),
		list: (path) => (isOurs(path) ? files.list(path) : told(() => files.list(path), listText, tell(`list ${path}`))),
		access: (path, mode) =>
			isOurs(path)
				? files.access(path, mode)
				: told(
						() => files.access(path, mode),
						() => '',
						tell(`access ${mode} ${path}`),
					),
		hash: (path) => (isOurs(path) ? files.hash(path) : told(() => files.hash(path), String, tell(`hash ${path}`))),
		openRead(path) {
			if (isOurs(path)) return files.openRead(path);
			let fd = -1;
			const found = told(
				() => {
					fd = files.openRead(path);
					const stat = files.fstat(fd);
					return { stat, version: versionOf(path, stat, () => wholeOf(files, fd, stat.size)) };
				},
				({ stat, version }) => `${version.version} ${statText(stat)}`,
				tell(`open ${path}`),
			);
			open.set(fd, found.version);
			return fd;
		},
		read(fd, into, position) {
			const count = files.read(fd, into, position);
			const file = open.get(fd);
			if (file === undefined) return count;
			// Somebody writes to it while it is read: what came is kept as it came.
			if (count !== Math.max(0, Math.min(into.length, file.size - position)))
				tape.chunk(file.version, position, into.length, into.subarray(0, count));
			return count;
		},
		fstat(fd) {
			const stat = files.fstat(fd);
			const file = open.get(fd);
			// The run's own standard streams have no path.
			if (fd <= 2) tape.answer(`fstat of ${fd}`, statText(stat));
			else if (file !== undefined) tape.answer(`fstat ${file.version}`, statText(stat));
			return stat;
		},
		close(fd) {
			open.delete(fd);
			session.close(fd);
		},
		copyIn(from, to) {
			let size = 0;
			told(
				() => {
					size = files.copyIn(from, to);
					const fd = files.openRead(to);
					try {
						// The stamp is that of the machine's file: a copy has an inode of its own.
						const stat = files.lstat(from) ?? files.fstat(fd);
						return versionOf(from, stat, () => wholeOf(files, fd, size));
					} finally {
						files.close(fd);
					}
				},
				({ version }) => `${version} ${size}`,
				tell(`copy ${from}`),
			);
			sums.copied(to, `${from} ${size}`);
			return size;
		},
	};
}

/** What is the system's own is not kept: it is large, it is no secret, and it is the same until the system is changed. */
function bytesToKeep(path: string, stat: Stat): boolean {
	return stat.size <= mostOfFile && !(stat.uid === 0 && (path.startsWith('/usr/') || path.startsWith('/lib/')));
}

/** All bytes of an open file; undefined where it grows or shrinks meanwhile. */
function wholeOf(files: HostFiles, fd: number, size: number): Uint8Array | undefined {
	const bytes = Buffer.allocUnsafe(size + 1);
	let got = 0;
	for (let count = -1; count !== 0 && got <= size; got += count) count = files.read(fd, bytes.subarray(got), got);
	return got === size ? bytes.subarray(0, size) : undefined;
}
