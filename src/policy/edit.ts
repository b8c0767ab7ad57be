/** Puts a rule into the text of a policy file and leaves everything else of it as it is, comments too. Loads yaml: import it lazily. */
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { PolicySource } from './document.ts';
import { parsePolicy } from './parse.ts';
import { PolicyError } from './problem.ts';
import { selectorOfRule, type WrittenRule } from './written-rule.ts';

/**
 * The text of `source` with the rule in it. Where a plain rule of the same decision and effects is there (no `except`, no
 * `examples`, the same `because`), the patterns go into its list; else it becomes the last rule. Text that has the
 * patterns already comes back unchanged. PolicyError where the text is no policy, or would be none with the rule.
 */
export function addRule(source: PolicySource, rule: WrittenRule): string | PolicyError {
	const before = parsePolicy(source);
	if (before instanceof PolicyError) return before;
	const document: Document = parseDocument(source.text, { schema: 'core', stringKeys: true });
	if (!isMap(document.contents)) document.contents = document.createNode({});
	const changed = intoRules(rulesOf(document), rule, document);
	if (!changed) return source.text;
	// lineWidth 0: a long pattern stays on its line. Lists are padded or not as the file has them.
	const text = document.toString({ lineWidth: 0, flowCollectionPadding: !/\[\S/.test(source.text) });
	const after = parsePolicy({ name: source.name, text });
	return after instanceof PolicyError ? after : text;
}

function rulesOf(document: Document): YAMLSeq {
	const rules = document.get('rules', true);
	if (isSeq(rules)) return rules;
	const made = document.createNode([]);
	document.set('rules', made);
	return made;
}

/** Whether anything was new. */
function intoRules(rules: YAMLSeq, rule: WrittenRule, document: Document): boolean {
	const like = rules.items.find((item): item is YAMLMap => isMap(item) && isLike(item, rule));
	if (like === undefined) {
		// `rules: []` is written in flow style; a rule of its own reads better on lines of its own.
		if (rules.items.length === 0) rules.flow = false;
		rules.add(document.createNode(writtenOf(rule)));
		return true;
	}
	const selector = selectorOfRule(rule);
	const known = listOf(like.get(selector, true));
	const fresh = rule.patterns.filter((pattern) => !known.includes(pattern));
	if (fresh.length === 0) return false;
	const list = like.get(selector, true);
	if (isSeq(list)) for (const pattern of fresh) list.add(quoted(pattern, document));
	else like.set(selector, document.createNode([...known, ...fresh]));
	return true;
}

/** The same decision of the same effects for the same reason, and nothing that would take the new patterns out again. */
function isLike(item: YAMLMap, rule: WrittenRule): boolean {
	const selector = selectorOfRule(rule);
	const keys = item.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
	if (keys.some((key) => key !== rule.decision && key !== selector && key !== 'because')) return false;
	if (item.get('because') !== rule.because) return false;
	const kinds = listOf(item.get(rule.decision, true));
	return kinds.length === rule.kinds.length && rule.kinds.every((kind) => kinds.includes(kind));
}

function listOf(node: unknown): readonly string[] {
	if (isScalar(node)) return [String(node.value)];
	return isSeq(node) ? node.items.map((item) => (isScalar(item) ? String(item.value) : '')) : [];
}

function writtenOf(rule: WrittenRule): Record<string, unknown> {
	const one = (texts: readonly string[]): unknown => (texts.length === 1 ? texts[0] : [...texts]);
	return {
		[rule.decision]: one(rule.kinds),
		[selectorOfRule(rule)]: one(rule.patterns),
		...(rule.because === undefined ? {} : { because: rule.because }),
	};
}

function quoted(pattern: string, document: Document): unknown {
	const node = document.createNode(pattern);
	node.type = 'QUOTE_DOUBLE';
	return node;
}
