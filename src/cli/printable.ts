/**
 * Text of the guest for plain output: what a terminal would obey is shown instead. ui/ has its own, richer one for the
 * screen; this is for lines on standard error and in listings.
 */

/**
 * Control and formatting characters as escapes: `\x1b`, `\u202e`; lone surrogates (raw bytes) as `\x80`. `##[` is an order to the
 * log of a CI system wherever it stands in a line.
 */
export function printable(text: string): string {
	return withoutControl(text).replaceAll('##[', '##\\x5b');
}

function withoutControl(text: string): string {
	return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (char) => {
		const code = char.codePointAt(0) ?? 0;
		if (code === 0x0a) return '\n';
		if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
		if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
		return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
	});
}

/** The same for a patch: tabs are part of its lines. */
export function printablePatch(text: string): string {
	return text.split('\t').map(withoutControl).join('\t');
}

/** JSON that a terminal can be shown: what it would obey is escaped in the strings that hold it, so it stays the same JSON. */
export function printableJson(value: unknown): string {
	return JSON.stringify(value, undefined, '\t').replace(/[\x7f-\x9f\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (char) =>
		Array.from(char.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
	);
}

/** One line that is not longer than a person reads. */
export function printableShort(text: string): string {
	const line = printableLine(text);
	return line.length > 500 ? `${line.slice(0, 500)}… (${text.length} characters)` : line;
}

/** The same on one line. */
export function printableLine(text: string): string {
	return printable(text).replaceAll('\n', '\\n');
}
