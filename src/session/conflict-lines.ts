/** The lines of a three-way view. */
import { diffArrays } from 'diff';
import { decodeName } from '../abi/bytes.ts';
import type { ThreeWayLine } from '../model/conflict.ts';
import { binaryFact, isBinary, sizeFact } from './file-facts.ts';
import { mergeLimit, type Region } from './three-way.ts';

/** Equal lines that stay around what differs. */
const context = 3;

export function regionLines(regions: readonly Region[]): ThreeWayLine[] {
	return regions.flatMap((region, index) => linesOfRegion(region, index === 0, index === regions.length - 1));
}

function linesOfRegion(region: Region, isFirst: boolean, isLast: boolean): ThreeWayLine[] {
	switch (region.kind) {
		case 'same':
			return sameLines(region.lines, isFirst, isLast);
		case 'machine':
		case 'script':
		case 'both':
			return [
				...region.base.map((text) => changeLine(region.kind, '-', text)),
				...region.lines.map((text) => changeLine(region.kind, '+', text)),
			];
		case 'conflict':
			return [
				{ kind: 'note', text: 'both changed this' },
				...region.base.map((text): ThreeWayLine => ({ kind: 'conflict', of: 'base', text: shown(text) })),
				...region.machine.map((text): ThreeWayLine => ({ kind: 'conflict', of: 'machine', text: shown(text) })),
				...region.script.map((text): ThreeWayLine => ({ kind: 'conflict', of: 'script', text: shown(text) })),
			];
	}
}

/** The machine's text against the script's, where nothing is known of what they had in common. */
export function twoSides(machine: Buffer, script: Buffer): ThreeWayLine[] {
	if (isBinary(machine) || isBinary(script) || machine.length > mergeLimit || script.length > mergeLimit) {
		const fact = (bytes: Buffer) => (bytes.length > mergeLimit ? sizeFact(bytes.length) : binaryFact(bytes));
		return [
			{ kind: 'note', text: `machine: ${fact(machine)}` },
			{ kind: 'note', text: `script: ${fact(script)}` },
		];
	}
	const parts = diffArrays(linesOf(machine), linesOf(script), { timeout: 500 });
	if (parts === undefined) return [{ kind: 'note', text: 'too different to be compared' }];
	return parts.flatMap((part, index): ThreeWayLine[] => {
		if (part.removed) return part.value.map((text) => ({ kind: 'conflict', of: 'machine', text: shown(text) }));
		if (part.added) return part.value.map((text) => ({ kind: 'conflict', of: 'script', text: shown(text) }));
		return sameLines(part.value, index === 0, index === parts.length - 1);
	});
}

function changeLine(by: 'machine' | 'script' | 'both', sign: '+' | '-', text: string): ThreeWayLine {
	return { kind: 'change', by, sign, text: shown(text) };
}

function sameLines(lines: readonly string[], isFirst: boolean, isLast: boolean): ThreeWayLine[] {
	const same = (text: string): ThreeWayLine => ({ kind: 'same', text: shown(text) });
	const [head, tail] = [isFirst ? 0 : context, isLast ? 0 : context];
	if (lines.length <= head + tail + 1) return lines.map(same);
	const folded = lines.length - head - tail;
	return [
		...lines.slice(0, head).map(same),
		{ kind: 'note', text: `⋯ ${folded === 1 ? '1 line' : `${folded} lines`} unchanged` },
		...lines.slice(lines.length - tail).map(same),
	];
}

function linesOf(text: Buffer): string[] {
	return text.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Lines are latin1 here, one character for each byte; a person reads UTF-8. */
function shown(line: string): string {
	return decodeName(Buffer.from(line.replace(/\n$/, ''), 'latin1'));
}
