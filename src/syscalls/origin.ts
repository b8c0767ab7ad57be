/** Which line of the script wants an effect: what the interpreter last noted about itself (pypy/launcher/hint.c). A hint, never trusted. */
import { decodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import type { Effect } from '../model/effect.ts';
import type { Origin } from '../model/review.ts';
import { GuestFault } from '../wire/guest-link.ts';
import type { Context } from './context.ts';

/** Where the page is: HINT_ADDRESS of launcher.h. */
const address = 0x5ffffffff000;
/** A note that is longer is not read to its end, and so is none. */
const bytesRead = 1024;

/** Tells the world where an effect comes from, where the note is about such an effect. */
export function noteOrigin(context: Context, effect: Effect): void {
	const { world } = context.kernel;
	if (effect.kind === 'read' || effect.kind === 'delete' || world.origin === undefined) return;
	const origin = originOf(context, effect);
	if (origin !== undefined) world.origin(effect, origin);
}

function originOf({ link }: Context, effect: Effect): Origin | undefined {
	let note: Buffer;
	try {
		note = link.read(address, bytesRead);
	} catch (error) {
		if (error instanceof GuestFault || error instanceof SysError) return undefined;
		throw error;
	}
	const [line = '', file = '', event = '', about, end] = decodeName(note).split('\0', 5);
	// The note stays until the next one: one that is about something else says nothing of this effect.
	if (end === undefined || about === undefined || file === '' || !/^[1-9]\d{0,8}$/.test(line)) return undefined;
	return isAbout(effect, event, about) ? { file, line: Number(line) } : undefined;
}

function isAbout(effect: Effect, event: string, about: string): boolean {
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return event === 'open' && about !== '' && lastPart(effect.path) === lastPart(about);
		case 'run':
			return event === 'subprocess.Popen';
		case 'connect':
			return event === 'socket.connect' || event === 'socket.getaddrinfo';
		case 'listen':
			return event === 'socket.bind';
	}
}

function lastPart(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}
