/** Questions of one shape: many changes of one kind to files alike in one directory. */
import type { ReviewItem } from '../model/review.ts';

/** So many alike are a group; fewer are read one by one. */
const fewest = 5;

/** The pending changes that are like `item`, it among them, in program order; empty where there are too few. */
export function groupOf(item: ReviewItem, items: readonly ReviewItem[]): readonly ReviewItem[] {
	const shape = shapeOf(item);
	if (shape === undefined) return [];
	const alike = items.filter((one) => shapeOf(one) === shape);
	return alike.length < fewest ? [] : alike;
}

/** Kind, directory and ending of a pending change's path; undefined for what is asked about one by one. */
function shapeOf({ change, effect, state }: ReviewItem): string | undefined {
	if (change === undefined || state.kind !== 'pending' || effect.kind === 'run' || effect.kind === 'connect')
		return undefined;
	const slash = effect.path.lastIndexOf('/');
	const name = effect.path.slice(slash + 1);
	// What begins with a dot is configuration, each with a meaning of its own.
	if (name.startsWith('.')) return undefined;
	const dot = name.lastIndexOf('.');
	return JSON.stringify([change, effect.path.slice(0, slash), dot < 0 ? '' : name.slice(dot)]);
}
