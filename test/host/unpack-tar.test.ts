import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bunzip2 } from '../../src/host/bunzip2.ts';
import { unpackTar } from '../../src/host/unpack-tar.ts';

let parent = '';
let folder = '';
beforeEach(() => {
	parent = mkdtempSync(join(tmpdir(), 'tar-'));
	folder = mkdtempSync(join(parent, 'in-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

describe('a hostile tar archive', () => {
	const cases: [string, string, string, string][] = [
		['climbs out by name', '../out', '0', ''],
		['climbs out in the middle of a name', 'a/../../out', '0', ''],
		['names an absolute path', '/tmp/out', '0', ''],
		['points a symlink outside', 'link', '2', '../../etc'],
		['points a symlink at an absolute path', 'link', '2', '/etc'],
		['links to a file outside', 'link', '1', '../../etc/passwd'],
		['holds a device', 'null', '3', ''],
		['holds a FIFO', 'fifo', '6', ''],
	];
	for (const [what, name, type, target] of cases) {
		it(`that ${what} is refused and leaves nothing outside`, () => {
			expect(() => unpackTar([archive([{ name, type, target }])], folder)).toThrow('damaged tar archive');
			expect(readdirSync(parent).length).toBe(1);
			expect(existsSync(join(parent, 'out'))).toBe(false);
		});
	}

	it('that writes through its own symlink is refused', () => {
		const entries = [
			{ name: 'sub/file', type: '0', target: '' },
			{ name: 'link', type: '2', target: 'sub/file' },
			{ name: 'link', type: '0', target: '' },
		];
		expect(() => unpackTar([archive(entries)], folder)).toThrow('EEXIST');
	});

	it('that ends too early is refused', () => {
		expect(() => unpackTar([archive([{ name: 'a', type: '0', target: '' }]).subarray(0, 512)], folder)).toThrow(
			'too early',
		);
		expect(() => unpackTar([], folder)).toThrow('too early');
	});
});

describe('damaged bzip2 data', () => {
	// printf hello | bzip2
	const hello = Buffer.from(
		'425a68393141592653591931653d00000081000244a000219a68334d07338bb9229c28480c98b29e80',
		'hex',
	);

	it('is told apart from whole data', () => {
		expect(Buffer.concat([...bunzip2(hello)]).toString()).toBe('hello');
		expect(Buffer.concat([...bunzip2(Buffer.concat([hello, hello]))]).toString()).toBe('hellohello');
	});

	it('is an error wherever a bit is wrong, and never an endless loop', () => {
		for (let bit = 32; bit < (hello.length - 1) * 8; bit++) {
			const broken = Buffer.from(hello);
			broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
			const read = () => Buffer.concat([...bunzip2(broken)]).toString();
			let outcome = '';
			try {
				outcome = read();
			} catch {
				continue;
			}
			// A bit that says which unused table or symbol there is may be either.
			expect(outcome).toBe('hello');
		}
		for (let length = 0; length < hello.length; length++) {
			expect(() => [...bunzip2(hello.subarray(0, length))]).toThrow('damaged bzip2 data');
		}
	});
});

function archive(entries: readonly { name: string; type: string; target: string }[]): Buffer {
	const blocks = entries.map(({ name, type, target }) => {
		const header = Buffer.alloc(512);
		header.write(name, 0);
		header.write('0000644\0', 100);
		header.write(type === '0' ? '00000000005\0' : '00000000000\0', 124);
		header.write(type, 156);
		header.write(target, 157);
		header.write('ustar\u000000', 257);
		header.fill(0x20, 148, 156);
		const sum = header.reduce((total, byte) => total + byte, 0);
		header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
		const content = Buffer.alloc(type === '0' ? 512 : 0);
		content.write(type === '0' ? 'hello' : '');
		return Buffer.concat([header, content]);
	});
	return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
