/** What a replay came to, on one screen. */
import type { Counts, Difference, Replayed } from '../replay/outcome.ts';
import { printableLine, printableShort } from './printable.ts';

export type ReplayFacts = {
	readonly id: string;
	/** The script and its arguments. */
	readonly name: string;
	readonly started: number;
	readonly runtime: string;
	readonly script: {
		/** SHA-256 in hex. */
		readonly recorded: string | undefined;
		readonly now: string | undefined;
		/** Undefined: it is gone, or was none. */
		readonly file: string | undefined;
		/** It was named with --script. */
		readonly isOther: boolean;
	};
	readonly isFile: boolean;
};

export function tellReplay(facts: ReplayFacts, replayed: Replayed): void {
	const lines = [
		`session      ${facts.id}, run ${new Date(facts.started).toISOString()}`,
		`script       ${printableLine(facts.name)}: ${scriptWords(facts)}`,
		`interpreter  ${printableLine(facts.runtime)}, the same`,
		...replayed.notes.map((note) => `note         ${printableShort(note)}`),
		'',
		...resultLines(replayed),
	];
	process.stdout.write(`${lines.join('\n')}\n`);
}

function scriptWords({ script: { recorded, now, file, isOther }, isFile }: ReplayFacts): string {
	const hash = ` (sha256 ${(now ?? '').slice(0, 12)}…)`;
	if (!isFile) return `as it was given${hash}`;
	if (file === undefined) return 'gone; its bytes come from the record';
	if (isOther) return `${printableLine(file)} in its place${recorded === now ? ', with the same bytes' : ''}${hash}`;
	if (recorded === undefined) return `as it is now${hash}`;
	return recorded === now ? `the same as then${hash}` : `changed since; as it is now${hash}`;
}

function resultLines({ result, counts }: Replayed): string[] {
	switch (result.kind) {
		case 'same':
			return [`It does the same: ${countWords(counts)}.`];
		case 'differs':
			return differenceLines(result.difference);
		case 'unknown':
			return [`It cannot be said whether it does the same. ${printableShort(result.why)}`];
	}
}

function differenceLines({ about, recorded, now, origin }: Difference): string[] {
	const from = origin === undefined ? '' : `  (${printableLine(origin.file)}:${origin.line})`;
	return [
		`It does not do the same. The first difference is ${printableShort(about)}:`,
		`  in the run  ${recorded === undefined ? 'nothing' : printableShort(recorded)}`,
		`  now         ${now === undefined ? 'nothing' : printableShort(now)}${from}`,
	];
}

function countWords(counts: Counts | undefined): string {
	if (counts === undefined) return 'nothing was compared';
	const { changes, commands, connections, reads, printed, calls } = counts;
	const words = [
		number(changes, 'change'),
		number(commands, 'command'),
		...(connections === 0 ? [] : [number(connections, 'connection')]),
		number(reads, 'read'),
	];
	return `${words.join(', ')} (${number(printed, 'byte')} printed, ${number(calls, 'system call')})`;
}

function number(count: number, what: string): string {
	return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}
