/** A whole directory as text, so that two can be compared: types, modes, contents, link targets and which names are one file. */
import * as fs from 'node:fs';
import type { Place } from '../../src/fs/api.ts';
import type { Guest } from './guest.ts';
import { openFile, readNode } from './guest.ts';
import { answer } from './oracle.ts';

export type Picture = Record<string, string>;

/** `links`: also tell which names are one file, and how many there are. */
export function realPicture(directory: string): Picture {
	const picture: Picture = {};
	const inodes = new Map<string, string>();
	const visit = (one: string) => {
		let stat: fs.Stats;
		try {
			stat = fs.lstatSync(`${directory}/${one}`);
		} catch (error) {
			picture[one] = refusal(error);
			return;
		}
		picture[one] = describe(stat.mode, stat.nlink, () =>
			stat.isDirectory()
				? ''
				: stat.isSymbolicLink()
					? fs.readlinkSync(`${directory}/${one}`)
					: answer(() => fs.readFileSync(`${directory}/${one}`, 'latin1')),
		);
		if (!stat.isDirectory()) picture[one] += sameAs(inodes, String(stat.ino), one);
		if (stat.isDirectory()) {
			const listed = list(() => fs.readdirSync(`${directory}/${one}`));
			for (const child of listed) visit(one === '.' ? child : `${one}/${child}`);
		}
	};
	visit('.');
	return picture;
}

export function overlayPicture({ fs: system }: Guest, directory: string): Picture {
	const g = { fs: system, work: directory };
	const picture: Picture = {};
	const inodes = new Map<string, string>();
	const directories = new Set<string>();
	const visit = (one: string) => {
		let place: Place;
		try {
			place = g.fs.resolve(one, g.work, { follow: false });
		} catch (error) {
			picture[one] = refusal(error);
			return;
		}
		const { stat } = place;
		if (stat === undefined) throw new Error(`${one} is listed and not there`);
		const format = stat.mode & 0o170000;
		picture[one] = describe(stat.mode, stat.nlink, () => {
			if (format === 0o040000) return '';
			if (format === 0o120000) return g.fs.readlink(place.path);
			return answer(() => {
				const node = openFile(g, one, 'r');
				const text = readNode(node);
				node.close();
				return text;
			});
		});
		const ino = `${stat.dev}:${stat.ino}`;
		if (format !== 0o040000) picture[one] += sameAs(inodes, ino, one);
		else if (directories.has(ino) || inodes.has(ino)) throw new Error(`${one}: inode ${ino} is taken`);
		else directories.add(ino);
		if (format === 0o040000) {
			const listed = list(() => g.fs.list(place.path).map((entry) => entry.name));
			for (const child of listed) if (child !== '.' && child !== '..') visit(one === '.' ? child : `${one}/${child}`);
		}
	};
	visit('.');
	return picture;
}

/** A directory that can be listed and not searched. */
function refusal(error: unknown): string {
	return answer(() => {
		throw error;
	});
}

function describe(mode: number, nlink: number, more: () => string): string {
	return `${mode.toString(8)} ${nlink} ${more()}`;
}

function sameAs(inodes: Map<string, string>, ino: string, one: string): string {
	const first = inodes.get(ino);
	if (first !== undefined) return ` = ${first}`;
	inodes.set(ino, one);
	return '';
}

/** Sorted; what cannot be listed has no names. */
function list(act: () => string[]): string[] {
	try {
		return act().sort();
	} catch {
		return [];
	}
}
