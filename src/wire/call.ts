/** One call of the guest: `name(argtypes)ret` and its packed arguments, decoded. */
import { decodeName } from '../abi/bytes.ts';
import { WireError } from './wire-error.ts';

/** A C string that came inside the message, or word of why it did not. */
export type GuestString =
	| { readonly kind: 'text'; readonly address: number; readonly text: string }
	| { readonly kind: 'fault'; readonly address: number }
	| { readonly kind: 'long'; readonly address: number };

/** A buffer of the guest; `inline` is left out where it must be read with `R`. */
export type GuestBuffer = { readonly address: number; readonly length: number; readonly inline?: Buffer };

/**
 * Integers are numbers: exact up to 2^53, and beyond that only ever compared with a bound or handed back to the guest
 * as one of its own addresses.
 */
export type Argument = number | GuestString | GuestBuffer;

/** How a handler reaches the guest's memory, whichever way its calls are caught. All throw GuestFault for a bad address. */
export interface CallLink {
	/** The string of an `s` argument; undefined when it is longer than `max` bytes. */
	text(argument: Argument | undefined, decode: (bytes: Uint8Array) => string, max?: number): string | undefined;
	/** A C string at an address; undefined when there is no NUL within `max` bytes. */
	string(address: number, decode: (bytes: Uint8Array) => string, max?: number): string | undefined;
	/** The bytes of a `b` argument, up to `limit`. */
	buffer(argument: Argument | undefined, limit?: number): Buffer;
	read(address: number, length: number): Buffer;
	write(address: number, bytes: Uint8Array): void;
	/** The same for a few bytes (at most 4096) that `put` makes at `start` of what is to be sent: all 0 before. */
	compose(address: number, length: number, put: (out: DataView, start: number) => void): void;
	/** siginfo_t of a signal of a set (bit 0 is signal 1) that is pending for the task; `take`: it is pending no longer. */
	readonly pendingSignal?: (mask: bigint, take: boolean) => Buffer | undefined;
}

export type Call = {
	readonly channel: number;
	readonly seq: number;
	/** `openat(isii)i`, as sent. */
	readonly signature: string;
	/** `openat`. */
	readonly name: string;
	readonly args: readonly Argument[];
	/** What the task has noted of clocks since its last call: PROTOCOL.md, Times. Points into the frame. */
	readonly times?: Buffer;
};

const maxArguments = 8;
/** TIMES_MAX of the launcher. */
const maxTimes = 512;
const faultLength = 0xffffffff;
const longLength = 0xfffffffe;
const high = 2 ** 32;

type Signature = { readonly bytes: Buffer; readonly text: string; readonly name: string; readonly types: string };

/** By a hash of their bytes: a guest makes few different calls and many of each, and needs no new text for each. */
const knownSignatures = new Map<number, Signature>();

/** Decodes a payload. Throws WireError on anything that does not add up to exactly the bytes that came. `timed`: times may follow the arguments. */
export function decodeCall(channel: number, seq: number, payload: Buffer, timed = false): Call {
	const nameLength = payload[0];
	if (nameLength === undefined || payload.length < 1 + nameLength) throw new WireError('a call without its name');
	const { text: signature, name, types } = signatureOf(payload, nameLength);
	const args: Argument[] = [];
	let at = 1 + nameLength;
	for (let i = 0; i < types.length; i++) {
		switch (types.charCodeAt(i)) {
			case 0x69 /* i */:
				need(payload, at, 8, signature);
				args.push(payload.readInt32LE(at + 4) * high + payload.readUInt32LE(at));
				at += 8;
				break;
			case 0x70 /* p */:
				need(payload, at, 8, signature);
				args.push(readAddress(payload, at));
				at += 8;
				break;
			case 0x66 /* f */:
				need(payload, at, 8, signature);
				args.push(payload.readDoubleLE(at));
				at += 8;
				break;
			case 0x73 /* s */:
				{
					need(payload, at, 12, signature);
					const address = readAddress(payload, at);
					const length = payload.readUInt32LE(at + 8);
					at += 12;
					if (length === faultLength) args.push({ kind: 'fault', address });
					else if (length === longLength) args.push({ kind: 'long', address });
					else {
						need(payload, at, length, signature);
						args.push({ kind: 'text', address, text: decodeName(payload, at, at + length) });
						at += length;
					}
					break;
				}
			default: {
				need(payload, at, 20, signature);
				const address = readAddress(payload, at);
				const length = readAddress(payload, at + 8);
				const inline = payload.readUInt32LE(at + 16);
				at += 20;
				if (inline !== 0 && inline !== length)
					throw new WireError(`${signature}: a buffer of ${length} bytes that carries ${inline}`);
				need(payload, at, inline, signature);
				args.push(inline > 0 ? { address, length, inline: payload.subarray(at, at + inline) } : { address, length });
				at += inline;
			}
		}
	}
	const left = payload.length - at;
	if (left > (timed ? maxTimes : 0)) throw new WireError(`${signature}: ${left} bytes too many`);
	if (left > 0) return { channel, seq, signature, name, args, times: payload.subarray(at) };
	return { channel, seq, signature, name, args };
}

function need(payload: Buffer, at: number, bytes: number, signature: string): void {
	if (at + bytes > payload.length) throw new WireError(`${signature}: the message ends in the middle of its arguments`);
}

function readAddress(payload: Buffer, at: number): number {
	return payload.readUInt32LE(at + 4) * high + payload.readUInt32LE(at);
}

function signatureOf(payload: Buffer, length: number): Signature {
	let hash = length;
	for (let i = 1; i <= length; i++) hash = (Math.imul(hash, 31) + (payload[i] ?? 0)) | 0;
	const known = knownSignatures.get(hash);
	if (known !== undefined && isSame(known.bytes, payload, length)) return known;
	const bytes = Buffer.from(payload.subarray(1, 1 + length));
	const fresh = { bytes, ...parseSignature(bytes.toString('latin1')) };
	// A hostile guest could send endless different names; only as many as there are system calls are kept.
	if (knownSignatures.size < 1000) knownSignatures.set(hash, fresh);
	return fresh;
}

function isSame(bytes: Buffer, payload: Buffer, length: number): boolean {
	if (bytes.length !== length) return false;
	for (let i = 0; i < length; i++) if (bytes[i] !== payload[i + 1]) return false;
	return true;
}

function parseSignature(signature: string): Omit<Signature, 'bytes'> {
	const [, name, types] = /^([a-z0-9_]{1,40})\(([ipfsbv]{0,9})\)[ipfv]$/i.exec(signature) ?? [];
	if (name === undefined || types === undefined)
		throw new WireError(`a signature that is none: ${JSON.stringify(signature.slice(0, 60))}`);
	const real = types === 'v' ? '' : types;
	if (real.length > maxArguments || real.includes('v')) throw new WireError(`${signature}: too many arguments`);
	return { text: signature, name, types: real };
}
