/** Turns a checked change set into what is built and the steps that put it in place, in an order that can be undone backwards. */
import type { Change, Target } from '../model/change.ts';
import { isPlaced, type Layout, type Rename } from './layout.ts';
import { withLockedOpened } from './locked-directories.ts';
import { permissions, typeOf } from './machine-node.ts';
import { depthOf, join, nameOf, parentOf } from './paths.ts';
import type { Plan, Saved, StagedNode, StageItem, Step } from './transaction.ts';

/** Every temporary name begins so; rest: the transaction's token and a number. */
export const temporaryPrefix = '.approve-run-';

/**
 * Steps come in three groups: what must be out of the way (deepest first, under today's names), what is placed
 * (topmost first, under final names), modes and times (deepest first). `save` keeps a path of the machine in the checkpoint.
 */
export function makePlan(
	changes: readonly Change[],
	layout: Layout,
	token: string,
	at: number,
	save: (path: string) => Saved,
): Plan {
	let count = 0;
	const temporary = (path: string, suffix: string) =>
		join(layout.stageDirectory(path), `${temporaryPrefix}${token}-${count++}${suffix}`);
	const saved = new Map<string, Saved>();
	const saveOnce = (path: string): Saved => {
		const known = saved.get(path) ?? save(path);
		saved.set(path, known);
		return known;
	};

	const parks = new Map<Rename, string>();
	const out: Step[] = [...layout.removals]
		.filter((path) => layout.look(path).kind === 'here')
		.map((path) => ({ kind: 'remove', path, saved: saveOnce(path) }));
	for (const [change, { parked }] of layout.renames) {
		if (!parked) continue;
		const { from } = change;
		const park = temporary(from, '-k');
		parks.set(change, park);
		out.push({ kind: 'park', path: from, park, ino: inodeOf(from, layout) });
	}
	out.sort((a, b) => depthOf(b.path) - depthOf(a.path));

	/** What stands where a file is placed and is replaced by it in one rename. */
	const overOf = (path: string): { readonly over?: Saved } => {
		const occupant = layout.locate(path);
		if (occupant === undefined || layout.removals.has(occupant) || layout.movedAway.has(occupant)) return {};
		return layout.look(occupant).kind === 'here' ? { over: saveOnce(occupant) } : {};
	};

	const tempOf = new Map<string, string>();
	const stage: StageItem[] = [];
	const places: Step[] = [];
	const attributes: Step[] = [];
	const filledLater = new Set<string>();
	for (const change of byDepth(changes.filter(isPlaced))) {
		const way = change.kind === 'rename' ? layout.renames.get(change) : undefined;
		if (change.kind === 'rename' && way?.way === 'move') {
			const ino = inodeOf(change.from, layout);
			places.push({
				kind: 'move',
				from: parks.get(change) ?? change.from,
				path: change.path,
				ino,
				...overOf(change.path),
			});
			attributes.push(...movedAttributes(change, layout));
			if (layout.newDirectories.has(parentOf(change.path))) filledLater.add(parentOf(change.path));
			continue;
		}
		if (change.kind === 'delete') continue;
		const over = overOf(change.path);
		const parentTemp = tempOf.get(parentOf(change.path));
		const temp = parentTemp === undefined ? temporary(change.path, '') : join(parentTemp, nameOf(change.path));
		tempOf.set(change.path, temp);
		const from = change.kind === 'rename' ? change.from : undefined;
		const owner = ownerOf(from === undefined ? over.over : saveOnce(from));
		stage.push({ temp, path: change.path, node: stagedNode(change.after, owner, from) });
		if (parentTemp === undefined) places.push({ kind: 'place', temp, path: change.path, ...over });
	}
	for (const change of changes) {
		if (change.kind === 'modify' && !isPlaced(change)) attributes.push(...modifiedAttributes(change, layout));
	}
	return {
		kind: 'plan',
		version: 1,
		token,
		at,
		stage: linksLast(
			stage.map((item) => (filledLater.has(item.path) ? openForFilling(item, attributes) : item)),
			tempOf,
			layout,
		),
		steps: withLockedOpened([...out, ...places, ...attributes], layout),
	};
}

