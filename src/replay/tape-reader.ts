/** Reads a tape. A session's folder can be edited, cut off or made by somebody else: what does not add up is said, and never used. */
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { SessionFiles } from '../host/session-files.ts';
import { type Blob, type Entry, type FileVersion, type TapeEnd, tapeVersion } from './entries.ts';
import { TapeError } from './tape-error.ts';

/** Larger than any that is written. */
const mostBytes = 80 << 20;

const count = z.int().check(z.minimum(0));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const blob = z.tuple([count, count, sha256]);
const printed = z.strictObject({ length: count, sha256, start: z.exactOptional(blob) });
const strings = z.array(z.string());

const entryShape: z.ZodMiniType<Entry> = z.union([
	z.tuple([z.literal('f'), z.array(z.union([z.int(), z.string()]))]),
	z.tuple([z.literal('q'), z.string(), z.string()]),
	z.tuple([z.literal('a'), count, z.string(), count]),
	z.tuple([z.literal('s')]),
	z.tuple([z.literal('o'), z.string()]),
	z.tuple([z.literal('o'), z.string(), z.int()]),
	z.tuple([z.literal('m'), z.unknown()]),
	z.tuple([z.literal('r'), z.string(), z.array(z.number())]),
	z.tuple([z.literal('n'), z.array(z.int())]),
	z.tuple([z.literal('sig'), z.string()]),
	z.tuple([z.literal('v'), z.strictObject({ path: z.string(), stamp: z.string(), bytes: z.exactOptional(blob) })]),
	z.tuple([z.literal('c'), count, count, count, blob]),
	z.tuple([z.literal('start'), z.int(), z.unknown()]),
	z.tuple([
		z.literal('end'),
		z.strictObject({
			end: z.strictObject({
				kind: z.string(),
				status: z.exactOptional(z.int()),
				message: z.exactOptional(z.string()),
			}),
			changes: strings,
			contents: z.record(z.string(), z.string()),
			printed: z.tuple([printed, printed]),
			calls: count,
		}),
	]),
	z.tuple([z.literal('full'), z.string()]),
]);

/** What comes to the kernel, in order. */
export type Input =
	| { readonly kind: 'frame'; readonly task: number; readonly signature: string; readonly times?: Buffer }
	| { readonly kind: 'message'; readonly message: unknown }
	| { readonly kind: 'word'; readonly signature: string; readonly args: readonly number[] }
	| { readonly kind: 'news'; readonly numbers: readonly number[] }
	| { readonly kind: 'settle' };

export type Outbound = { readonly text: string; readonly id: number | undefined };
type Given = { readonly answers: string[]; readonly counts: number[] };
type Chunk = { readonly position: number; readonly length: number; readonly blob: Blob };

export class Tape {
	readonly folder: string;
	readonly start: unknown;
	readonly inputs: Input[] = [];
	readonly outbound: Outbound[] = [];
	readonly answers = new Map<string, Given>();
	readonly versions: FileVersion[] = [];
	readonly chunks = new Map<number, Chunk[]>();
	/** Left out where the run, or the tape, was broken off. */
	readonly end: TapeEnd | undefined;
	/** Why nothing more was kept. */
	readonly full: string | undefined;
	readonly #files: SessionFiles;
	#bytes: Buffer | undefined;

	/** `known`: the hash of the log, where the record has it. Throws TapeError. */
	constructor(files: SessionFiles, folder: string, known: string | undefined) {
		this.#files = files;
		this.folder = folder;
		const { entries, path } = readLog(files, folder, known);
		const [first, ...rest] = entries;
		if (first?.[0] !== 'start') throw new TapeError(`${path} does not begin as it should.`);
		if (first[1] !== tapeVersion)
			throw new TapeError(`${path} is of version ${first[1]}, and this approve-run reads ${tapeVersion}.`);
		this.start = first[2];
		const reading = new Reading(this, path);
		for (const entry of rest) reading.take(entry);
		this.end = reading.end;
		this.full = reading.full;
	}

