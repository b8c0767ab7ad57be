/**
 * Text of the guest for plain output: what a terminal would obey is shown instead. ui/ has its own, richer one for the
 * screen; this is for lines on standard error and in listings.
 */

/** Control and formatting characters as escapes: `\x1b`, `\u202e`; lone surrogates (raw bytes) as `\x80`. */
export function printable(text: string): string {
	return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (char) => {
		const code = char.codePointAt(0) ?? 0;
		if (code === 0x0a) return '\n';
		if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
		if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
		return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
	});
}

/** The same on one line. */
export function printableLine(text: string): string {
	return printable(text).replaceAll('\n', '\\n');
}
