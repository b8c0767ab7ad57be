/** What Ink takes for its terminal: it hears no sequences, only whole frames, and has no terminal behind it. */
import { EventEmitter } from 'node:events';

export type Canvas = {
	readonly stream: NodeJS.WriteStream;
	/** In place of a keyboard: keys are read elsewhere. */
	readonly silence: NodeJS.ReadStream;
	/** Frames that come later are dropped. */
	close(): void;
};

/** A frame is as wide as there are blocks side by side, each one cell: see RowStore. */
const blocks = 8;

/** `draw` gets each frame as it is made. */
export function createCanvas(draw: (frame: string) => void): Canvas {
	let open = true;
	const own = {
		isTTY: false,
		columns: blocks,
		writable: true,
		destroyed: false,
		writableEnded: false,
		writableLength: 0,
		write(frame: string, done?: unknown): boolean {
			if (open && frame !== '') draw(frame);
			if (typeof done === 'function') done();
			return true;
		},
	};
	// Ink's type asks for all of a terminal; it uses what is here (and `on`, `off` of an emitter).
	const stream: NodeJS.WriteStream = Object.assign(Object.create(new EventEmitter()), own);
	const silence: NodeJS.ReadStream = Object.assign(Object.create(new EventEmitter()), { isTTY: false });
	return {
		stream,
		silence,
		close() {
			open = false;
		},
	};
}
