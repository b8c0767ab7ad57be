/** Moves bytes between a running command and the guest's open files 0, 1 and 2, at the pace of whoever reads. */
import { SysError } from '../abi/errno.ts';
import { signals } from '../abi/signals.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { OutsideInput, OutsideOutput } from '../kernel/outside.ts';
import type { RunningCommand } from '../model/command.ts';

type Piece = { readonly file: OpenFile | undefined; rest: Buffer; readonly taken: () => void };
type End = { readonly status: number; readonly signal: number };

const pieceBytes = 65536;

export class CommandStreams {
	readonly #input: OpenFile | undefined;
	readonly #files: readonly [OpenFile | undefined, OpenFile | undefined];
	readonly #queues: readonly [Piece[], Piece[]] = [[], []];
	readonly #changed: () => void;
	#inputState: 'ready' | 'sending' | 'done';
	#end: End | undefined;
	#drained = false;
	/** A pipe of the guest's is full. */
	#blocked = false;
	#closed = false;

	constructor(
		input: OpenFile | undefined,
		output: OpenFile | undefined,
		errors: OpenFile | undefined,
		changed: () => void,
	) {
		this.#input = input?.hold();
		this.#files = [output?.hold(), errors?.hold()];
		this.#changed = changed;
		// The script's own standard input is handed to the command as it is.
		this.#inputState = input === undefined || input instanceof OutsideInput ? 'done' : 'ready';
	}

	output(stream: 1 | 2, bytes: Buffer, taken: () => void): void {
		const index = stream === 1 ? 0 : 1;
		this.#queues[index].push({ file: this.#files[index], rest: bytes, taken });
		this.#changed();
	}

	end(status: number, signal: number): void {
		this.#end = { status, signal };
		this.#changed();
	}

	/** What the command itself printed is all here. */
	drained(): void {
		this.#drained = true;
		this.#changed();
	}

	/** Nobody can print any more. */
	closed(): void {
		this.#closed = true;
		this.#changed();
	}

	/**
	 * Moves what can be moved. The command's end, once it has come and its output has found its place: as on Linux, where it would
	 * be in the pipe. Bytes that wait for a full pipe of the guest's keep nobody from ending: whoever reads it will get them.
	 */
	pump(command: RunningCommand): End | undefined {
		this.#move(command);
		if (this.#end === undefined) this.#feed(command);
		const placed = this.#drained && this.#queues.every((queue) => queue.length === 0);
		return placed || this.#blocked ? this.#end : undefined;
	}

	/** The same once the command has ended, for what it left running. Whether that is over: all was moved and let go. */
	pumpRest(command: RunningCommand): boolean {
		this.#move(command);
		if (!this.#closed || this.#queues.some((queue) => queue.length > 0)) return false;
		this.close();
		return true;
	}

	close(): void {
		for (const file of [this.#input, ...this.#files]) file?.release();
		this.#changed();
	}

	#move(command: RunningCommand): void {
		this.#blocked = false;
		for (const queue of this.#queues) this.#drain(queue, command);
	}

	#drain(queue: Piece[], command: RunningCommand): void {
		for (let piece = queue[0]; piece !== undefined; piece = queue[0]) {
			while (piece.rest.length > 0) {
				const put = this.#write(piece, command);
				if (put === undefined) {
					this.#blocked ||= !(piece.file instanceof OutsideOutput);
					return;
				}
				piece.rest = piece.rest.subarray(put);
			}
			queue.shift();
			piece.taken();
		}
	}

	#write(piece: Piece, command: RunningCommand): number | undefined {
		if (piece.file === undefined || !piece.file.writable) return piece.rest.length;
		try {
			return piece.file.write(piece.rest);
		} catch (error) {
			if (!(error instanceof SysError)) throw error;
			// Its reader is gone: what Linux would tell the command itself.
			if (error.code === 'EPIPE') command.signal(signals.SIGPIPE, true);
			return piece.rest.length;
		}
	}

	#feed(command: RunningCommand): void {
		if (this.#inputState !== 'ready' || this.#input === undefined) return;
		const bytes = Buffer.allocUnsafe(pieceBytes);
		const got = this.#read(bytes);
		if (got === undefined) return;
		if (got === 0) {
			this.#inputState = 'done';
			command.endInput();
			return;
		}
		this.#inputState = 'sending';
		command.input(bytes.subarray(0, got), () => {
			if (this.#inputState === 'sending') this.#inputState = 'ready';
			this.#changed();
		});
	}

	#read(into: Buffer): number | undefined {
		try {
			return this.#input?.readable === true ? this.#input.read(into) : 0;
		} catch (error) {
			if (error instanceof SysError) return 0;
			throw error;
		}
	}
}
