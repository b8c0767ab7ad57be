/** Where the new bytes of a change lie. */
import type { Change } from '../model/change.ts';

/** The name of a change's new bytes in `upper/content/`; undefined where it brings none. */
export function contentOf(change: Change): string | undefined {
	return change.kind !== 'delete' && change.after.type === 'file' ? change.after.content : undefined;
}
