/** What the run has used of what it may use. */
import type { LimitName } from '../model/limits.ts';
import type { ReviewState } from '../model/review.ts';
import type { Row } from './row.ts';
import type { Style, Theme } from './theme.ts';

const about: readonly (readonly [LimitName, 'ms' | 'bytes' | 'count', string])[] = [
	['time', 'ms', 'time'],
	['cpu', 'ms', 'processor'],
	['memory', 'bytes', 'memory'],
	['output', 'bytes', 'output'],
	['tasks', 'count', 'tasks'],
	['disk', 'bytes', 'disk'],
	['files', 'count', 'files'],
	['sent', 'bytes', 'sent'],
	['received', 'bytes', 'received'],
];

/** Cells of a bar. */
const barCells = 10;
/** From this part of a limit on the title tells of it. */
const near = 0.8;

export function limitRows({ used, limits }: Pick<ReviewState, 'used' | 'limits'>, theme: Theme): readonly Row[] {
	if (used === undefined || limits === undefined) {
		return [
			{ body: { text: ' What was used is not known: the run did not come to its end.', style: { colour: 'cyan' } } },
		];
	}
	return [
		...about.map(([name, unit, word]): Row => {
			const part = partOf(used[name], limits[name]);
			const filled = Math.min(barCells, Math.round(part * barCells));
			const [full, empty] = theme.alphabet === 'unicode' ? ['█', '░'] : ['#', '.'];
			const style: Style = { colour: part >= 1 ? 'red' : part >= near ? 'yellow' : 'green' };
			return {
				left: [
					{ text: ` ${word.padEnd(10)}` },
					{ text: full.repeat(filled), style },
					{ text: empty.repeat(barCells - filled), style: { dim: true } },
					{ text: `${Math.floor(part * 100)}%`.padStart(5) },
				],
				body: { text: `  ${amount(used[name], unit)} of ${amount(limits[name], unit)}`, style: { dim: true } },
			};
		}),
		{},
		{ body: { text: ' Time does not go on while you are asked.', style: { dim: true } }, slides: true },
	];
}

/** The limit that is used up most, where one is nearly; in a few words. */
export function nearestLimit({ used, limits }: Pick<ReviewState, 'used' | 'limits'>): string | undefined {
	if (used === undefined || limits === undefined) return undefined;
	let most: { readonly part: number; readonly word: string } | undefined;
	for (const [name, , word] of about) {
		const part = partOf(used[name], limits[name]);
		if (part >= near && part > (most?.part ?? 0)) most = { part, word };
	}
	return most === undefined ? undefined : `${most.word} ${Math.floor(most.part * 100)}%`;
}

function partOf(used: number, limit: number): number {
	return limit > 0 ? used / limit : 0;
}

function amount(value: number, unit: 'ms' | 'bytes' | 'count'): string {
	if (unit === 'count') return `${Math.round(value)}`;
	if (unit === 'ms') return value < 60_000 ? `${short(value / 1000)} s` : `${short(value / 60_000)} min`;
	if (value < 1024) return `${Math.round(value)} B`;
	if (value < 1024 ** 2) return `${short(value / 1024)} KiB`;
	return value < 1024 ** 3 ? `${short(value / 1024 ** 2)} MiB` : `${short(value / 1024 ** 3)} GiB`;
}

function short(value: number): string {
	return value.toFixed(1).replace(/\.0$/, '');
}
