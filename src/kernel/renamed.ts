/** Where a path leads after something was renamed. */

/** The path after `from` became `to`; undefined where it is neither that nor below it. */
export function renamed(path: string, from: string, to: string): string | undefined {
	if (path === from) return to;
	return path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined;
}
