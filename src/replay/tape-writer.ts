/** Writes a tape: `log`, lines of JSON, and `bytes`, what they point to. What cannot be written ends the tape and never the run. */
import { createHash, type Hash } from 'node:crypto';
import type { SessionFiles } from '../host/session-files.ts';
import { type Blob, type Entry, type FileVersion, type TapeEnd, tapeVersion } from './entries.ts';

/** Bytes of either file at most. */
const mostLog = 64 << 20;
const mostBytes = 64 << 20;
/** Of what hosts send and commands print: while it is kept it comes by way of the controller, and is hashed. */
const mostNeeded = 16 << 20;
/** So much is gathered before it is written. */
const gathered = 64 << 10;
/** Different questions whose last answer is remembered. */
const mostQuestions = 500_000;

type Asked = { readonly number: number; answer: string; count: number };

export class TapeWriter {
	readonly #files: SessionFiles;
	readonly #folder: string;
	readonly #log: number;
	readonly #sum: Hash = createHash('sha256');
	readonly #asked = new Map<string, Asked>();
	readonly #signatures = new Map<string, number>();
	readonly #blobs = new Map<string, Blob>();
	#bytes: number | undefined;
	#lines: string[] = [];
	#waiting = 0;
	#written = 0;
	#kept = 0;
	#needed = 0;
	#frames: (number | string)[] = [];
	#task = -1;
	#versions = 0;
	#over = false;

	/** Throws SysError where the session's folder cannot be written. */
	constructor(files: SessionFiles, folder: string, start: unknown) {
		this.#files = files;
		this.#folder = folder;
		files.makePrivateFolder(folder);
		this.#log = files.create(`${folder}/log`);
		this.#line(['start', tapeVersion, start]);
	}

	/** Nothing more is kept. */
	get over(): boolean {
		return this.#over;
	}

	/** A message of a task, before it is handled. */
	heard(task: number, signature: string, times: Uint8Array | undefined): void {
		if (this.#over) return;
		if (task !== this.#task) {
			this.#task = task;
			this.#frames.push(-1 - task);
		}
		let number = this.#signatures.get(signature);
		if (number === undefined) {
			number = this.#signatures.size;
			this.#signatures.set(signature, number);
			this.#line(['sig', signature]);
		}
		this.#frames.push(number);
		if (times !== undefined) this.#frames.push(Buffer.from(times).toString('base64'));
		if (this.#frames.length > 4096) this.#flushFrames();
	}

	/** What comes to the kernel beside the tasks' messages; and what goes out of it. */
	came(entry: Extract<Entry, readonly ['m' | 'r' | 'n' | 's' | 'o', ...unknown[]]>): void {
		if (this.#over) return;
		this.#flushFrames();
		this.#line(entry);
	}

	/** What the machine said. `answer` is text that tells answers apart. */
	answer(question: string, answer: string): void {
		if (this.#over) return;
		const asked = this.#asked.get(question);
		if (asked === undefined) {
			if (this.#asked.size >= mostQuestions) return this.#full('the script asked for too much');
			this.#asked.set(question, { number: this.#asked.size, answer, count: 1 });
			return this.#line(['q', question, answer]);
		}
		if (asked.answer === answer) {
			asked.count += 1;
			return;
		}
		this.#line(['a', asked.number, answer, asked.count]);
		asked.answer = answer;
		asked.count = 1;
	}

	/** The machine said to a question what it said the last time; false where it has said nothing yet. */
	again(question: string): boolean {
		if (this.#over) return true;
		const asked = this.#asked.get(question);
		if (asked === undefined) return false;
		asked.count += 1;
		return true;
	}

	version(version: FileVersion): number {
		this.#line(['v', version]);
		this.#versions += 1;
		return this.#versions - 1;
	}

	/** Bytes that are not those of a version. */
	chunk(version: number, position: number, length: number, bytes: Uint8Array): void {
		const blob = this.blob(bytes);
		if (blob === undefined) return this.#full('the script read too much of files that change');
		this.#line(['c', version, position, length, blob]);
	}

	/** Keeps bytes, once; undefined where there is no room for them. */
	blob(bytes: Uint8Array): Blob | undefined {
		if (this.#over) return undefined;
		const sha256 = createHash('sha256').update(bytes).digest('hex');
		const known = this.#blobs.get(sha256);
		if (known !== undefined) return known;
		if (this.#kept + bytes.length > mostBytes) return undefined;
		const blob: Blob = [this.#kept, bytes.length, sha256];
		try {
			this.#bytes ??= this.#files.create(`${this.#folder}/bytes`);
			this.#files.write(this.#bytes, bytes);
		} catch {
			this.#over = true;
			return undefined;
		}
		this.#kept += bytes.length;
		this.#blobs.set(sha256, blob);
		return blob;
	}

	/** The same for bytes without which there is no replay. What came twice counts twice: else endless zeros would be hashed for ever. */
	needed(bytes: Uint8Array): Blob | undefined {
		this.#needed += bytes.length;
		const blob = this.#needed > mostNeeded ? undefined : this.blob(bytes);
		if (blob === undefined) this.#full('the script got too many bytes');
		return blob;
	}

	/** The SHA-256 of the whole log; undefined where it could not be written. */
	end(end: TapeEnd): string | undefined {
		this.#flushFrames();
		this.#line(['end', end]);
		this.#flush();
		this.#files.close(this.#log);
		if (this.#bytes !== undefined) this.#files.close(this.#bytes);
		return this.#written < 0 ? undefined : this.#sum.digest('hex');
	}

	#full(why: string): void {
		if (this.#over) return;
		this.#flushFrames();
		this.#line(['full', why]);
		this.#over = true;
	}

	#flushFrames(): void {
		if (this.#frames.length === 0) return;
		const frames = this.#frames;
		this.#frames = [];
		this.#line(['f', frames]);
	}

	#line(entry: Entry): void {
		if (this.#over) return;
		const text = JSON.stringify(entry);
		this.#lines.push(text);
		this.#waiting += text.length + 1;
		if (this.#waiting < gathered) return;
		this.#flush();
		if (this.#written > mostLog) this.#full('the script did too much');
	}

	#flush(): void {
		if (this.#lines.length === 0 || this.#written < 0) return;
		const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
		this.#lines = [];
		this.#waiting = 0;
		try {
			this.#files.write(this.#log, bytes);
			this.#sum.update(bytes);
			this.#written += bytes.length;
		} catch {
			// A full disk: the run goes on, and cannot be played again.
			this.#written = -1;
			this.#over = true;
		}
	}
}
