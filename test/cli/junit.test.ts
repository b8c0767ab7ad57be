import fc from 'fast-check';
import { expect, test } from 'vitest';
import { junitXml } from '../../src/cli/junit.ts';

test('the numbers of a suite are those of its cases', () => {
	const xml = junitXml({
		name: 'a',
		started: '2026-01-01T00:00:00.000Z',
		seconds: 1.5,
		cases: [
			{ group: 'g', name: 'one', result: { kind: 'passed' } },
			{ group: 'g', name: 'two', file: 'f.yaml', line: 3, result: { kind: 'failed', message: 'no', type: 't' } },
			{ group: 'g', name: 'three', result: { kind: 'skipped', message: 'later' }, more: ['a', 'b'] },
			{ group: 'g', name: 'four', result: { kind: 'error', message: 'broken' } },
		],
	});
	const totals = 'tests="4" failures="1" errors="1" skipped="1" time="1.500"';
	expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="approve-run" ${totals}>
	<testsuite name="a" ${totals} timestamp="2026-01-01T00:00:00.000Z">
		<testcase classname="g" name="one" time="0"/>
		<testcase classname="g" name="two" file="f.yaml" line="3" time="0">
			<failure message="no" type="t"/>
		</testcase>
		<testcase classname="g" name="three" time="0">
			<skipped message="later"/>
			<system-out>a
b</system-out>
		</testcase>
		<testcase classname="g" name="four" time="0">
			<error message="broken"/>
		</testcase>
	</testsuite>
</testsuites>
`);
});

test('no text makes an element of its own, or a document that is no XML', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.constantFrom('"/><failure/>', '&amp;', ']]>', '\x00\x1b', '\ud800', '\ufffe', 'a\nb'),
	);
	fc.assert(
		fc.property(text, text, (name, message) => {
			const xml = junitXml({
				name,
				cases: [{ group: name, name: message, result: { kind: 'failed', message }, more: [message] }],
			});
			expect([...xml.matchAll(/<(\/?[a-z-]+|\?xml)/g)].map(([, tag]) => tag).join(' ')).toBe(
				'?xml testsuites testsuite testcase failure system-out /system-out /testcase /testsuite /testsuites',
			);
			// XML 1.0, production 2: Char.
			expect(/^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(xml)).toBe(true);
			expect(/&(?!(?:amp|lt|gt|quot|apos);)/.test(xml)).toBe(false);
		}),
	);
});
