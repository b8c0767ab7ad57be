/** Edits the words of a command before it is answered: one word a line. */
import type { Editing } from '../gate/review-store.ts';
import { findProgram } from '../host/find-program.ts';
import type { Verdict } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { ReviewItem } from '../model/review.ts';
import { systemPath } from '../policy/compile.ts';

const help = `
# One word of the command a line. A line that begins with # and an empty line are left out.
# A word that is empty, begins with # or a quote, or holds what a line cannot, is written as a JSON string: "two\\nlines"
`;

type Update = (id: number, patch: Pick<ReviewItem, 'edit' | 'version'>) => void;

/** Edits of all that a run asks about: `changes` of files, and commands. */
export function editEffects(changes: Editing, decide: (effect: Effect) => Verdict, update: Update): Editing {
	const commands = editCommands(decide, update);
	const of = (item: ReviewItem) => (item.change === undefined ? commands : changes);
	return {
		draft: (item) => of(item).draft(item),
		revise: (item, bytes, how) => of(item).revise(item, bytes, how),
	};
}

/** `update` puts an edit on an item. The policy has its say about the edited command too. */
export function editCommands(decide: (effect: Effect) => Verdict, update: Update): Editing {
	return {
		draft: ({ effect, edit }) => {
			if (effect.kind !== 'run') return { kind: 'refused', why: 'It is no command.' };
			const argv = edit?.kind === 'command' ? edit.argv : effect.argv;
			return { kind: 'draft', name: 'command.txt', bytes: Buffer.from(formatWords(argv) + help) };
		},
		revise({ id, effect }, bytes) {
			if (effect.kind !== 'run') return 'It is no command.';
			const argv = parseWords(Buffer.from(bytes).toString());
			if (typeof argv === 'string') return argv;
			const [name] = argv;
			if (name === undefined) return 'No word is left; d denies the command.';
			// The same name stays the same program: what the script found for it need not be on the system's PATH.
			const program = name === effect.argv[0] ? effect.program : findProgram(name, effect.cwd, systemPath);
			if (program === undefined) return `There is no program ${JSON.stringify(name)}.`;
			const verdict = decide({ ...effect, argv, program });
			if (verdict.decision === 'deny') {
				return `The policy denies the edited command${verdict.because === undefined ? '' : `: ${verdict.because}`}.`;
			}
			const version = JSON.stringify([program, ...argv]);
			update(id, { edit: { kind: 'command', argv, program }, version });
			return undefined;
		},
	};
}

export function formatWords(words: readonly string[]): string {
	return words.map((word) => `${isPlain(word) ? word : JSON.stringify(word)}\n`).join('');
}

/** The words, or what is wrong with them. */
export function parseWords(text: string): string[] | string {
	const words: string[] = [];
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		if (line === '' || line.startsWith('#')) continue;
		const word = line.startsWith('"') ? fromJson(line) : line;
		if (word === undefined) return `Line ${index + 1} is no JSON string: ${line}`;
		if (word.includes('\0')) return `Line ${index + 1} holds a NUL character, which no word of a command can.`;
		words.push(word);
	}
	return words;
}

/** Stands in a line as it is: an editor would not change it, and it is not taken for something else. */
function isPlain(word: string): boolean {
	return /^[^"#\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u.test(word);
}

function fromJson(line: string): string | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'string' ? value : undefined;
	} catch {
		return undefined;
	}
}
