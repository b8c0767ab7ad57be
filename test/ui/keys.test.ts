import { describe, expect, test } from 'vitest';
import { createKeyReader } from '../../src/ui/keys.ts';

const read = (...chunks: string[]) => {
	const reader = createKeyReader();
	return chunks
		.flatMap((chunk) => reader.push(chunk))
		.map((event) => (event.kind === 'key' ? event.name : `paste ${event.text}`));
};

describe('keys', () => {
	test('are named, also when a sequence comes in parts', () => {
		expect(read('a', '\x1b[A', '\x1b', '[5', '~', '\x1bOB', '\r', '\x7f', '\x03', ' ', '\t', '文')).toEqual([
			'a',
			'up',
			'pageup',
			'down',
			'enter',
			'backspace',
			'ctrl-c',
			'space',
			'tab',
			'文',
		]);
	});

	test('that came in one piece are a paste, unless they are one key held down', () => {
		expect(read('ay', 'jjj')).toEqual(['paste ay', 'j', 'j', 'j']);
		expect(createKeyReader().push('jj')).toEqual([
			{ kind: 'key', name: 'j', burst: true },
			{ kind: 'key', name: 'j', burst: true },
		]);
		expect(createKeyReader().push('\x1b[Ba')).toEqual([
			{ kind: 'key', name: 'down', burst: true },
			{ kind: 'key', name: 'a', burst: true },
		]);
	});

	test('in a bracketed paste are text, however it is cut', () => {
		expect(read('\x1b[200~a\x1b[201~b')).toEqual(['paste a', 'b']);
		expect(read('\x1b[20', '0~y\x1b[A', 'y\x1b[2', '01~')).toEqual(['paste y\x1b[Ay']);
	});

	test('escape is a key when nothing follows, and alt with a letter is not that letter', () => {
		const reader = createKeyReader();
		expect(reader.push('\x1b')).toEqual([]);
		expect(reader.waiting()).toBe(true);
		expect(reader.flush()).toEqual([{ kind: 'key', name: 'escape', burst: false }]);
		expect(read('\x1ba')).toEqual(['alt-a']);
	});

	test('unknown sequences are nothing, and one without end does not swallow what follows', () => {
		expect(read('\x1b[99;99X', '\x1b[?1;2c')).toEqual([]);
		expect(read(`\x1b[${'1'.repeat(100)}`, 'q').at(-1)).toBe('q');
	});
});
