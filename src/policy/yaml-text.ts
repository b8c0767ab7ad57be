/** YAML text to plain data and the place of every node. Aliases, tags and repeated keys are errors. */
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Problem } from './problem.ts';

type Place = { readonly line: number; readonly column: number };

export type YamlText = {
	readonly value: unknown;
	/** What is wrong with it as YAML. Where `broken` is set, `value` means nothing. */
	readonly problems: readonly Problem[];
	readonly broken: boolean;
	/** Where the value at a path stands, or the nearest value around it. */
	placeOf(path: readonly PropertyKey[]): Place;
	/** Where the key `key` of the mapping at a path stands. */
	placeOfKey(path: readonly PropertyKey[], key: string): Place;
};

const mostCharacters = 256 * 1024;
const deepestLine = 100;

export function readYaml(text: string): YamlText {
	const counter = new LineCounter();
	const refused = refuseUnread(text);
	if (refused !== undefined) return unread(refused);
	const document = parseDocument(text, {
		lineCounter: counter,
		prettyErrors: false,
		schema: 'core',
		stringKeys: true,
		strict: true,
		// Ours is linear, the library's compares all keys with all.
		uniqueKeys: false,
	});
	const place = (offset: number): Place => {
		const { line, col } = counter.linePos(offset);
		return { line: Math.max(line, 1), column: Math.max(col, 1) };
	};
	const errors = [...document.errors, ...document.warnings].slice(0, 20);
	const problems = errors.map((error): Problem => ({ ...place(error.pos[0]), message: tell(error.message) }));
	const aliases = aliasProblems(document, place);
	problems.push(...aliases, ...repeatedKeys(document, place));
	const broken = errors.length > 0 || aliases.length > 0;
	return {
		value: broken ? undefined : document.toJS(),
		problems,
		broken,
		placeOf: (path) => place(offsetOf(document, path)),
		placeOfKey: (path, key) => place(offsetOfKey(document, path, key)),
	};
}

function refuseUnread(text: string): Problem | undefined {
	if (text.length > mostCharacters) {
		return { line: 1, column: 1, message: `a policy has at most ${mostCharacters / 1024} KiB of text` };
	}
	// The library builds a regular expression from the indentation: `- - - …` of 50,000 levels aborts the process.
	const lines = text.split('\n');
	const deep = lines.findIndex((line) => (/^[\s?:-]*/.exec(line)?.[0].length ?? 0) > deepestLine);
	if (deep < 0 || lines[deep]?.trim() === '' || /^\s*-+\s*$/.test(lines[deep] ?? '')) return undefined;
	return { line: deep + 1, column: deepestLine + 1, message: `indented by more than ${deepestLine} columns` };
}

function unread(problem: Problem): YamlText {
	const start = () => ({ line: 1, column: 1 });
	return { value: undefined, problems: [problem], broken: true, placeOf: start, placeOfKey: start };
}

function tell(message: string): string {
	const first = message.split('\n', 1)[0] ?? '';
	if (first.startsWith('Unresolved tag')) return `${first}: a "!" at the start of a value needs quotes`;
	return `not YAML: ${first}`;
}

/** An alias can stand for any amount of data (the "billion laughs"), and a path that begins with `*` looks like one. */
function aliasProblems(document: Document, place: (offset: number) => Place): readonly Problem[] {
	const problems: Problem[] = [];
	visit(document, {
		Alias: (_, alias) => {
			const message = `*${alias.source} is an alias in YAML; put a pattern that begins with "*" in quotes, and write a value out where it is used`;
			problems.push({ ...place(alias.range?.[0] ?? 0), message });
			return problems.length < 20 ? undefined : visit.BREAK;
		},
	});
	return problems;
}

function repeatedKeys(document: Document, place: (offset: number) => Place): readonly Problem[] {
	const problems: Problem[] = [];
	visit(document, {
		Map: (_, map) => {
			const seen = new Map<string, Place>();
			for (const { key } of map.items) {
				if (!isScalar(key)) continue;
				const name = String(key.value);
				const here = place(key.range?.[0] ?? 0);
				const first = seen.get(name);
				if (first === undefined) seen.set(name, here);
				else problems.push({ ...here, message: `the key "${name}" stands twice; it is on line ${first.line} already` });
			}
		},
	});
	return problems;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
	let node: Node | null = document.contents;
	let offset = node?.range?.[0] ?? 0;
	for (const step of path) {
		const child: unknown = node !== null && 'get' in node ? node.get(step, true) : undefined;
		// A key without a value has a place too: its own.
		if (!isNode(child)) return typeof step === 'string' ? keyOffset(node, step, offset) : offset;
		node = child;
		offset = node.range?.[0] ?? offset;
	}
	return offset;
}

function offsetOfKey(document: Document, path: readonly PropertyKey[], key: string): number {
	const node = path.length === 0 ? document.contents : document.getIn(path, true);
	return keyOffset(isNode(node) ? node : null, key, offsetOf(document, path));
}

function keyOffset(node: Node | null, key: string, otherwise: number): number {
	if (!isMap(node)) return otherwise;
	for (const item of node.items) {
		if (isScalar(item.key) && String(item.key.value) === key) return item.key.range?.[0] ?? otherwise;
	}
	return otherwise;
}
