/** The review's one screen. */
import { Box } from 'ink';
import { useLayoutEffect, useSyncExternalStore } from 'react';
import type { DiffLine } from '../model/review.ts';
import { besidePlace, detailHeading, heading, listHeading, outputHeading, titleRow } from './bars.ts';
import type { UnitMark } from './diff-row.ts';
import type { Driver, Shown } from './driver.ts';
import { helpRows } from './help.ts';
import { type Choice, unitOf } from './hunk-choice.ts';
import { listRow } from './list-rows.ts';
import type { Row } from './row.ts';
import { SafeRows } from './safe-text.tsx';
import { statusRow } from './status-row.ts';
import { besideRows, outputRows } from './windows.ts';

export function Screen({ driver }: { readonly driver: Driver }) {
	const shown = useSyncExternalStore(driver.subscribe, driver.shown);
	// Runs after the frame was written: from now on a key can be an answer to it.
	useLayoutEffect(() => driver.drawn(shown));
	const { columns, rows } = shown.world.layout;
	return (
		<Box flexDirection="column" height={rows} flexShrink={0}>
			<Block rows={[titleRow(shown)]} width={columns} height={1} shown={shown} />
			<Middle shown={shown} />
			<Block rows={[statusRow(shown)]} width={columns} height={1} shown={shown} />
		</Box>
	);
}

type BlockProps = {
	readonly rows: readonly Row[];
	readonly width: number;
	readonly height: number;
	readonly left?: number;
	readonly side?: number;
	readonly shown: Shown;
};

function Block({ shown, ...block }: BlockProps) {
	return (
		<Box height={block.height} flexShrink={0}>
			<SafeRows {...block} theme={shown.theme} />
		</Box>
	);
}

function Middle({ shown }: { readonly shown: Shown }) {
	const { mode } = shown.view;
	switch (mode.kind) {
		case 'help':
			return (
				<Full shown={shown} name="Help" rows={helpRows(shown.theme, shown.world.layout.columns).slice(mode.scroll)} />
			);
		case 'beside':
			return (
				<Full
					shown={shown}
					name={shown.beside?.title ?? ''}
					place={besidePlace(shown)}
					rows={besideRows(mode, shown.beside, shown.world.layout.fullRows)}
					side={mode.side}
				/>
			);
		case 'output':
			return (
				<Full
					shown={shown}
					name="Output"
					rows={outputRows(shown.output, mode.up, shown.world.layout.fullRows)}
					side={mode.side}
				/>
			);
		case 'items':
		case 'search':
		case 'input':
		case 'confirm':
		case 'reason':
		case 'hunks':
		case 'editing':
			return <Panes shown={shown} />;
	}
}

type FullProps = {
	readonly shown: Shown;
	readonly name: string;
	readonly rows: readonly Row[];
	readonly place?: string;
	readonly side?: number;
};

function Full({ shown, name, rows, place = '', side = 0 }: FullProps) {
	const { columns, fullRows } = shown.world.layout;
	const all = [heading(shown.theme, name, place, columns), ...rows];
	return <Block rows={all} width={columns} height={fullRows + 1} side={side} shown={shown} />;
}

function Panes({ shown }: { readonly shown: Shown }) {
	const { world, view } = shown;
	const { panes, listWidth, detailWidth, bodyRows, outputRows: outputHeight, columns } = world.layout;
	const height = bodyRows + 1;
	return (
		<>
			<Box flexDirection="row" height={height} flexShrink={0}>
				{panes === 'detail' ? null : <Block rows={listRows(shown)} width={listWidth} height={height} shown={shown} />}
				{panes === 'both' ? (
					<Block rows={dividerRows(shown)} left={listWidth} width={1} height={height} shown={shown} />
				) : null}
				{panes === 'list' ? null : (
					<Block
						rows={detailRows(shown)}
						left={columns - detailWidth}
						width={detailWidth}
						height={height}
						side={view.side}
						shown={shown}
					/>
				)}
			</Box>
			{outputHeight === 0 ? null : (
				<Block
					rows={[outputHeading(shown), ...outputRows(shown.output, 0, outputHeight)]}
					width={columns}
					height={outputHeight + 1}
					shown={shown}
				/>
			)}
		</>
	);
}

function listRows(shown: Shown): Row[] {
	const { state, layout } = shown.world;
	const { top, selected } = shown.view;
	const { careful } = shown.world;
	const options = { theme: shown.theme, selected, seen: state.seen, cwd: state.cwd, careful };
	if (state.items.length === 0) {
		return [listHeading(shown), { body: { text: emptyWords(shown), style: { dim: true } } }];
	}
	return [listHeading(shown), ...state.items.slice(top, top + layout.bodyRows).map((item) => listRow(item, options))];
}

function emptyWords({ world }: Shown): string {
	return world.state.phase.kind === 'ended' ? ' The script wanted nothing.' : ' Nothing yet.';
}

function dividerRows({ world, theme }: Shown): Row[] {
	const line = (text: string): Row => ({ left: [{ text, style: { dim: true } }] });
	const rows = [line(theme.glyphs.teeDown)];
	while (rows.length <= world.layout.bodyRows) rows.push(line(theme.glyphs.vertical));
	return rows;
}

function detailRows(shown: Shown): Row[] {
	const { document, layout } = shown.world;
	const { scroll, query, found, mode } = shown.view;
	const marks = mode.kind === 'hunks' ? (line: DiffLine) => markOf(mode.choice, line) : undefined;
	const rows = [detailHeading(shown)];
	const to = Math.min(document?.length ?? 0, scroll + layout.bodyRows);
	for (let index = scroll; index < to; index += 1) {
		const row = document?.row(index, query, marks) ?? {};
		rows.push(index === found ? { ...row, fill: { bold: true } } : row);
	}
	return rows;
}

function markOf(choice: Choice, line: DiffLine): UnitMark | undefined {
	const at = unitOf(choice, line);
	return at === undefined ? undefined : { taken: choice.units[at]?.taken, current: at === choice.at };
}
