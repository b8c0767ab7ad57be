/**
 * Splits what comes from the guest's `request` FIFO into frames. See pypy/launcher/PROTOCOL.md.
 * The guest names the length, so it is capped before anything is kept.
 */
import { WireError } from './wire-error.ts';

/** PIPE_BUF: a frame is one atomic write(2), never more. */
export const maxFrame = 4096;
const headerBytes = 12;

/** A frame from nobody: the controller wakes itself. */
export const wakeChannel = 0xffffffff;
/** From the supervisor: it has something to say. What, only its own FIFO tells. */
export const supervisorChannel = 0xfffffffe;
/** From the process that holds the sockets: numbers of those that something happened to. */
export const networkChannel = 0xfffffffd;

export type Frame = {
	readonly channel: number;
	readonly seq: number;
	/** Points into the splitter's buffer: valid until the next `push`. */
	readonly payload: Buffer;
};

/** The bytes of a frame that wakes whoever reads `request`. */
export function wakeFrame(): Buffer {
	const frame = Buffer.alloc(headerBytes);
	frame.writeUInt32LE(headerBytes - 4, 0);
	frame.writeUInt32LE(wakeChannel, 4);
	return frame;
}

export class FrameSplitter {
	/** Where the next bytes are to be read into. */
	readonly buffer = Buffer.allocUnsafe(64 * 1024 + maxFrame);
	#filled = 0;
	#taken = 0;

	/** The free part of the buffer; a reader fills its start and then says how much with `filled`. */
	space(): { readonly offset: number; readonly length: number } {
		if (this.#taken > 0) {
			this.buffer.copyWithin(0, this.#taken, this.#filled);
			this.#filled -= this.#taken;
			this.#taken = 0;
		}
		return { offset: this.#filled, length: this.buffer.length - this.#filled };
	}

	filled(bytes: number): void {
		this.#filled += bytes;
	}

	/** The next whole frame, or undefined. Throws WireError for a length that no honest launcher sends. */
	next(): Frame | undefined {
		const at = this.#taken;
		const available = this.#filled - at;
		if (available < 4) return undefined;
		const length = this.buffer.readUInt32LE(at);
		if (length < headerBytes - 4 || length > maxFrame - 4) {
			throw new WireError(`a message of ${length} bytes; at most ${maxFrame - 4} are allowed`);
		}
		if (available < length + 4) return undefined;
		this.#taken = at + 4 + length;
		return {
			channel: this.buffer.readUInt32LE(at + 4),
			seq: this.buffer.readUInt32LE(at + 8),
			payload: this.buffer.subarray(at + headerBytes, this.#taken),
		};
	}
}
