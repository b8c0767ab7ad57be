/** What is otherwise at the end of a replay: how it ended, what it printed, what it would change. */

import type { TapeEnd } from '../replay/entries.ts';
import type { Difference } from '../replay/outcome.ts';
import type { Tape } from '../replay/tape-reader.ts';
import type { Comparison } from './comparison.ts';
import type { Sides } from './replaying.ts';

export function endDifference(tape: Tape, then: TapeEnd, now: Sides, comparison: Comparison): Difference | undefined {
	return changesDifference(then, now, comparison) ?? printedDifference(tape, then, now) ?? exitDifference(then, now);
}

function changesDifference(then: TapeEnd, now: Sides, comparison: Comparison): Difference | undefined {
	const length = Math.max(then.changes.length, now.changes.length);
	for (let index = 0; index < length; index++) {
		const recorded = changeOf(then.changes[index]);
		const came = changeOf(now.changes[index]);
		const origin = came === undefined ? undefined : comparison.originOf(came.path);
		const from = origin === undefined ? {} : { origin };
		if (recorded?.text !== came?.text) {
			const same = recorded !== undefined && recorded.words === came?.words;
			const about = same ? `how ${recorded.path} is changed` : 'what is changed';
			return { about, recorded: same ? recorded.text : recorded?.words, now: same ? came.text : came?.words, ...from };
		}
		const content = came?.content;
		if (content === undefined || then.contents[content] === now.contents[content]) continue;
		return { about: 'what is written', recorded: came?.words, now: `other bytes in ${came?.path}`, ...from };
	}
	return undefined;
}

type Known = {
	readonly text: string;
	readonly words: string;
	readonly path: string;
	readonly content: string | undefined;
};

function changeOf(text: string | undefined): Known | undefined {
	if (text === undefined) return undefined;
	const value: unknown = JSON.parse(text);
	if (typeof value !== 'object' || value === null || !('kind' in value) || !('path' in value))
		throw new TypeError('no change');
	const after: unknown = 'after' in value ? value.after : undefined;
	const content = typeof after === 'object' && after !== null && 'content' in after ? after.content : undefined;
	const path = String(value.path);
	return {
		text,
		words: `${String(value.kind)} ${path}`,
		path,
		content: typeof content === 'string' ? content : undefined,
	};
}

function printedDifference(tape: Tape, then: TapeEnd, now: Sides): Difference | undefined {
	for (const [index, stream] of ['standard output', 'standard error'].entries()) {
		const recorded = then.printed[index];
		const came = now.printed[index];
		if (recorded === undefined || came === undefined || recorded.sha256 === came.sha256) continue;
		const before = (recorded.start === undefined ? Buffer.alloc(0) : tape.blob(recorded.start)).toString().split('\n');
		const after = came.start.toString().split('\n');
		const line = before.findIndex((text, at) => text !== after[at]);
		if (line < 0)
			return { about: `what it prints to ${stream}`, recorded: bytes(recorded.length), now: bytes(came.length) };
		return { about: `line ${line + 1} of ${stream}`, recorded: before[line] ?? '', now: after[line] ?? '' };
	}
	return undefined;
}

function exitDifference(then: TapeEnd, now: Sides): Difference | undefined {
	const recorded = endWords(then.end);
	// A run that was stopped has no end of its own.
	if (then.end.kind !== 'ended') return undefined;
	const came = endWords(now.end);
	return recorded === came ? undefined : { about: 'how it ends', recorded, now: came };
}

function endWords(end: TapeEnd['end']): string {
	if (end.kind !== 'ended') return end.message ?? end.kind;
	const status = end.status ?? 0;
	const signal = status & 0x7f;
	return signal > 0 ? `signal ${signal}` : `exit ${(status >> 8) & 0xff}`;
}

function bytes(length: number): string {
	return `${length.toLocaleString('en-US')} bytes`;
}
