/** The keys that move up, down and sideways, the same everywhere. */

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

/** Where a page of `rows` rows stands after a key, when all that it shows is `length` rows; undefined: the key does not scroll. */
export function scrolled(name: string, at: number, rows: number, length: number): number | undefined {
	const last = Math.max(0, length - rows);
	const step = motion(name, rows);
	if (step !== undefined) return Math.min(last, Math.max(0, at + step));
	if (name === 'home' || name === 'g') return 0;
	return name === 'end' || name === 'G' ? last : undefined;
}

/** How far to the left rows are moved after a key; undefined: it does not move them. `goesOn`: is there more at the right edge? */
export function slid(name: string, side: number, goesOn = (_side: number) => true): number | undefined {
	if (name === 'right' || name === 'l') return goesOn(side) ? side + 8 : side;
	return name === 'left' || name === 'h' ? Math.max(0, side - 8) : undefined;
}
