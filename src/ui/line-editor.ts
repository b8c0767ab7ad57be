/** A line that is being typed: its text and where the cursor stands, in code points. */

export type Line = { readonly before: string; readonly after: string };

export const emptyLine: Line = { before: '', after: '' };

/** More than this is not taken. */
const limit = 4096;

export function textOf(line: Line): string {
	return line.before + line.after;
}

/** Puts text in at the cursor. Control characters are left out: they would not be seen for what they are. */
export function insert(line: Line, text: string): Line {
	const clean = text.replace(/\p{Cc}/gu, '');
	if (textOf(line).length + clean.length > limit) return line;
	return { before: line.before + clean, after: line.after };
}

/** The line after a key; undefined where the key means nothing to it. */
export function editLine(line: Line, key: string): Line | undefined {
	const before = Array.from(line.before);
	const after = Array.from(line.after);
	switch (key) {
		case 'left':
			return { before: before.slice(0, -1).join(''), after: (before.at(-1) ?? '') + line.after };
		case 'right':
			return { before: line.before + (after[0] ?? ''), after: after.slice(1).join('') };
		case 'home':
		case 'ctrl-a':
			return { before: '', after: textOf(line) };
		case 'end':
		case 'ctrl-e':
			return { before: textOf(line), after: '' };
		case 'backspace':
			return { before: before.slice(0, -1).join(''), after: line.after };
		case 'delete':
			return { before: line.before, after: after.slice(1).join('') };
		case 'ctrl-u':
			return { before: '', after: line.after };
		case 'ctrl-w':
			return { before: line.before.replace(/\S*\s*$/u, ''), after: line.after };
		case 'space':
			return insert(line, ' ');
		default:
			return Array.from(key).length === 1 ? insert(line, key) : undefined;
	}
}
