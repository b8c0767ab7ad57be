/** The simplest thing that applies a change set: no conflict check, no journal. For tests of the change set alone. */
import * as fs from 'node:fs';
import path from 'node:path';
import type { Change, Target } from '../../src/model/change.ts';

/** Applies changes whose paths lie below `top` to the copy of it at `copy`. `content`: folder of the new bytes. */
export function applyNaively(changes: readonly Change[], top: string, copy: string, content: string): void {
	const of = (one: string) => copy + one.slice(top.length);
	const deep = (one: string) => one.split('/').length;
	const aside = fs.mkdtempSync(path.join(path.dirname(copy), 'aside-'));
	const kept = new Map<Change, string>();

	const taken = changes.flatMap((change) => {
		if (change.kind === 'delete' || change.kind === 'replace') return [{ path: change.path, change: undefined }];
		if (change.kind !== 'rename') return [];
		const own = { path: change.from, change };
		return change.replaces === undefined ? [own] : [own, { path: change.path, change: undefined }];
	});
	for (const { path: one, change } of taken.sort((a, b) => deep(b.path) - deep(a.path))) {
		if (change === undefined) {
			if (fs.lstatSync(of(one)).isDirectory()) fs.rmdirSync(of(one));
			else fs.unlinkSync(of(one));
		} else {
			const place = path.join(aside, String(kept.size));
			fs.renameSync(of(one), place);
			kept.set(change, place);
		}
	}

	const put = changes.flatMap((change) => (change.kind === 'delete' ? [] : [change]));
	put.sort((a, b) => deep(a.path) - deep(b.path));
	for (const change of put) {
		if (change.after.type === 'link') continue;
		const place = kept.get(change);
		if (place !== undefined) fs.renameSync(place, of(change.path));
		if (place === undefined && change.kind !== 'modify') make(of(change.path), change.after, content);
		else alter(of(change.path), change.after, content);
	}
	for (const { path: one, after } of put) if (after.type === 'link') fs.linkSync(of(after.link), of(one));
	for (const { path: one, after } of put.reverse()) if (after.type === 'directory') fs.chmodSync(of(one), after.mode);
	fs.rmSync(aside, { recursive: true });
}

function make(where: string, after: Target, content: string): void {
	if (after.type === 'directory') fs.mkdirSync(where);
	else if (after.type === 'symlink') fs.symlinkSync(after.target, where);
	else alter(where, after, content);
}

function alter(where: string, after: Target, content: string): void {
	if (after.type === 'symlink') {
		if (fs.readlinkSync(where) === after.target) return;
		fs.unlinkSync(where);
		fs.symlinkSync(after.target, where);
	}
	if (after.type !== 'file') return;
	if (after.content !== undefined) fs.copyFileSync(path.join(content, after.content), where);
	if (fs.statSync(where).size !== after.size) throw new Error(`${where} has not ${after.size} bytes`);
	fs.chmodSync(where, after.mode);
}
