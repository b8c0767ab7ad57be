/** What is on its way from one socket to another: bytes, where they end as messages, and open files that travel along. */
import type { OpenFile } from './open-file.ts';

/** Who sent a message: SCM_CREDENTIALS of unix(7). */
export type Credentials = { readonly pid: number; readonly uid: number; readonly gid: number };

type Segment = {
	bytes: Buffer;
	files: readonly OpenFile[];
	readonly from: string;
	readonly by: Credentials | undefined;
};

export type Taken = {
	readonly bytes: number;
	/** The whole length of a message of which only so many bytes were taken. */
	readonly length: number;
	readonly files: readonly OpenFile[];
	/** The sender's name, and who it was. */
	readonly from: string;
	readonly by?: Credentials | undefined;
};

export class MessageQueue {
	/** Bytes. */
	capacity: number;
	/** Messages keep their bounds: a read takes one, and what does not fit is lost. Else it is one stream. */
	readonly #bounded: boolean;
	readonly #segments: Segment[] = [];
	#length = 0;
	/** Counts arrivals and departures, for edge-triggered waiting. */
	activity = 0;

	constructor(bounded: boolean, capacity: number) {
		this.#bounded = bounded;
		this.capacity = capacity;
	}

	get empty(): boolean {
		return this.#segments.length === 0;
	}

	/** Bytes that the next read may get. */
	get pending(): number {
		return this.#bounded ? (this.#segments[0]?.bytes.length ?? 0) : this.#length;
	}

	get messages(): number {
		return this.#segments.length;
	}

	get room(): number {
		return this.capacity - this.#length;
	}

	/** Takes a copy of as much as there is room for, of a message all or nothing; undefined: no room. `files` are held. */
	push(bytes: Buffer, files: readonly OpenFile[], from: string, by?: Credentials): number | undefined {
		const full = this.#bounded ? this.#length > 0 && this.room < bytes.length : this.room <= 0;
		if (full) return undefined;
		const taken = this.#bounded ? bytes.length : Math.min(bytes.length, this.room);
		const held = files.map((file) => file.hold());
		this.#segments.push({ bytes: Buffer.from(bytes.subarray(0, taken)), files: held, from, by });
		// An empty message takes room too, or there could be endless many of them.
		this.#length += this.#bounded ? taken + 64 : taken;
		this.activity += 1;
		return taken;
	}

	/**
	 * Takes bytes into `into`; one message, or a stretch of the stream that does not go past files. `keep`: only looks.
	 * `apart`: nor past what another process sent.
	 */
	take(into: Buffer, keep: boolean, apart = false): Taken {
		const first = this.#segments[0];
		if (first === undefined) return { bytes: 0, length: 0, files: [], from: '' };
		const { from, by } = first;
		if (this.#bounded) {
			const bytes = first.bytes.copy(into);
			if (!keep) this.#drop(first.bytes.length + 64);
			return { bytes, length: first.bytes.length, files: keep ? [] : first.files, from, by };
		}
		const files = keep ? [] : first.files;
		let done = 0;
		let at = 0;
		for (;;) {
			const segment = this.#segments[at];
			if (segment === undefined || done === into.length || (done > 0 && segment.files.length > 0)) break;
			if (apart && segment.by?.pid !== by?.pid) break;
			const piece = segment.bytes.copy(into, done);
			done += piece;
			if (keep) {
				at += 1;
				continue;
			}
			segment.files = [];
			segment.bytes = segment.bytes.subarray(piece);
			this.#length -= piece;
			if (segment.bytes.length === 0) this.#segments.shift();
		}
		if (!keep) this.activity += 1;
		return { bytes: done, length: done, files, from, by };
	}

	/** Nobody will read it. */
	clear(): void {
		for (const { files } of this.#segments.splice(0)) for (const file of files) file.release();
		this.#length = 0;
	}

	#drop(length: number): void {
		this.#segments.shift();
		this.#length -= length;
		this.activity += 1;
	}
}
