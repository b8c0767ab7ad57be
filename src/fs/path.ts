/** Absolute, normalized paths as text: joining and taking apart. */

/** limits.h; PATH_MAX counts the NUL that ends the path. */
export const NAME_MAX = 255;
export const PATH_MAX = 4096;

export function join(directory: string, name: string): string {
	return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

export function dirname(path: string): string {
	const slash = path.lastIndexOf('/');
	return slash <= 0 ? '/' : path.slice(0, slash);
}

export function basename(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` lies below `directory` (and is not it). */
export function isBelow(path: string, directory: string): boolean {
	return directory === '/' ? path !== '/' : path.startsWith(directory) && path[directory.length] === '/';
}

/** Number of parts; 0 for the root. */
export function depth(path: string): number {
	return path === '/' ? 0 : path.split('/').length - 1;
}
