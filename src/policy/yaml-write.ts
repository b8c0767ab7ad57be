/** A text as YAML that is read back as what it is. */

/** In double quotes, on one line, with nothing that a terminal would obey: safe as a value and in a comment. */
export function yamlText(text: string): string {
	return JSON.stringify(text).replace(/[\x7f-\x9f\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (char) => {
		const code = (char.codePointAt(0) ?? 0).toString(16);
		return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
	});
}