	/** Throws TapeError where the bytes are not those that were kept. */
	blob([offset, length, sha]: Blob): Buffer {
		const path = `${this.folder}/bytes`;
		if (this.#bytes === undefined) {
			const bytes = this.#files.readWhole(path);
			if (bytes === undefined) throw new TapeError(`${path} is missing.`);
			this.#bytes = bytes;
		}
		const bytes = this.#bytes.subarray(offset, offset + length);
		if (createHash('sha256').update(bytes).digest('hex') !== sha) throw new TapeError(`${path} was edited or cut off.`);
		return bytes;
	}
}

/** Puts entries into their places. */
class Reading {
	readonly #tape: Tape;
	readonly #path: string;
	readonly #signatures: string[] = [];
	readonly #questions: Given[] = [];
	#task = -1;
	end: TapeEnd | undefined;
	full: string | undefined;

	constructor(tape: Tape, path: string) {
		this.#tape = tape;
		this.#path = path;
	}

	take(entry: Entry): void {
		const { inputs, outbound, versions, chunks } = this.#tape;
		switch (entry[0]) {
			case 'sig':
				return void this.#signatures.push(entry[1]);
			case 'f':
				return this.#frames(entry[1]);
			case 'm':
				return void inputs.push({ kind: 'message', message: entry[1] });
			case 'r':
				return void inputs.push({ kind: 'word', signature: entry[1], args: entry[2] });
			case 'n':
				return void inputs.push({ kind: 'news', numbers: entry[1] });
			case 's':
				return void inputs.push({ kind: 'settle' });
			case 'o':
				return void outbound.push({ text: entry[1], id: entry[2] });
			case 'q': {
				const given = { answers: [entry[2]], counts: [] };
				this.#questions.push(given);
				this.#tape.answers.set(entry[1], given);
				return;
			}
			case 'a': {
				const given = this.#questions[entry[1]];
				if (given === undefined) throw this.#wrong();
				given.answers.push(entry[2]);
				given.counts.push(entry[3]);
				return;
			}
			case 'v':
				return void versions.push(entry[1]);
			case 'c': {
				const [, version, position, length, blob] = entry;
				chunks.set(version, [...(chunks.get(version) ?? []), { position, length, blob }]);
				return;
			}
			case 'end':
				this.end = entry[1];
				return;
			case 'full':
				this.full = entry[1];
				return;
			case 'start':
				throw this.#wrong();
		}
	}

	#frames(frames: readonly (number | string)[]): void {
		for (const [index, one] of frames.entries()) {
			if (typeof one === 'string') continue;
			if (one < 0) {
				this.#task = -1 - one;
				continue;
			}
			const signature = this.#signatures[one];
			if (signature === undefined) throw this.#wrong();
			const times = frames[index + 1];
			const common = { kind: 'frame', task: this.#task, signature } as const;
			this.#tape.inputs.push(typeof times === 'string' ? { ...common, times: Buffer.from(times, 'base64') } : common);
		}
	}

	#wrong(): TapeError {
		return new TapeError(`${this.#path} does not fit together: it was edited.`);
	}
}

function readLog(files: SessionFiles, folder: string, known: string | undefined): { entries: Entry[]; path: string } {
	const path = `${folder}/log`;
	const bytes = files.readEnd(path, mostBytes);
	if (bytes === undefined) throw new TapeError(`${path} is missing: nothing of this run was kept to be played again.`);
	if (known !== undefined && createHash('sha256').update(bytes).digest('hex') !== known)
		throw new TapeError(`${path} is not the one that the record knows: it was edited or cut off.`);
	const lines = bytes.toString('utf8').split('\n');
	// A crash leaves half a line.
	lines.pop();
	const entries = lines.map((line, index) => {
		const parsed = entryShape.safeParse(parse(line));
		if (!parsed.success) throw new TapeError(`${path}:${index + 1}: this line is none that this approve-run knows.`);
		return parsed.data;
	});
	return { entries, path };
}

function parse(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
