/**
 * Allow rules that allow more than their examples show, for `policy check`: a pattern with a star, of which two or more examples are given,
 * and a narrower one has them all. A rule without examples, or with one, says nothing of what its star is for, and is not told of.
 */
import { type Located, type PolicyDocument, type RuleDocument, type SelectorKind, selectorOf } from './document.ts';
import { matchedExamples } from './examples.ts';
import { type Piece, plainWord, splitWords } from './pattern-words.ts';
import type { Problem } from './problem.ts';
import { commandAsPattern, escapeGlob } from './written-rule.ts';

/** One for each such pattern of the document's own file, in the order of the file. */
export function widePatterns(document: PolicyDocument): readonly Problem[] {
	const { file } = document;
	const own = [...document.rules, ...document.unattended.rules].filter((rule) => (rule.file ?? file) === file);
	return own.flatMap((rule) => {
		const selector = selectorOf(rule.kinds[0] ?? 'read');
		if (rule.decision !== 'allow') return [];
		return rule[selector].flatMap((pattern): readonly Problem[] => {
			const narrow = narrower(file, rule, selector, pattern);
			if (narrow === undefined) return [];
			const message =
				`"${pattern.text}" allows more than its examples: "${narrow}" has all of them; ` +
				'write that, or add an example that needs more';
			return [{ line: pattern.line, column: pattern.column, message }];
		});
	});
}

/** A pattern that has all examples of this one, and less beside. */
function narrower(file: string, rule: RuleDocument, selector: SelectorKind, pattern: Located): string | undefined {
	const asked = (text: string): RuleDocument => ({ ...rule, [selector]: [{ ...pattern, text }] });
	const texts = [...new Set(rule.match.map(({ text }) => text))];
	const examples = matchedExamples(file, asked(pattern.text), texts);
	if (examples.length < 2) return undefined;
	return candidates[selector](pattern.text, examples).find(
		(text) => text !== pattern.text && matchedExamples(file, asked(text), examples).length === examples.length,
	);
}

/** Narrower texts that may have all the examples; each is tried. */
const candidates: Readonly<Record<SelectorKind, (text: string, examples: readonly string[]) => readonly string[]>> = {
	path: (text, examples) => {
		if (/[{}[\]\\]/.test(text)) return [];
		const parts = text.split('/');
		const others = examples.map((example) => example.split('/'));
		const at = parts.findIndex((part) => part.includes('*'));
		if (at < 0 || parts.slice(0, at).some((part, index) => others.some((other) => other[index] !== part))) return [];
		const common = sameAt(others, at);
		const rest = parts.slice(at + 1);
		const before = parts.slice(0, at);
		if (parts[at] !== '**') return common === undefined ? [] : [[...before, escapeGlob(common), ...rest].join('/')];
		if (rest.length > 0) return [];
		const below = common === undefined ? [] : [[...before, escapeGlob(common), '**'].join('/')];
		return [...below, [...before, '*'].join('/')];
	},
	command: (text, examples) => {
		const words = wordsOf(text);
		const others = examples.map((example) => wordsOf(example).map(plainWord));
		return words.flatMap((word, at): readonly string[] => {
			if (!word.some((piece) => piece.kind === 'star')) return [];
			const common = sameAt(others, at);
			const before = words.slice(0, at).map(wordText);
			const after = words.slice(at + 1).map(wordText);
			const spelled = common === undefined ? [] : [commandAsPattern([common])];
			if (wordText(word) !== '**') return spelled.map((one) => [...before, one, ...after].join(' '));
			return [...spelled.map((one) => [...before, one, '**'].join(' ')), [...before, '*'].join(' ')];
		});
	},
	host: (text, examples) => {
		const split = (one: string) => [one.slice(0, one.lastIndexOf(':')), one.slice(one.lastIndexOf(':') + 1)] as const;
		const [host, port] = split(text);
		const [hosts, ports] = [examples.map((one) => [split(one)[0]]), examples.map((one) => [split(one)[1]])];
		const [sameHost, samePort] = [sameAt(hosts, 0), sameAt(ports, 0)];
		return [
			...(host.includes('*') && sameHost !== undefined ? [`${sameHost}:${port}`] : []),
			...(port === '*' && samePort !== undefined ? [`${host}:${samePort}`] : []),
		];
	},
};

/** What all have there. */
function sameAt(lists: readonly (readonly string[])[], at: number): string | undefined {
	const [first, second] = new Set(lists.map((list) => list[at]));
	return second === undefined && lists.every((list) => list[at] !== undefined) ? first : undefined;
}

function wordsOf(text: string): readonly (readonly Piece[])[] {
	const split = splitWords(text);
	return split.kind === 'words' ? split.words : [];
}

/** The word as a pattern has it. */
function wordText(word: readonly Piece[]): string {
	return word.map((piece) => (piece.kind === 'star' ? '*' : commandAsPattern([piece.text]))).join('');
}
