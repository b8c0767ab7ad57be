/** The FIFOs between controller and guest, with blocking reads: a quarter of the cost of streams, and the loop is a straight line. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { SignalInfo } from '../abi/signals.ts';

export type FifoTransport = {
	/** Blocks until the guest, the supervisor or a wake-up writes; the bytes read. */
	receiveRequest(into: Buffer, offset: number, length: number): number;
	/** The same without waiting: 0 when nothing is there. */
	receiveWaiting(into: Buffer, offset: number, length: number): number;
	/** Of the supervisor's words, which come on a FIFO that no guest has; without waiting: 0 when nothing is there. */
	receiveReport(into: Buffer, offset: number, length: number): number;
	send(channel: number, bytes: Uint8Array, length: number): void;
	receive(channel: number, into: Uint8Array): void;
	/** An order to the supervisor: see PROTOCOL.md. */
	order(op: keyof typeof orders, pid: number, tid: number, signal: number, info?: SignalInfo): void;
	close(): void;
};

/** Numbers of the orders; `release` names a channel and `make` a ticket where the others name a pid. */
const orders = { kill: 1, tgkill: 2, release: 3, make: 4 } as const;

/** The guest is no more while it was being read from. */
export class GuestGone extends Error {
	/** As for a write that nobody reads: the wire knows both by it. */
	readonly code = 'EPIPE';

	constructor() {
		super('the guest ended in the middle of a message');
		this.name = 'GuestGone';
	}
}

/** Opens the FIFOs that the launcher made in `folder`. They are there once it has said `ready`. */
export function openFifoTransport(folder: string, channels: number): FifoTransport {
	// O_RDWR: never an end of file here, and no blocking open.
	const request = fs.openSync(join(folder, 'request'), fs.constants.O_RDWR);
	const waiting = fs.openSync(join(folder, 'request'), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
	const report = fs.openSync(join(folder, 'report'), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
	const control = fs.openSync(join(folder, 'control'), fs.constants.O_WRONLY);
	const reply: number[] = [];
	const data: number[] = [];
	for (let i = 0; i < channels; i++) {
		reply.push(fs.openSync(join(folder, `reply.${i}`), fs.constants.O_WRONLY));
		data.push(fs.openSync(join(folder, `data.${i}`), fs.constants.O_RDONLY));
	}
	const descriptor = (list: readonly number[], channel: number): number => {
		const fd = list[channel];
		if (fd === undefined) throw new RangeError(`no channel ${channel}`);
		return fd;
	};
	return {
		receiveRequest: (into, offset, length) => fs.readSync(request, into, offset, length, null),
		receiveWaiting: (into, offset, length) => readWaiting(waiting, into, offset, length),
		receiveReport: (into, offset, length) => readWaiting(report, into, offset, length),
		send(channel, bytes, length) {
			const fd = descriptor(reply, channel);
			let sent = fs.writeSync(fd, bytes, 0, length);
			while (sent < length) sent += fs.writeSync(fd, bytes, sent, length - sent);
		},
		receive(channel, into) {
			const fd = descriptor(data, channel);
			let got = 0;
			while (got < into.length) {
				const read = fs.readSync(fd, into, got, into.length - got, null);
				if (read === 0) throw new GuestGone();
				got += read;
			}
		},
		order(op, pid, tid, signal, info) {
			const bytes = Buffer.alloc(40);
			bytes.writeInt32LE(orders[op], 0);
			bytes.writeInt32LE(pid, 4);
			bytes.writeInt32LE(tid, 8);
			bytes.writeInt32LE(signal, 12);
			bytes.writeInt32LE(info?.code ?? 0, 16);
			bytes.writeInt32LE(info?.pid ?? 0, 20);
			bytes.writeInt32LE(info?.uid ?? 0, 24);
			bytes.writeBigInt64LE(info?.value ?? 0n, 32);
			try {
				fs.writeSync(control, bytes);
			} catch (error) {
				// The supervisor ended with the last process it could have signaled.
				if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
			}
		},
		close() {
			for (const fd of [request, waiting, report, control, ...reply, ...data]) fs.closeSync(fd);
		},
	};
}

function readWaiting(fd: number, into: Buffer, offset: number, length: number): number {
	try {
		return fs.readSync(fd, into, offset, length, null);
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
		throw error;
	}
}

/** The writing end that wakes a blocked reader of `request`; used by another thread than the reader. */
export function openWaker(folder: string, wake: Uint8Array): { wake(): void; close(): void } {
	const fd = fs.openSync(join(folder, 'request'), fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
	return {
		wake() {
			try {
				fs.writeSync(fd, wake);
			} catch (error) {
				// Full: then the reader has plenty to wake up for. No reader: then there is nobody to wake.
				if (!(error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EPIPE')))
					throw error;
			}
		},
		close: () => fs.closeSync(fd),
	};
}
