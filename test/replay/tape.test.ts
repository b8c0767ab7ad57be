/** What is written to a tape comes back from it, and nothing else is taken for one. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSessionFiles } from '../../src/host/session-files.ts';
import type { TapeEnd } from '../../src/replay/entries.ts';
import { TapeError } from '../../src/replay/tape-error.ts';
import { Tape } from '../../src/replay/tape-reader.ts';
import { TapeWriter } from '../../src/replay/tape-writer.ts';
import { ToldAgain } from '../../src/replay/told-again.ts';

let folder: string;
const files = openSessionFiles();
const printed = { length: 0, sha256: '0'.repeat(64) };
const end: TapeEnd = {
	end: { kind: 'ended', status: 0 },
	changes: [],
	contents: {},
	printed: [printed, printed],
	calls: 3,
};

beforeEach(() => {
	folder = join(mkdtempSync('/tmp/approve-run-tape-'), 'tape');
});

afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

function write(put: (tape: TapeWriter) => void): string | undefined {
	const tape = new TapeWriter(files, folder, { started: true });
	put(tape);
	return tape.end(end);
}

describe('a tape', () => {
	test('gives what tasks sent in its order, with the times that came along, and messages in between', () => {
		const hash = write((tape) => {
			tape.heard(0, 'attach(iii)i 0', undefined);
			tape.heard(0, 'getpid()i', Buffer.from([1, 2]));
			tape.came(['m', { kind: 'answer' }]);
			tape.came(['s']);
			tape.heard(1, 'getpid()i', undefined);
		});
		const tape = new Tape(files, folder, hash);
		expect(tape.start).toEqual({ started: true });
		expect(tape.inputs).toEqual([
			{ kind: 'frame', task: 0, signature: 'attach(iii)i 0' },
			{ kind: 'frame', task: 0, signature: 'getpid()i', times: Buffer.from([1, 2]) },
			{ kind: 'message', message: { kind: 'answer' } },
			{ kind: 'settle' },
			{ kind: 'frame', task: 1, signature: 'getpid()i' },
		]);
		expect(tape.end).toEqual(end);
	});

	test('gives each answer as many times as it was given, and the last one from then on', () => {
		const said = ['a', 'a', 'b', 'a', 'a', 'c'];
		write((tape) => {
			for (const answer of said) {
				tape.answer('lstat /x', answer);
				tape.answer('lstat /y', 'never another');
			}
		});
		const told = new ToldAgain(new Tape(files, folder, undefined));
		expect([...said, 'c', 'c'].map(() => told.next('lstat /x'))).toEqual([...said, 'c', 'c']);
		expect([told.next('lstat /y'), told.missing]).toEqual(['never another', undefined]);
		expect([told.next('lstat /z'), told.missing]).toEqual([undefined, 'lstat /z']);
	});

	test('takes three lines for a question that is asked a thousand times and answered twice', () => {
		write((tape) => {
			for (let i = 0; i < 1000; i++) tape.answer('lstat /x', i < 500 ? 'a' : 'b');
		});
		const lines = readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n');
		expect(lines.map((line) => JSON.parse(line)[0])).toEqual(['start', 'q', 'a', 'end']);
	});

	test('keeps the same bytes once, for nobody else to read', () => {
		const bytes = Buffer.from('the same');
		const hash = write((tape) => {
			expect(tape.blob(bytes)).toEqual(tape.blob(Buffer.from(bytes)));
			tape.version({ path: '/x', stamp: 's', bytes: tape.blob(bytes) ?? [0, 0, ''] });
		});
		const tape = new Tape(files, folder, hash);
		expect(tape.blob(tape.versions[0]?.bytes ?? [0, 0, ''])).toEqual(bytes);
		for (const name of ['log', 'bytes']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
		writeFileSync(join(folder, 'bytes'), 'the sane');
		const edited = new Tape(files, folder, hash);
		expect(() => edited.blob(edited.versions[0]?.bytes ?? [0, 0, ''])).toThrow(/bytes was edited or cut off/);
	});

	test('that a crash cut off is read up to there; one that the record knows has to be whole', () => {
		const hash = write((tape) => {
			tape.came(['o', 'one']);
			tape.came(['o', 'two']);
		});
		const log = join(folder, 'log');
		const text = readFileSync(log, 'utf8');
		writeFileSync(log, text.slice(0, text.indexOf('two')));
		const cut = new Tape(files, folder, undefined);
		expect([cut.outbound.map((one) => one.text), cut.end]).toEqual([['one'], undefined]);
		expect(() => new Tape(files, folder, hash)).toThrow(/not the one that the record knows/);
	});

	test.each([
		['no list', '{}'],
		['an unknown line', '["x"]'],
		['a negative place', '["a",-1,"b",1]'],
		['an answer to no question', '["a",7,"b",1]'],
		['a call without its name', '["f",[5]]'],
		['a second beginning', '["start",1,{}]'],
		['half a file', '["v",{"path":"/x"}]'],
	])('is refused with %s in it', (_what, line) => {
		write(() => {});
		const log = join(folder, 'log');
		writeFileSync(log, `${readFileSync(log, 'utf8')}${line}\n`);
		expect(() => new Tape(files, folder, undefined)).toThrow(TapeError);
	});

	test('of a newer version is said to be one', () => {
		write(() => {});
		const log = join(folder, 'log');
		writeFileSync(log, readFileSync(log, 'utf8').replace('["start",1', '["start",2'));
		expect(() => new Tape(files, folder, undefined)).toThrow(/is of version 2, and this approve-run reads 1/);
	});
});
