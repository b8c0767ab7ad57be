/**
 * Patterns of a policy that can never win, for `policy check`: all that one matches, a stricter rule (or an earlier one of the same
 * decision) matches too. Only what holds on every machine is told: the same pattern, a directory's `/**`, `git **` over `git log **`.
 */
import { expandBraces } from './braces.ts';
import { guards } from './compile.ts';
import { type Located, type PolicyDocument, type RuleDocument, type SelectorKind, selectorOf } from './document.ts';
import { compilePathPattern, matchesPath, type PathPattern } from './path-pattern.ts';
import { literalWord, splitWords } from './pattern-words.ts';
import type { Problem } from './problem.ts';

/** One for each such pattern of the document's own file, in the order of the file. */
export function deadPatterns(document: PolicyDocument): readonly Problem[] {
	const others = [...document.rules, ...guards(document)];
	const own = document.rules.filter(({ file }) => (file ?? document.file) === document.file);
	return own.flatMap((rule) =>
		(['path', 'command', 'host'] as const).flatMap((selector) =>
			rule[selector].flatMap((pattern): Problem[] => {
				const by = coveredBy(rule, selector, pattern, others);
				if (by === undefined) return [];
				const where = `${by.decision} at ${by.file ?? document.file}:${by.line}`;
				const message =
					by.decision === rule.decision
						? `"${pattern.text}" adds nothing: ${where} matches all of it`
						: `"${pattern.text}" never wins: ${where} matches all of it, and the strictest wins`;
				return [{ line: pattern.line, column: pattern.column, message }];
			}),
		),
	);
}

const strictness = { allow: 0, ask: 1, deny: 2 } as const;

/** One rule that wins over the pattern for each of its effects. A rule with conditions or exceptions is no such rule. */
function coveredBy(
	rule: RuleDocument,
	selector: SelectorKind,
	pattern: Located,
	others: readonly RuleDocument[],
): RuleDocument | undefined {
	const kinds = rule.kinds.filter((kind) => selectorOf(kind) === selector);
	return others.find((other) => {
		if (other === rule || other.conditions !== undefined || other.except.length > 0) return false;
		const sooner = strictness[other.decision] - strictness[rule.decision];
		// Of two that are the same, the later one adds nothing; one that says why is not told to go for one that does not.
		if (sooner < 0 || (sooner === 0 && (!isBefore(other, rule, others) || other.because !== rule.because)))
			return false;
		if (!kinds.every((kind) => other.kinds.includes(kind))) return false;
		return covers[selector](
			other[selector].map(({ text }) => text),
			pattern.text,
		);
	});
}

function isBefore(a: RuleDocument, b: RuleDocument, all: readonly RuleDocument[]): boolean {
	return all.indexOf(a) < all.indexOf(b);
}

const covers: Readonly<Record<SelectorKind, (wide: readonly string[], text: string) => boolean>> = {
	path: (wide, text) => {
		const forms = wide.flatMap(alternatives);
		return alternatives(text).every((one) => forms.some((form) => coversPath(form, one)));
	},
	command: (wide, text) => wide.some((one) => coversCommand(one, text)),
	host: (wide, text) => wide.includes(text),
};

type Alternative = { readonly text: string; readonly pattern: PathPattern };

/** Where the home and the working directory are is not known: no real path has such a name. */
const nowhere = { home: '/\0home', cwd: '/\0cwd' };

function alternatives(text: string): readonly Alternative[] {
	const expansion = expandBraces(text);
	if (expansion.kind !== 'texts') return [];
	return expansion.texts.flatMap((one) =>
		compilePathPattern(one, nowhere, false).map((pattern) => ({ text: one, pattern })),
	);
}

function coversPath(wide: Alternative, narrow: Alternative): boolean {
	if (wide.text === narrow.text) return true;
	const { base, shape } = narrow.pattern;
	switch (wide.pattern.shape.kind) {
		case 'below':
			// What has a star is longer than its base.
			return shape.kind === 'exact' ? matchesPath(wide.pattern, base) : base.startsWith(wide.pattern.base);
		case 'ends':
		case 'holds':
			return shape.kind === 'exact' && matchesPath(wide.pattern, base);
		case 'exact':
		case 'glob':
			return false;
	}
}

/** `**`, the same text, or a beginning of the same words with `**`. */
function coversCommand(wide: string, narrow: string): boolean {
	if (wide === narrow || wide === '**') return true;
	const [words, others] = [plainWords(wide.replace(/ \*\*$/, '')), plainWords(narrow.replace(/ \*\*$/, ''))];
	if (!wide.endsWith(' **') || words === undefined || others === undefined) return false;
	return words.length <= others.length && words.every((word, index) => word === others[index]);
}

/** Undefined where a word has a star. */
function plainWords(text: string): readonly string[] | undefined {
	const split = splitWords(text);
	if (split.kind === 'problem') return undefined;
	const words = split.words.map(literalWord);
	return words.every((word) => word !== undefined) ? words : undefined;
}
