/** Sizes and durations as a person writes them: `1GiB`, `10MiB`, `512KiB`, `100B`; `60s`, `500ms`, `2m`, `1h`. */

const sizeUnits = new Map([
	['B', 1],
	['KiB', 1024],
	['MiB', 1024 ** 2],
	['GiB', 1024 ** 3],
	['TiB', 1024 ** 4],
]);

const durationUnits = new Map([
	['ms', 1],
	['s', 1000],
	['m', 60_000],
	['h', 3_600_000],
]);

/** A Node timer holds at most this many milliseconds; longer ones fire at once. */
const longestDuration = 2 ** 31 - 1;

/** Bytes, or undefined where `text` is no size. */
export function parseSize(text: string): number | undefined {
	return parse(text, sizeUnits, Number.MAX_SAFE_INTEGER);
}

/** Milliseconds, or undefined where `text` is no duration or more than 596 h. */
export function parseDuration(text: string): number | undefined {
	return parse(text, durationUnits, longestDuration);
}

/** `1073741824` as `1GiB`: the largest unit that divides it. */
export function formatSize(bytes: number): string {
	return format(bytes, sizeUnits);
}

/** `60000` as `1m`. */
export function formatDuration(ms: number): string {
	return format(ms, durationUnits);
}

function parse(text: string, units: ReadonlyMap<string, number>, most: number): number | undefined {
	const match = /^(\d{1,16})([A-Za-z]+)$/.exec(text);
	const unit = units.get(match?.[2] ?? '');
	if (match === null || unit === undefined) return undefined;
	const value = Number(match[1]) * unit;
	return value <= most ? value : undefined;
}

function format(value: number, units: ReadonlyMap<string, number>): string {
	let text = '';
	for (const [name, unit] of units)
		if (text === '' || (value > 0 && value % unit === 0)) text = `${value / unit}${name}`;
	return text;
}
