/** The keys that move up and down, the same everywhere. */

/** How many rows down a key goes. */
export function motion(name: string, page: number): number | undefined {
	switch (name) {
		case 'down':
		case 'j':
			return 1;
		case 'up':
		case 'k':
			return -1;
		case 'pagedown':
		case 'space':
		case 'ctrl-f':
			return page;
		case 'pageup':
		case 'ctrl-b':
			return -page;
		case 'ctrl-d':
			return Math.ceil(page / 2);
		case 'ctrl-u':
			return -Math.ceil(page / 2);
		default:
			return undefined;
	}
}
