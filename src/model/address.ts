/** Addresses of the internet as text and as bytes. RFC 4291, 2.2. */

/** 4 or 16 bytes, or undefined where the text is no address. A zone (`%eth0`) is none of it. */
export function addressBytes(text: string): readonly number[] | undefined {
	return text.includes(':') ? bytesOf6(text) : bytesOf4(text);
}

/** 0.0.0.0 and ::, which stand for all addresses of this machine where something listens on them. ip(7) */
export function isUnspecified(text: string): boolean {
	return addressBytes(text)?.every((byte) => byte === 0) ?? false;
}

export function isAddress(text: string): boolean {
	return addressBytes(text) !== undefined;
}

function bytesOf4(text: string): readonly number[] | undefined {
	if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
	const bytes = text.split('.').map(Number);
	return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function bytesOf6(text: string): readonly number[] | undefined {
	const halves = text.split('::');
	if (halves.length > 2) return undefined;
	const parts = halves.map((half) => (half === '' ? [] : half.split(':')).map(bytesOfWord));
	const [first = [], last] = parts.map((words) => words.flat());
	if (parts.flat().includes(undefined)) return undefined;
	const zeros = 16 - first.length - (last?.length ?? 0);
	if (last === undefined ? zeros !== 0 : zeros < 2) return undefined;
	const bytes = [...first, ...Array<number>(zeros).fill(0), ...(last ?? [])];
	return bytes.flatMap((byte) => byte ?? []);
}

/** Two bytes of a word in hexadecimal, or the four of an IPv4 address at the end. */
function bytesOfWord(word: string): readonly number[] | undefined {
	if (word.includes('.')) return bytesOf4(word);
	if (!/^[0-9a-f]{1,4}$/i.test(word)) return undefined;
	const value = Number.parseInt(word, 16);
	return [value >> 8, value & 255];
}
