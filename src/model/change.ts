/**
 * What a session wants of the machine's files. A change names absolute, resolved paths of the machine.
 * Files' new bytes are not in it: they lie in the session's upper layer, under `content`.
 */

export type NodeType = 'file' | 'directory' | 'symlink';

/** What a path was when the guest first changed it; apply refuses where it is no longer so. */
export type Base = {
	readonly type: NodeType | 'other';
	/** Permission bits, 0..0o7777. */
	readonly mode: number;
	readonly size: number;
	readonly ino: string;
	/** Nanoseconds since the epoch, decimal: JSON has no 64-bit integer. */
	readonly mtimeNs: string;
	readonly ctimeNs: string;
	/** SHA-256 in hex: of a file's bytes (left out above 64 MiB: then ino, size and ctime tell), of a symlink's target. */
	readonly sha256?: string;
};

/** Whom something new is to belong to, where root has given it away. Left out: to whoever applies. */
export type Owner = { readonly uid: number; readonly gid: number };

/** How a path is to be afterwards. */
export type Target =
	| {
			readonly type: 'file';
			readonly mode: number;
			readonly size: number;
			/** Name of a file in the session's `upper/content/`. Left out: the bytes stay those of `from` or of the base. */
			readonly content?: string;
			readonly mtimeNs?: string;
			readonly owner?: Owner;
			/** Counts the writes to its content while the script runs, so that two states of it never look the same. */
			readonly revision?: number;
	  }
	| { readonly type: 'directory'; readonly mode: number; readonly mtimeNs?: string; readonly owner?: Owner }
	| { readonly type: 'symlink'; readonly target: string; readonly owner?: Owner }
	/** A second name of the file that `link` is (a path of this change set or of the machine). */
	| { readonly type: 'link'; readonly link: string };

/** One reviewable change. `order` is its place in the program's order (first touch). */
export type Change =
	| { readonly kind: 'create'; readonly order: number; readonly path: string; readonly after: Target }
	| {
			readonly kind: 'modify';
			readonly order: number;
			readonly path: string;
			readonly base: Base;
			readonly after: Target;
	  }
	/** Type changed too (a file where a directory was): `replace` deletes the base, then creates. */
	| {
			readonly kind: 'replace';
			readonly order: number;
			readonly path: string;
			readonly base: Base;
			readonly after: Target;
	  }
	| { readonly kind: 'delete'; readonly order: number; readonly path: string; readonly base: Base }
	/** Moved, and perhaps changed too (`after.content`). A directory moves with all that it holds. */
	| {
			readonly kind: 'rename';
			readonly order: number;
			readonly from: string;
			readonly path: string;
			readonly base: Base;
			readonly after: Target;
			/** What stood at `path` before and is replaced. */
			readonly replaces?: Base;
	  };

export type ChangeKind = Change['kind'];
