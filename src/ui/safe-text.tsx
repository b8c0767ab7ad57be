/** The one component through which text reaches the screen. No other file imports Ink's Text. */
import { Text, Transform } from 'ink';
import { createContext, useContext } from 'react';
import { type Painted, paintRow, type Row } from './row.ts';
import type { Theme } from './theme.ts';

/**
 * Takes the drawn rows of a block that begins at column `left` of the screen, and gives the one character that stands for
 * them in Ink's frame. Ink parses every cell of every frame (30 ms for 160 by 50) and keeps all text it ever measured; so all
 * that it lays out of a block is its first cell, and the frame writer puts the rows in. Without one the rows go through Ink.
 */
export type RowStore = { put(rows: readonly Painted[], left: number): string };

export const RowStoreContext = createContext<RowStore | undefined>(undefined);

export type SafeRowsProps = {
	readonly rows: readonly Row[];
	readonly width: number;
	readonly height: number;
	/** Column of the screen where the block begins. Default 0. */
	readonly left?: number;
	/** Cells that sliding rows have moved to the left. */
	readonly side?: number;
	readonly theme: Theme;
};

/** Rows of any text, however hostile, in a block of `width` by `height` cells. */
export function SafeRows({ rows, width, height, left = 0, side = 0, theme }: SafeRowsProps) {
	const store = useContext(RowStoreContext);
	if (width <= 0 || height <= 0) return null;
	const paint = (index: number) => paintRow(rows[index] ?? {}, width, side, theme);
	if (store === undefined) {
		const blank = Array<string>(height).fill(' '.repeat(width)).join('\n');
		const draw = (_blank: string, index: number) =>
			paint(index)
				.map(({ text }) => text)
				.join('');
		return (
			<Transform transform={draw}>
				<Text>{blank}</Text>
			</Transform>
		);
	}
	return (
		<Transform
			transform={() =>
				store.put(
					Array.from({ length: height }, (_, index) => paint(index)),
					left,
				)
			}
		>
			<Text> </Text>
		</Transform>
	);
}
