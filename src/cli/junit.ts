/** Results as JUnit's XML, which CI systems read. Its form: the elements and attributes that Jenkins, GitLab and GitHub's readers share. */
import { printableLine } from './printable.ts';

export type JunitCase = {
	/** What stands before the name: a group. */
	readonly group: string;
	readonly name: string;
	readonly file?: string;
	readonly line?: number;
	readonly result:
		| { readonly kind: 'passed' }
		| { readonly kind: 'failed' | 'error' | 'skipped'; readonly message: string; readonly type?: string };
	/** Further lines about it. */
	readonly more?: readonly string[];
};

export type JunitSuite = {
	readonly name: string;
	/** ISO 8601. */
	readonly started?: string;
	readonly seconds?: number;
	readonly cases: readonly JunitCase[];
};

/** Texts may hold anything: what XML has no way to write is shown as in a terminal. */
export function junitXml({ name, started, seconds = 0, cases }: JunitSuite): string {
	const count = (kind: JunitCase['result']['kind']) => cases.filter(({ result }) => result.kind === kind).length;
	const totals = {
		tests: cases.length,
		failures: count('failed'),
		errors: count('error'),
		skipped: count('skipped'),
		time: seconds.toFixed(3),
	};
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<testsuites${attributes({ name: 'approve-run', ...totals })}>`,
		`\t<testsuite${attributes({ name, ...totals, ...(started === undefined ? {} : { timestamp: started }) })}>`,
		...cases.flatMap(caseLines),
		'\t</testsuite>',
		'</testsuites>',
		'',
	].join('\n');
}

const elements = { failed: 'failure', error: 'error', skipped: 'skipped' } as const;

function caseLines({ group, name, file, line, result, more = [] }: JunitCase): readonly string[] {
	const place = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
	const open = `\t\t<testcase${attributes({ classname: group, name, ...place, time: 0 })}`;
	const inside: string[] = [];
	if (result.kind !== 'passed') {
		const { message, type } = result;
		inside.push(`\t\t\t<${elements[result.kind]}${attributes({ message, ...(type === undefined ? {} : { type }) })}/>`);
	}
	if (more.length > 0) inside.push(`\t\t\t<system-out>${more.map(escaped).join('\n')}</system-out>`);
	return inside.length === 0 ? [`${open}/>`] : [`${open}>`, ...inside, '\t\t</testcase>'];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
	return Object.entries(values)
		.map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
		.join('');
}

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
};

/** XML 1.0, section 2.2: no control characters, no lone surrogates, no U+FFFE and U+FFFF, escaped or not. */
function escaped(text: string): string {
	return printableLine(text)
		.replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
		.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
