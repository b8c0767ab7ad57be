/** rename(2) inside one overlay: what moves keeps its node, so a whole directory of the machine moves for one entry. */
import { SysError } from '../abi/errno.ts';
import { S_IFDIR, W_OK } from './mode.ts';
import { isEmpty } from './overlay-directory.ts';
import { farewell, mayChangeNames, mayRemove } from './overlay-names.ts';
import type { OverlayVnode } from './overlay-vnode.ts';
import type { TreeRecord } from './record.ts';
import type { RenameFlags } from './vnode.ts';

export type Move = {
	readonly from: OverlayVnode;
	readonly name: string;
	readonly child: OverlayVnode;
	readonly to: OverlayVnode;
	readonly toName: string;
	readonly target: OverlayVnode | undefined;
};

/** The caller has checked that neither path lies in the other, and the flags against what is there. */
export function renameEntry(move: Move, flags: RenameFlags): void {
	if (isSameFile(move)) return;
	checkRights(move, flags);
	if (flags.exchange) exchange(move);
	else replace(move);
}

function checkRights({ from, name, child, to, toName, target }: Move, flags: RenameFlags): void {
	mayRemove(from, child);
	if (target === undefined) mayChangeNames(to);
	else {
		mayRemove(to, target);
		if (!flags.exchange) checkTypes(child, target);
	}
	// A directory that gets another parent has its `..` changed.
	if (isSameDirectory(from, to)) return;
	if (child.format === S_IFDIR) child.access(W_OK);
	if (flags.exchange && target?.format === S_IFDIR) target.access(W_OK);
	if (name === '' || toName === '') throw new SysError('EBUSY');
}

function checkTypes(child: OverlayVnode, target: OverlayVnode): void {
	if (child.format === S_IFDIR && target.format !== S_IFDIR) throw new SysError('ENOTDIR');
	if (child.format !== S_IFDIR && target.format === S_IFDIR) throw new SysError('EISDIR');
}

function replace({ from, name, child, to, toName, target }: Move): void {
	const { overlay } = from;
	const moving = child.format === S_IFDIR ? 1 : 0;
	if (target?.format === S_IFDIR && !isEmpty(overlay, target.spot())) throw new SysError('ENOTEMPTY');
	const node = child.upper();
	const source = from.directory();
	const destination = to.directory();
	const entry = source.children.get(name);
	const order = entry?.kind === 'node' ? entry.order : node.order;
	const at = String(overlay.now());
	const gone: TreeRecord[] = target === undefined ? [] : farewell(target);
	overlay.commit([
		...overlay.baseRecords(node.origin, {}),
		...gone,
		{ op: 'attr', id: node.id, ctime: at },
		{
			op: 'set',
			dir: destination.id,
			name: toName,
			id: node.id,
			order,
			sub: moving - (target?.format === S_IFDIR ? 1 : 0),
			at,
		},
		{ op: overlay.hasBelow(source, name) ? 'hide' : 'clear', dir: source.id, name, sub: -moving, at },
	]);
	// The old name was given back as one less, and is only another one.
	overlay.quota.files(1);
}

function exchange({ from, name, child, to, toName, target }: Move): void {
	if (target === undefined) throw new SysError('ENOENT');
	const { overlay } = from;
	const one = child.upper();
	const other = target.upper();
	const at = String(overlay.now());
	overlay.commit([
		...overlay.baseRecords(one.origin, {}),
		...overlay.baseRecords(other.origin, {}),
		{ op: 'attr', id: one.id, ctime: at },
		{ op: 'attr', id: other.id, ctime: at },
		{
			op: 'swap',
			dir: from.directory().id,
			name,
			otherDir: to.directory().id,
			otherName: toName,
			sub: (other.kind === 'directory' ? 1 : 0) - (one.kind === 'directory' ? 1 : 0),
			at,
		},
	]);
}

/** Two names of one file: rename(2) then does nothing. */
function isSameFile({ child, target }: Move): boolean {
	if (target === undefined) return false;
	if (child.subject.kind === 'upper' && target.subject.kind === 'upper')
		return child.subject.node === target.subject.node;
	if (child.subject.kind !== target.subject.kind) return false;
	const [a, b] = [child.stat(), target.stat()];
	return a.ino === b.ino && a.dev === b.dev;
}

function isSameDirectory(from: OverlayVnode, to: OverlayVnode): boolean {
	const [a, b] = [from.spot(), to.spot()];
	return a === b;
}
