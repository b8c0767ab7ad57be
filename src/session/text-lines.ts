/** Splits bytes into lines without making strings of them: a line is made text when it is looked at. */

/** A run of whole lines in a buffer: from byte `from` to before byte `to`. */
export type Lines = {
	readonly bytes: Buffer;
	readonly from: number;
	readonly to: number;
	readonly count: number;
	/** Where every 16th line begins: 100 million empty lines must not cost 800 MB. */
	readonly marks: readonly number[];
};

const markEach = 16;

/** Lines of `bytes` from `from` to before `to`, both at line starts (or the end). A line holds its `\n`. */
export function splitLines(bytes: Buffer, from = 0, to = bytes.length): Lines {
	const marks = [from];
	let count = 0;
	for (let at = from; at < to; at += 1) {
		if (bytes[at] !== 10) continue;
		count += 1;
		if (count % markEach === 0) marks.push(at + 1);
	}
	if (to > from && bytes[to - 1] !== 10) count += 1;
	return { bytes, from, to, count, marks };
}

/** Whether a line takes more than `most` bytes; may say so of 16 lines that do together. */
export function hasLongLine({ marks, to }: Lines, most: number): boolean {
	return marks.some((start, index) => (marks[index + 1] ?? to) - start > most);
}

export function lineCount(lines: Lines): number {
	return lines.count;
}

/** Where line `index` begins; of the line behind the last one, where the run ends. */
export function lineStart(lines: Lines, index: number): number {
	if (index <= 0) return lines.from;
	if (index >= lines.count) return lines.to;
	let at = lines.marks[Math.floor(index / markEach)] ?? lines.from;
	for (let left = index % markEach; left > 0; left -= 1) at = lines.bytes.indexOf(10, at) + 1;
	return at;
}

/** Where line `index` ends, its line end with it. */
export function lineEnd(lines: Lines, index: number): number {
	return lineStart(lines, index + 1);
}

/** The bytes of a line, without its line end. */
export function lineBytes(lines: Lines, index: number): Buffer {
	const from = lineStart(lines, index);
	const to = lineEnd(lines, index);
	return lines.bytes.subarray(from, to > from && lines.bytes[to - 1] === 10 ? to - 1 : to);
}

/** Whether a line ends with `\n`; only the last one of a file may not. */
export function isEnded(lines: Lines, index: number): boolean {
	return lines.bytes[lineEnd(lines, index) - 1] === 10;
}

/** How many line ends there are before `to`. */
export function countLineEnds(bytes: Buffer, to: number): number {
	let count = 0;
	for (let at = 0; at < to; at += 1) if (bytes[at] === 10) count += 1;
	return count;
}

/** The start of the line that is `lines` lines above the line start `at`; 0 where there are not as many. */
export function linesAbove(bytes: Buffer, at: number, lines: number): number {
	let start = at;
	for (let left = lines; left > 0 && start > 0; left--) {
		// A negative offset would count from the end.
		start = start < 2 ? 0 : bytes.lastIndexOf(10, start - 2) + 1;
	}
	return start;
}

/** The start of the line that is `lines` lines below the line start `at`, or the end. */
export function linesBelow(bytes: Buffer, at: number, lines: number): number {
	let start = at;
	for (let left = lines; left > 0 && start < bytes.length; left--) {
		const end = bytes.indexOf(10, start);
		start = end < 0 ? bytes.length : end + 1;
	}
	return start;
}

/**
 * How many bytes are equal at the beginning and at the end, both cut back to whole lines. The two never overlap, and
 * the end begins at a line start in both.
 */
export function commonEnds(before: Buffer, after: Buffer): { readonly head: number; readonly tail: number } {
	const shorter = Math.min(before.length, after.length);
	let head = commonHead(before, after, shorter);
	if (head < before.length || head < after.length) head = head === 0 ? 0 : before.lastIndexOf(10, head - 1) + 1;
	const most = shorter - head;
	let tail = commonTail(before, after, most);
	// The line that the tail begins in may be different further to its left.
	const isStart = (bytes: Buffer) => {
		const at = bytes.length - tail;
		return at === head || bytes[at - 1] === 10;
	};
	if (tail > 0 && !(isStart(before) && isStart(after))) {
		const end = before.indexOf(10, before.length - tail);
		tail = end < 0 ? 0 : before.length - end - 1;
	}
	return { head, tail };
}

/** How many bytes are equal at the beginning and at the end; the two never overlap. */
export function commonBytes(before: Buffer, after: Buffer): { readonly head: number; readonly tail: number } {
	const shorter = Math.min(before.length, after.length);
	const head = commonHead(before, after, shorter);
	return { head, tail: commonTail(before, after, shorter - head) };
}

/** Compared in pieces of this size first: memcmp is some hundred times faster than a loop. */
const piece = 1 << 16;

function commonHead(a: Buffer, b: Buffer, most: number): number {
	let at = 0;
	while (at < most) {
		const end = Math.min(at + piece, most);
		if (a.compare(b, at, end, at, end) !== 0) break;
		at = end;
	}
	while (at < most && a[at] === b[at]) at++;
	return at;
}

function commonTail(a: Buffer, b: Buffer, most: number): number {
	let done = 0;
	while (done < most) {
		const next = Math.min(done + piece, most);
		if (a.compare(b, b.length - next, b.length - done, a.length - next, a.length - done) !== 0) break;
		done = next;
	}
	while (done < most && a[a.length - 1 - done] === b[b.length - 1 - done]) done++;
	return done;
}
