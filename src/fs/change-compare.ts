/** Whether a change would change anything. */
import type { Base, Target } from '../model/change.ts';
import { hashText } from './base.ts';

/** Whether `after` is what `base` is already. `hashContent` gives the SHA-256 of a content by its name. */
export function isNothing(base: Base, after: Target, hashContent: (content: string) => string): boolean {
	if (after.type === 'link' || base.type !== after.type) return false;
	if (after.owner !== undefined) return false;
	if (after.type === 'symlink') return base.sha256 === hashText(after.target);
	if (base.mode !== after.mode) return false;
	if (after.mtimeNs !== undefined && after.mtimeNs !== base.mtimeNs) return false;
	if (after.type === 'directory' || after.content === undefined) return true;
	// A file above the limit for hashing has no hash: then it counts as changed.
	return base.size === after.size && base.sha256 !== undefined && base.sha256 === hashContent(after.content);
}
