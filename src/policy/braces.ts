/** Expands `{a,b}` in a path pattern. Ours and not the glob library's: that one leaves out silently what is too much. */

const mostAlternatives = 256;

export type Expansion =
	| { readonly kind: 'texts'; readonly texts: readonly string[] }
	| { readonly kind: 'problem'; readonly message: string };

/** Every text that `text` stands for, in order; braces may hold braces, `\` takes one its meaning. */
export function expandBraces(text: string): Expansion {
	const texts: string[] = [];
	const waiting = [text];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		const group = firstGroup(next);
		if (group === 'open') return problem(`"${text}" has a "{" without its "}"; write "\\{" for the character itself`);
		if (group === 'close') return problem(`"${text}" has a "}" without its "{"; write "\\}" for the character itself`);
		if (group === undefined) {
			texts.push(next);
		} else {
			if (group.options.length < 2)
				return problem(`"${text}" has braces without a comma; write {a,b}, or "\\{" for the character`);
			const { before, after } = group;
			waiting.push(...group.options.map((option) => before + option + after).reverse());
		}
		if (texts.length + waiting.length > mostAlternatives) {
			return problem(`"${text}" stands for more than ${mostAlternatives} patterns; use "*"`);
		}
	}
	return { kind: 'texts', texts };
}

type Group = { readonly before: string; readonly options: readonly string[]; readonly after: string };

/** The first outermost braces of `text`, or which brace has no partner. */
function firstGroup(text: string): Group | 'open' | 'close' | undefined {
	let depth = 0;
	let open = 0;
	let optionStart = 0;
	const options: string[] = [];
	for (let at = 0; at < text.length; at++) {
		const char = text[at];
		if (char === '\\') {
			at += 1;
		} else if (char === '{') {
			if (depth === 0) {
				open = at;
				optionStart = at + 1;
			}
			depth += 1;
		} else if (char === ',' && depth === 1) {
			options.push(text.slice(optionStart, at));
			optionStart = at + 1;
		} else if (char === '}') {
			if (depth === 0) return 'close';
			depth -= 1;
			if (depth > 0) continue;
			options.push(text.slice(optionStart, at));
			return { before: text.slice(0, open), options, after: text.slice(at + 1) };
		}
	}
	return depth > 0 ? 'open' : undefined;
}

function problem(message: string): Expansion {
	return { kind: 'problem', message };
}
