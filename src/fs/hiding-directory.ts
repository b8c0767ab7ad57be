/** An open directory without the names that a policy hides. */
import type { DirectoryEntry, OpenNode } from './api.ts';
import { DirectoryView } from './directory-view.ts';
import { join } from './path.ts';

export class HidingDirectory extends DirectoryView {
	readonly #hidden: (path: string) => boolean;

	constructor(node: OpenNode, hidden: (path: string) => boolean) {
		super(node);
		this.#hidden = hidden;
	}

	list(): DirectoryEntry[] {
		return this.node.list().filter(({ name }) => name === '.' || name === '..' || !this.#hidden(join(this.path, name)));
	}
}
