/** Mode, owner and times of overlay nodes. */
import { SysError } from '../abi/errno.ts';
import { inGroup, owns, permits, S_ISGID, S_ISUID, W_OK, X_OK } from './mode.ts';
import type { Node } from './node.ts';
import type { Overlay } from './overlay.ts';
import type { TreeRecord } from './record.ts';

/** Permission bits; EPERM for anyone but the owner and root, EROFS. */
export function changeMode(overlay: Overlay, node: Node, mode: number): void {
	if (overlay.readOnly) throw new SysError('EROFS');
	const stat = overlay.statOf(node);
	const who = overlay.identity;
	if (!owns(who, stat.uid)) throw new SysError('EPERM');
	const kept = who.uid !== 0 && !inGroup(who, stat.gid) ? mode & ~S_ISGID : mode;
	change(overlay, node, [{ op: 'attr', id: node.id, mode: kept & 0o7777, ctime: String(overlay.now()) }]);
}

/**
 * Owner and group; -1 leaves one as it is. As chown(2), by which set-user-ID goes; but EPERM for what is the machine's own,
 * whose owner stays. EROFS.
 */
export function changeOwner(overlay: Overlay, node: Node, uid: number, gid: number): void {
	if (overlay.readOnly) throw new SysError('EROFS');
	const stat = overlay.statOf(node);
	const who = overlay.identity;
	const owner = uid === -1 ? stat.uid : uid;
	const group = gid === -1 ? stat.gid : gid;
	const same = owner === stat.uid && group === stat.gid;
	if (who.uid !== 0 && !(owner === stat.uid && owns(who, stat.uid) && (group === stat.gid || inGroup(who, group)))) {
		if (!same || !owns(who, stat.uid)) throw new SysError('EPERM');
	}
	if (node.origin !== undefined && !same) throw new SysError('EPERM', 'a file of the machine keeps its owner');
	if (node.origin !== undefined) return;
	const bare = node.kind === 'file' ? withoutSetId(node.mode) : node.mode;
	const mode = bare === node.mode ? {} : { mode: bare };
	change(overlay, node, [{ op: 'attr', id: node.id, ...mode, uid: owner, gid: group, ctime: String(overlay.now()) }]);
}

/** `touch`: to the present time, for which the right to write is enough. EPERM, EACCES, EROFS. */
export function changeTimes(
	overlay: Overlay,
	node: Node,
	atimeNs: bigint | undefined,
	mtimeNs: bigint | undefined,
	touch: boolean,
): void {
	if (overlay.readOnly) throw new SysError('EROFS');
	const stat = overlay.statOf(node);
	if (!owns(overlay.identity, stat.uid) && !(touch && permits(overlay.identity, stat, W_OK))) {
		throw new SysError(touch ? 'EACCES' : 'EPERM');
	}
	change(overlay, node, [
		{
			op: 'attr',
			id: node.id,
			atime: String(atimeNs ?? stat.atimeNs),
			...(mtimeNs === undefined ? {} : { mtime: String(mtimeNs), timesSet: true }),
			ctime: String(overlay.now()),
		},
	]);
	if (node.kind === 'file') node.dirty = false;
}

/** Something of the node itself changes: it gets its name in the tree, and its base is remembered. */
function change(overlay: Overlay, node: Node, records: readonly TreeRecord[]): void {
	if (node.kind === 'file') overlay.insertFile(node);
	const base = node.links > 0 ? overlay.baseRecords(node.origin, {}) : [];
	overlay.amend(node, [...base, ...records]);
}

/** A write by anyone but root takes set-user-ID away, and set-group-ID of an executable (chmod(2)). */
export function withoutSetId(mode: number): number {
	return mode & ~S_ISUID & ((mode & (X_OK << 3)) === 0 ? ~0 : ~S_ISGID);
}
