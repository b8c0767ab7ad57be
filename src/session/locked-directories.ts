/**
 * A script may make a directory writable, change what is in it and lock it again: the change set holds what came of it.
 * Here the directories that are locked today are opened before the first step and get their final mode after the last.
 */
import type { Layout } from './layout.ts';
import { permissions } from './machine-node.ts';
import { ancestorsOf, depthOf, parentOf } from './paths.ts';
import type { Step } from './transaction.ts';

type Attributes = Extract<Step, { kind: 'attributes' }>;

/** The steps in their final order: opened directories (topmost first), the steps, modes and times (deepest first). */
export function withLockedOpened(steps: readonly Step[], layout: Layout): Step[] {
	const moves = new Map<string, string>();
	for (const { from, path } of layout.renames.keys()) if (layout.movedAway.has(from)) moves.set(from, path);
	const attributes = new Map<string, Attributes>();
	for (const step of steps) if (step.kind === 'attributes') attributes.set(step.path, step);
	const others = steps.filter((step) => step.kind !== 'attributes');
	const opened: Step[] = [];
	for (const path of lockedDirectories(others, layout)) {
		const found = layout.look(path);
		if (found.kind !== 'here') continue;
		const ino = found.stat.ino.toString();
		const mode = permissions(found.stat);
		const open = { mode: mode | 0o700 };
		opened.push({ kind: 'open', path, ino, before: { mode }, after: open });
		if (layout.removals.has(path)) continue;
		const final = finalPathOf(path, moves);
		const wanted = attributes.get(final);
		attributes.set(final, {
			...(wanted ?? { kind: 'attributes', path: final, ino }),
			before: { ...wanted?.before, ...open },
			after: { mode, ...wanted?.after },
		});
	}
	return [
		...opened.sort((a, b) => depthOf(a.path) - depthOf(b.path)),
		...others,
		...[...attributes.values()].sort((a, b) => depthOf(b.path) - depthOf(a.path)),
	];
}

/** Today's paths of the locked directories that the steps write to. A directory that moves is written to as well: its `..`. */
function lockedDirectories(steps: readonly Step[], layout: Layout): Set<string> {
	const touched = new Set<string>();
	const touchFinal = (directory: string) => {
		if (layout.newDirectories.has(directory)) return;
		touched.add(layout.movedTo.get(directory) ?? layout.locate(directory) ?? directory);
	};
	for (const step of steps) {
		if (step.kind === 'remove' || step.kind === 'park') touched.add(parentOf(step.path));
		if (step.kind === 'place' || step.kind === 'move') touchFinal(parentOf(step.path));
	}
	for (const path of layout.movedAway) touched.add(path).add(parentOf(path));
	return new Set([...touched].filter(layout.isLocked));
}

/** `moves`: new paths by today's. */
function finalPathOf(today: string, moves: ReadonlyMap<string, string>): string {
	const own = moves.get(today);
	if (own !== undefined) return own;
	for (const above of ancestorsOf(today)) {
		const moved = moves.get(above);
		if (moved !== undefined) return moved + today.slice(above.length);
	}
	return today;
}
