/** Questions of one shape: many changes of one kind to files alike in one directory. */
import type { ReviewItem } from '../model/review.ts';

/** So many alike are a group; fewer are read one by one. */
const fewest = 5;
/** So many are answered at once; the others are a group of their own then. */
const most = 2000;

/** The pending changes that are like `item`, it among them, in program order; empty where there are too few. */
export function groupOf(item: ReviewItem, items: readonly ReviewItem[]): readonly ReviewItem[] {
	const shape = shapeOf(item);
	if (shape === undefined) return [];
	const alike = items.filter((one) => shapeOf(one) === shape);
	return alike.length < fewest ? [] : alike.slice(0, most);
}

/** Whether the neighbours of the item at `index` are enough for a group: a look at a few of them, for each frame. */
export function isGrouped(items: readonly ReviewItem[], index: number): boolean {
	const item = items[index];
	const shape = item === undefined ? undefined : shapeOf(item);
	if (shape === undefined) return false;
	const near = items.slice(Math.max(0, index - 12), index + 13);
	return near.filter((one) => shapeOf(one) === shape).length >= fewest;
}

/** Kind, directory and ending of a pending change's path; undefined for what is asked about one by one. */
function shapeOf({ change, effect, state }: ReviewItem): string | undefined {
	if (change === undefined || state.kind !== 'pending' || !('path' in effect)) return undefined;
	const slash = effect.path.lastIndexOf('/');
	const name = effect.path.slice(slash + 1);
	// What begins with a dot is configuration, each with a meaning of its own.
	if (name.startsWith('.')) return undefined;
	const dot = name.lastIndexOf('.');
	return JSON.stringify([change, effect.path.slice(0, slash), dot < 0 ? '' : name.slice(dot)]);
}
