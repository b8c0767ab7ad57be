/** Which rows of a document have stood on the screen, each from its start to its end. */

/** What was on the screen: rows from `from` to before `to`, moved sideways by `side` cells, `room` of them in sight. */
export type Sight = {
	readonly from: number;
	readonly to: number;
	readonly side: number;
	readonly room: number;
	/** Does a row go on behind the right edge? */
	readonly goesOn: (row: number) => boolean;
};

export interface ShownRows {
	add(sight: Sight): void;
	/** Have all rows of a document of this length been shown? */
	isWhole(length: number): boolean;
}

type Range = { readonly from: number; readonly to: number };

/** Rows that are too long for the screen and were shown in part: more are not kept in mind. */
const mostPartly = 10_000;

export function createShownRows(): ShownRows {
	let whole: readonly Range[] = [];
	/** Cells of a row that were shown from its start on without a gap. */
	const reached = new Map<number, number>();
	return {
		add({ from, to, side, room, goesOn }) {
			const added: Range[] = [];
			for (let row = from; row < to; row += 1) {
				const before = reached.get(row) ?? 0;
				if (side > before) continue;
				if (goesOn(row)) {
					if (reached.size < mostPartly || reached.has(row)) reached.set(row, Math.max(before, side + room));
					continue;
				}
				reached.delete(row);
				added.push({ from: row, to: row + 1 });
			}
			whole = joined([...whole, ...added]);
		},
		isWhole: (length) => length === 0 || (whole[0]?.from === 0 && whole[0].to >= length),
	};
}

function joined(ranges: readonly Range[]): Range[] {
	const result: Range[] = [];
	for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
		const last = result.at(-1);
		if (last === undefined || last.to < range.from) result.push(range);
		else result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
	}
	return result;
}
