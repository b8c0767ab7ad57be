/** What comes from the keyboard, as keys; what was pasted is told apart from what was typed. */

export type KeyEvent =
	/** `name`: a character, or `up`, `enter`, `ctrl-c`, `alt-x`, …. `burst`: it came with others in one piece. */
	| { readonly kind: 'key'; readonly name: string; readonly burst: boolean }
	| { readonly kind: 'paste'; readonly text: string };

export interface KeyReader {
	/** Decoded input as it came; returns what is complete. */
	push(chunk: string): KeyEvent[];
	/** Is the rest of an escape sequence awaited? Then call `flush` when nothing came for a while. */
	waiting(): boolean;
	flush(): KeyEvent[];
}

/** More than this of one paste is thrown away. */
const pasteLimit = 64 * 1024;

export function createKeyReader(): KeyReader {
	let rest = '';
	let pasted: string | undefined;

	function push(chunk: string): KeyEvent[] {
		const events: KeyEvent[] = [];
		let input = rest + chunk;
		rest = '';
		while (input !== '') {
			if (pasted !== undefined) {
				input = takePaste(input, events);
				continue;
			}
			const start = input.indexOf('\x1b');
			if (start !== 0) {
				const typed = start < 0 ? input : input.slice(0, start);
				events.push(...fromTyped(typed));
				input = input.slice(typed.length);
				continue;
			}
			const sequence = escapeSequence(input);
			if (sequence === undefined) {
				rest = input;
				break;
			}
			input = input.slice(sequence.length);
			if (sequence === pasteStart) pasted = '';
			else events.push(...fromSequence(sequence));
		}
		return mark(events);
	}

	function takePaste(input: string, events: KeyEvent[]): string {
		const end = input.indexOf(pasteEnd);
		const text = end < 0 ? input.slice(0, safeEnd(input)) : input.slice(0, end);
		pasted = ((pasted ?? '') + text).slice(0, pasteLimit);
		if (end < 0) {
			rest = input.slice(text.length);
			return '';
		}
		events.push({ kind: 'paste', text: pasted });
		pasted = undefined;
		return input.slice(end + pasteEnd.length);
	}

	return {
		push,
		waiting: () => rest !== '' && pasted === undefined,
		flush() {
			if (pasted !== undefined) return [];
			const lone = rest;
			rest = '';
			if (lone === '\x1b') return [{ kind: 'key', name: 'escape', burst: false }];
			return [];
		},
	};
}

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/** Several characters in one piece are a paste, unless all are the same: a key held down on a slow line. */
function fromTyped(typed: string): KeyEvent[] {
	const points = Array.from(typed);
	const [first = ''] = points;
	if (points.some((point) => point !== first)) return [{ kind: 'paste', text: typed }];
	return points.slice(0, 200).map((point) => ({ kind: 'key', name: nameOf(point), burst: points.length > 1 }));
}

/** Keys of which several came together did not come from a finger each. */
function mark(events: KeyEvent[]): KeyEvent[] {
	if (events.length < 2) return events;
	return events.map((event) => (event.kind === 'key' ? { ...event, burst: true } : event));
}

function nameOf(point: string): string {
	const code = point.codePointAt(0) ?? 0;
	switch (code) {
		case 0x0d:
		case 0x0a:
			return 'enter';
		case 0x09:
			return 'tab';
		case 0x20:
			return 'space';
		case 0x08:
		case 0x7f:
			return 'backspace';
		default:
			return code > 0 && code < 0x1b ? `ctrl-${String.fromCharCode(code + 0x60)}` : point;
	}
}

/** The sequence that `input` begins with; undefined while its end has not come. */
function escapeSequence(input: string): string | undefined {
	const kind = input.charAt(1);
	if (kind === '') return undefined;
	if (kind === '\x1b') return '\x1b';
	if (kind === 'O') return input.length >= 3 ? input.slice(0, 3) : undefined;
	if (kind !== '[') return `\x1b${String.fromCodePoint(input.codePointAt(1) ?? 0)}`;
	for (let at = 2; at < input.length; at += 1) {
		const code = input.charCodeAt(at);
		if (code >= 0x40 && code <= 0x7e) return input.slice(0, at + 1);
		// Not a sequence at all, or one without end: the escape alone is dropped.
		if (code < 0x20 || code > 0x7e || at > 64) return input.slice(0, at);
	}
	return undefined;
}

function fromSequence(sequence: string): KeyEvent[] {
	const name = sequence === '\x1b' ? 'escape' : names.get(sequence);
	if (name !== undefined) return [{ kind: 'key', name, burst: false }];
	const isAlt = !sequence.startsWith('\x1b[') && !sequence.startsWith('\x1bO');
	return isAlt ? [{ kind: 'key', name: `alt-${sequence.slice(1)}`, burst: false }] : [];
}

const names: ReadonlyMap<string, string> = new Map([
	...[...'ABCDFH'].flatMap((letter, at): [string, string][] => {
		const name = ['up', 'down', 'right', 'left', 'end', 'home'][at] ?? '';
		return [
			[`\x1b[${letter}`, name],
			[`\x1bO${letter}`, name],
		];
	}),
	['\x1b[1~', 'home'],
	['\x1b[7~', 'home'],
	['\x1b[4~', 'end'],
	['\x1b[8~', 'end'],
	['\x1b[3~', 'delete'],
	['\x1b[5~', 'pageup'],
	['\x1b[6~', 'pagedown'],
	['\x1b[Z', 'shift-tab'],
]);

/** Where a paste can be cut without cutting the sign of its end. */
function safeEnd(input: string): number {
	for (let length = pasteEnd.length - 1; length > 0; length -= 1) {
		if (input.endsWith(pasteEnd.slice(0, length))) return input.length - length;
	}
	return input.length;
}
