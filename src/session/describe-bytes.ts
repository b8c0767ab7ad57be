/** What changes between two contents of a file: text as a diff, an archive by its list, anything else in hexadecimal. */
import { createHash } from 'node:crypto';
import type { Detail } from '../model/review.ts';
import { type ArchiveList, listArchive } from './archive-list.ts';
import { viewOf } from './diff-view.ts';
import { binaryFact, isBinary } from './file-facts.ts';
import { hexView } from './hex-view.ts';
import { compareTexts } from './line-diff.ts';
import { lineEndsAlone, lineEndsFact } from './line-ends.ts';
import { hasLongLine } from './text-lines.ts';

/** What differs in longer lines is shown as bytes: to decode and measure them would freeze the screen. Bytes. */
const longestLine = 4 * 1024 * 1024;

/** Texts of more bytes, whose line ends alone differ, are not shown with each line twice. */
const mostTwice = 16 * 1024 * 1024;

/** `bound`: `after` are new bytes, to which an approval is bound. */
export function describeBytes(before: Buffer, after: Buffer, facts: readonly string[], bound: boolean): Detail {
	const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
	const content = bound ? { content: sha256(after) } : {};
	if (isBinary(before) || isBinary(after)) {
		const sides = [
			...(before.length > 0 ? [`before: ${binaryFact(before, sha256(before))}`] : []),
			...(after.length > 0 ? [`after: ${binaryFact(after, content.content ?? sha256(after))}`] : []),
			...(after.length === 0 && bound ? ['after: empty'] : []),
		];
		const lists = [listArchive(before), listArchive(after)] as const;
		const listed = lists.flatMap((list) => (list === undefined ? [] : listFacts(list)));
		return {
			kind: 'bytes',
			facts: [...facts, 'binary', ...sides, ...listed],
			lines: lists[0] === undefined && lists[1] === undefined ? hexView(before, after) : listDiff(...lists),
			...content,
		};
	}
	const ends = lineEndsAlone(before, after);
	if (ends !== undefined && before.length + after.length > mostTwice) {
		return { kind: 'facts', facts: [...facts, lineEndsFact(ends)], ...content };
	}
	const known = ends === undefined ? facts : [...facts, lineEndsFact(ends)];
	const comparison = compareTexts(before, after);
	if (hasLongLine(comparison.before, longestLine) || hasLongLine(comparison.after, longestLine)) {
		return { kind: 'bytes', facts: [...facts, 'text with very long lines'], lines: hexView(before, after), ...content };
	}
	const { added, removed, paired } = comparison;
	if (added === 0 && removed === 0) {
		return { kind: 'facts', facts: [...facts, before.length === 0 ? 'empty' : 'the same bytes as before'], ...content };
	}
	const unpaired = paired ? [] : ['too different to pair the lines: the old part is shown whole, then the new one'];
	return { kind: 'diff', facts: [...known, ...unpaired], lines: viewOf(comparison), added, removed, ...content };
}

function listFacts({ kind, entries, cut }: ArchiveList): string[] {
	const count = `${kind} of ${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'}`;
	return [cut ? `${count}; not all of them are listed` : count];
}

/** The lists as texts: an entry of the same size may still have other bytes, which the hashes above tell. */
function listDiff(before: ArchiveList | undefined, after: ArchiveList | undefined) {
	const [old, now] = [before, after].map((list) => Buffer.from(list?.text ?? ''));
	const comparison = compareTexts(old ?? Buffer.alloc(0), now ?? Buffer.alloc(0));
	const same = comparison.added === 0 && comparison.removed === 0;
	const { length, at, unfold, pairs } = viewOf(
		same ? compareTexts(Buffer.alloc(0), now ?? Buffer.alloc(0)) : comparison,
	);
	return { length, at, ...(unfold === undefined ? {} : { unfold }), ...(pairs === undefined ? {} : { pairs }) };
}