function stagedNode(after: Target, owner: Owner, copyFrom: string | undefined): StagedNode {
	const given = after.type === 'link' || after.owner === undefined ? {} : { owner: after.owner };
	switch (after.type) {
		case 'file': {
			const { mode, size } = after;
			const mtime = after.mtimeNs === undefined ? {} : { mtimeNs: after.mtimeNs };
			const source =
				after.content !== undefined
					? ({ kind: 'content', name: after.content } as const)
					: copyFrom !== undefined
						? ({ kind: 'copy', path: copyFrom } as const)
						: ({ kind: 'empty' } as const);
			return { type: 'file', source, mode, size, ...mtime, ...owner, ...given };
		}
		case 'directory':
			return {
				type: 'directory',
				mode: after.mode,
				...(after.mtimeNs === undefined ? {} : { mtimeNs: after.mtimeNs }),
				...given,
			};
		case 'symlink':
			return { type: 'symlink', target: after.target, ...given };
		case 'link':
			return { type: 'link', to: after.link };
	}
}

type Owner = { readonly owner?: { uid: number; gid: number } };

function ownerOf(saved: Saved | undefined): Owner {
	return saved?.type === 'file' ? { owner: saved.owner } : {};
}

/** A second name can be given when its file is built: where that is staged, or where it stands today. */
function linksLast(stage: StageItem[], tempOf: ReadonlyMap<string, string>, layout: Layout): StageItem[] {
	const others = stage.filter((item) => item.node.type !== 'link');
	const targets = new Map<string, string>();
	for (const { path, node } of stage) if (node.type === 'link') targets.set(path, node.to);
	const moved = new Map<string, string>();
	for (const change of layout.renames.keys()) moved.set(change.path, change.from);
	const links: StageItem[] = [...targets].map(([path, first]) => {
		let to = first;
		// A link to a link is a name of the same file; a circle of them ends where it began.
		for (let next = targets.get(to); next !== undefined && next !== first; next = targets.get(to)) to = next;
		const node: StagedNode = { type: 'link', to: tempOf.get(to) ?? moved.get(to) ?? layout.locate(to) ?? to };
		return { temp: tempOf.get(path) ?? path, path, node };
	});
	return [...others, ...links];
}

/** A new directory into which something is moved later stays writable until then. */
function openForFilling(item: StageItem, attributes: Step[]): StageItem {
	if (item.node.type !== 'directory') return item;
	const { mode, mtimeNs } = item.node;
	const open = mode | 0o700;
	const time = mtimeNs === undefined ? {} : { mtimeNs };
	attributes.push({ kind: 'attributes', path: item.path, before: { mode: open }, after: { mode, ...time } });
	const { owner } = item.node;
	return { ...item, node: { type: 'directory', mode: open, ...(owner === undefined ? {} : { owner }) } };
}

function movedAttributes({ after, from, path }: Rename, layout: Layout): Step[] {
	if (after.type !== 'file' && after.type !== 'directory') return [];
	return attributeStep(path, from, after.mode, after.mtimeNs, layout);
}

function modifiedAttributes(change: Change, layout: Layout): Step[] {
	if (change.kind !== 'modify' || (change.after.type !== 'file' && change.after.type !== 'directory')) return [];
	const { mode, mtimeNs } = change.after;
	return attributeStep(change.path, layout.locate(change.path) ?? change.path, mode, mtimeNs, layout);
}

function attributeStep(path: string, today: string, mode: number, mtimeNs: string | undefined, layout: Layout): Step[] {
	const found = layout.look(today);
	if (found.kind !== 'here' || typeOf(found.stat) === 'symlink') return [];
	const { mtimeNs: mtimeNow, ino } = found.stat;
	const modeNow = permissions(found.stat);
	const timeChanges = mtimeNs !== undefined && mtimeNs !== mtimeNow.toString();
	if (modeNow === mode && !timeChanges) return [];
	return [
		{
			kind: 'attributes',
			path,
			ino: ino.toString(),
			before: { mode: modeNow, ...(timeChanges ? { mtimeNs: mtimeNow.toString() } : {}) },
			after: { mode, ...(timeChanges ? { mtimeNs } : {}) },
		},
	];
}

function inodeOf(path: string, layout: Layout): string {
	const found = layout.look(path);
	// Conflicts were looked for before, with the same answers.
	if (found.kind !== 'here') throw new Error(`${path} was there when it was checked`);
	return found.stat.ino.toString();
}

function byDepth(changes: readonly Change[]): Change[] {
	return [...changes].sort((a, b) => depthOf(a.path) - depthOf(b.path) || a.order - b.order);
}
