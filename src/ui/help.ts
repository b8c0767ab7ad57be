/** The help: every key, every mark, and the rules that decide what counts as an answer. */
import type { Row } from './row.ts';
import type { Theme } from './theme.ts';

/** Rows of the help for a screen of this width. */
export function helpRows(theme: Theme, columns: number): readonly Row[] {
	const rows: Row[] = [];
	for (const part of parts(theme)) {
		if (rows.length > 0) rows.push({});
		rows.push({ body: { text: ` ${part.title}`, style: { bold: true } } });
		for (const [name, meaning] of part.lines) {
			const label = columns < 50 ? 9 : 16;
			broken(meaning, Math.max(8, columns - label - 3)).forEach((words, index) => {
				const left = ` ${index === 0 ? name : ''}`.padEnd(label + 2);
				rows.push({ left: [{ text: left, style: { colour: 'cyan' } }], body: { text: words } });
			});
		}
	}
	return rows;
}

/** Our own words, which take a cell a character, broken between words. */
function broken(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > width) {
			lines.push(line);
			line = word;
		} else {
			line = line === '' ? word : `${line} ${word}`;
		}
	}
	return [...lines, line];
}

type Part = { readonly title: string; readonly lines: readonly (readonly [string, string])[] };

function parts({ glyphs }: Theme): readonly Part[] {
	return [
		{
			title: 'Decide',
			lines: [
				['a', 'approve what is selected'],
				['d', 'deny it'],
				['D', 'deny it and say why; the sentence is kept in the report'],
				['e', "change a file's new content or a command's words in your editor first"],
				['s', 'take some parts of a change and leave out others, hunk by hunk or line by line'],
				['A', 'approve all that is pending and was shown'],
				['*', 'many pending changes like this one as one list: look through it, then answer all at once'],
				['r', 'the rule that would make the question go away, written to a policy file of yours'],
				['Enter', 'go to the next one that is not decided; when all are, finish'],
				['q', 'leave the review for later; nothing is applied'],
				['Ctrl-C', 'stop the script while it runs'],
				['Ctrl-Z', 'to the shell; its command fg leads back'],
			],
		},
		{
			title: 'Look',
			lines: [
				[`${glyphs.upDown} j k`, 'select an effect; Home and End: the first and the last'],
				['PgUp PgDn', 'scroll the right side; Space, Ctrl-D, Ctrl-U and g G too'],
				[`${glyphs.leftRight} h l`, 'move long lines sideways'],
				['Tab', 'give the right side all of the width, long values in full; and back'],
				['f', 'show more of the unchanged lines that are folded on the screen'],
				['w', 'break long lines, or cut them at the edge and move them sideways'],
				['v', 'old and new side by side, or one below the other'],
				['/ n', 'search in the right side, then in the list; the next place'],
				['o', "the script's output on the whole screen"],
				['t', "the script's text, at the line that asked where that is known"],
				['R', 'what the script read so far'],
				['L', 'what it has used of its limits'],
				['i', 'type a line for the script, when it waits for one; Ctrl-D ends its input'],
			],
		},
		{
			title: 'Marks',
			lines: [
				[glyphs.live, 'the script stands still until you answer'],
				[glyphs.pending, 'pending, not seen yet'],
				[glyphs.seen, 'pending, seen'],
				[glyphs.approved, `approved; ${glyphs.approved}${glyphs.byRule} by a rule of the policy`],
				[glyphs.denied, `denied; ${glyphs.denied}${glyphs.byRule} by a rule, or because nobody could be asked`],
				[glyphs.applied, 'on the machine already, because a command needed it'],
				['!', 'at the right of a row: careful, the right side says of what'],
				['+ ~ % -', `a file created, changed, replaced, deleted; ${glyphs.rename} renamed`],
				['$ @ & <', 'a command, a connection, a port that others may connect to, a file to read'],
			],
		},
		{
			title: 'What counts',
			lines: [
				[
					'Seen',
					'is what stood on the screen in full, each row of it for a quarter of a second and to its end; folded lines, which do not change, need not.',
				],
				['Answers', 'are single keys, pressed when the question has been on the screen for a quarter of a second.'],
				['Pastes', 'and keys typed ahead answer nothing.'],
				['Edits', 'count for what is on the screen: what you approve is what is written, or runs.'],
				['Symbols', `in inverse magenta stand for characters that would hide or move text, or cannot be seen.`],
			],
		},
	];
}
