/** Arithmetic on resolved paths. */

/** The directory that holds a path; `/` for the topmost. */
export function parentOf(path: string): string {
	const slash = path.lastIndexOf('/');
	return slash <= 0 ? '/' : path.slice(0, slash);
}

export function nameOf(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

export function join(directory: string, name: string): string {
	return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** Whether `path` lies below `directory` (and is not it). */
export function isBelow(path: string, directory: string): boolean {
	return directory === '/' ? path !== '/' : path.startsWith(`${directory}/`);
}

export function depthOf(path: string): number {
	let depth = 0;
	for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth += 1;
	return depth;
}

/** The directories above a path, the nearest first, without `/`. */
export function* ancestorsOf(path: string): Generator<string> {
	for (let at = parentOf(path); at !== '/'; at = parentOf(at)) yield at;
}
