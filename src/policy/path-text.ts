/** Paths as a policy writes them (`~/x`, `./x`, `/x`) and what they are on a machine. */

/** Where `~` and `./` are, and what a path really is. */
export type PathBases = {
	readonly home: string;
	readonly cwd: string;
	/** The resolved path, symlinks and all; undefined where nothing is there. */
	readonly realpath?: ((path: string) => string | undefined) | undefined;
};

/** Whether a path is absolute with no part empty, `.` or `..`: only such a path can be judged. */
export function isResolvedPath(path: string): boolean {
	return path === '/' || (path.startsWith('/') && !/\/(?:\.{0,2})(?:\/|$)|\0/.test(path));
}

/** The absolute path that `~/x`, `./x` or `/x` names; undefined where it is none of them or has a `..`. */
export function expandPath(text: string, bases: PathBases): string | undefined {
	const rest = afterAnchor(text);
	if (rest === undefined || text.startsWith('**')) return undefined;
	const path = rest === '' ? anchorOf(text, bases) : joinPath(anchorOf(text, bases), rest);
	return isResolvedPath(path) ? path : undefined;
}

/** The path without `.` and empty parts; undefined where it has a `..`, whose meaning hangs on what is there. */
export function normalPath(text: string, cwd: string): string | undefined {
	const parts = `${text.startsWith('/') ? '' : cwd}/${text}`.split('/').filter((part) => part !== '' && part !== '.');
	return parts.includes('..') || text.includes('\0') ? undefined : `/${parts.join('/')}`;
}

/** The resolved path; where nothing is there, that of its nearest parent with the rest put back. */
export function resolveLongest(path: string, bases: PathBases): string {
	if (bases.realpath === undefined || path === '/') return path;
	const real = bases.realpath(path);
	if (real !== undefined) return real;
	const slash = path.lastIndexOf('/');
	return joinPath(resolveLongest(slash === 0 ? '/' : path.slice(0, slash), bases), path.slice(slash + 1));
}

/** What follows `/`, `./` or `~/`; empty for `/`, `.` and `~` themselves; undefined where a pattern has no such start. */
export function afterAnchor(text: string): string | undefined {
	if (text === '/' || text === '.' || text === '~') return '';
	if (text === '**' || text.startsWith('**/')) return text;
	if (text.startsWith('/')) return text.slice(1);
	if (text.startsWith('./') || text.startsWith('~/')) return text.slice(2) === '' ? '/' : text.slice(2);
	return undefined;
}

/** The directory that a path begins at. */
export function anchorOf(text: string, bases: PathBases): string {
	if (text.startsWith('~')) return bases.home;
	if (text.startsWith('.')) return bases.cwd;
	return '/';
}

export function joinPath(directory: string, name: string): string {
	return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
