/** Answers of the machine as text, and back. */
import { SysError, sysErrorOf } from '../abi/errno.ts';
import type { DirectoryEntry, Stat } from '../fs/api.ts';

/** An errno, or what was given. */
const refused = /^!(\d+)$/;

/** What an attempt came to; the error of one that was refused is thrown all the same. */
export function told<Result, Told = string>(
	attempt: () => Result,
	text: (result: Result) => Told,
	tell: (answer: Told | string) => void,
): Result {
	let result: Result;
	try {
		result = attempt();
	} catch (error) {
		if (error instanceof SysError) tell(`!${error.errno}`);
		throw error;
	}
	tell(text(result));
	return result;
}

/** Throws what `told` was told of. */
export function unlessRefused(answer: string): string {
	const number = refused.exec(answer)?.[1];
	if (number === undefined) return answer;
	throw sysErrorOf(Number(number));
}

export function statText(stat: Stat | undefined): string {
	if (stat === undefined) return '';
	const { dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks } = stat;
	return `${dev} ${ino} ${mode} ${nlink} ${uid} ${gid} ${rdev} ${size} ${blksize} ${blocks} ${stat.atimeNs} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

/** Whether statText of both is the same. */
export function isSameStat(a: Stat, b: Stat): boolean {
	return (
		a.ino === b.ino &&
		a.mtimeNs === b.mtimeNs &&
		a.ctimeNs === b.ctimeNs &&
		a.atimeNs === b.atimeNs &&
		a.size === b.size &&
		a.mode === b.mode &&
		a.nlink === b.nlink &&
		a.uid === b.uid &&
		a.gid === b.gid &&
		a.dev === b.dev &&
		a.rdev === b.rdev &&
		a.blksize === b.blksize &&
		a.blocks === b.blocks
	);
}

/** undefined where nothing is there. Throws TypeError for what is no such text. */
export function parseStat(text: string): Stat | undefined {
	if (text === '') return undefined;
	const words = text.split(' ');
	if (words.length !== 13 || !words.every((word) => /^-?\d{1,20}$/.test(word))) throw new TypeError('no stat');
	const big = (index: number): bigint => BigInt(words[index] ?? 0);
	const number = (index: number): number => Number(words[index]);
	return {
		dev: big(0),
		ino: big(1),
		mode: number(2),
		nlink: number(3),
		uid: number(4),
		gid: number(5),
		rdev: big(6),
		size: number(7),
		blksize: number(8),
		blocks: number(9),
		atimeNs: big(10),
		mtimeNs: big(11),
		ctimeNs: big(12),
	};
}

/** Which bytes a file has, as far as its inode tells. */
export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: Stat): string {
	return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

export function listText(entries: readonly DirectoryEntry[]): string {
	return entries.map(({ name, ino, type }) => `${ino} ${type} ${name}`).join('\0');
}

export function parseList(text: string): DirectoryEntry[] {
	if (text === '') return [];
	return text.split('\0').map((line) => {
		const [, ino, type, name] = /^(\d{1,20}) (\d{1,3}) ([\s\S]+)$/.exec(line) ?? [];
		if (ino === undefined || name === undefined) throw new TypeError('no entry of a directory');
		return { name, ino: BigInt(ino), type: Number(type) };
	});
}
