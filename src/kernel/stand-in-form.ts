/** How a stand-in and its secret look in a stream of bytes: as they are, and in base64, where Basic authorization has them. RFC 4648, RFC 7617. */

/** A secret, and what the guest has in its place: as many bytes, and as unlikely to come up by chance. */
export type StandIn = { readonly name: string; readonly shown: string; readonly real: string };

/** One place of a pattern. */
type Step = { readonly is: (byte: number) => boolean; readonly to: (byte: number) => number };

/** A pattern and what takes its place, of the same length. */
export type Form = {
	readonly name: string;
	readonly steps: readonly Step[];
	/** Bytes that each match has, and after how many steps: what to search for. */
	readonly core: Buffer;
	readonly coreAt: number;
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The forms that lead from what the guest has to the secret, or back. */
export function formsOf({ name, shown, real }: StandIn, way: 'out' | 'in'): readonly Form[] {
	const [from, to] = (way === 'out' ? [shown, real] : [real, shown]).map((text) => Buffer.from(text));
	if (from === undefined || to === undefined || from.length !== to.length)
		throw new Error('a stand-in of another length');
	const steps = [...from].map((byte, at) => same(byte, to[at] ?? byte));
	return [{ name, steps, core: from, coreAt: 0 }, ...[0, 1, 2].map((before) => encoded(name, from, to, before))];
}

/** In base64 after so many bytes (modulo 3) of something else: its first and last character may be partly that of its neighbours. */
function encoded(name: string, from: Buffer, to: Buffer, before: number): Form {
	const [old, next] = [from, to].map((bytes) =>
		Buffer.concat([Buffer.alloc(before), bytes])
			.toString('base64')
			.replace(/=+$/, '')
			.slice(before),
	);
	const [first, last] = [[0x3f, 0x0f, 0x03][before] ?? 0, [0x3f, 0x30, 0x3c][(before + from.length) % 3] ?? 0];
	const [characters, others] = [Buffer.from(old ?? ''), Buffer.from(next ?? '')];
	const end = characters.length - 1;
	const steps = [...characters].map((byte, at) => {
		const bits = at === 0 ? first : at === end ? last : 0x3f;
		return bits === 0x3f ? same(byte, others[at] ?? byte) : shared(byte, others[at] ?? byte, bits);
	});
	const coreAt = first === 0x3f ? 0 : 1;
	return { name, steps, core: characters.subarray(coreAt, last === 0x3f ? end + 1 : end), coreAt };
}

function same(from: number, to: number): Step {
	return { is: (byte) => byte === from, to: () => to };
}

/** A character of which only these bits are the secret's. */
function shared(from: number, to: number, bits: number): Step {
	const value = (byte: number): number => alphabet.indexOf(String.fromCharCode(byte));
	return {
		is: (byte) => value(byte) >= 0 && (value(byte) & bits) === (value(from) & bits),
		to: (byte) => alphabet.charCodeAt((value(byte) & ~bits) | (value(to) & bits)),
	};
}

export type Match = { readonly name: string; readonly start: number; readonly end: number };

/** The bytes with each whole match replaced, and where; the bytes themselves where there is none. */
export function swap(
	bytes: Buffer,
	forms: readonly Form[],
): { readonly bytes: Buffer; readonly matches: readonly Match[] } {
	const matches: Match[] = [];
	let out = bytes;
	for (const { name, steps, core, coreAt } of forms) {
		for (let at = bytes.indexOf(core); at >= 0; at = bytes.indexOf(core, at + 1)) {
			const start = at - coreAt;
			if (start < 0 || start + steps.length > bytes.length || run(steps, 0, bytes, start) < steps.length) continue;
			if (out === bytes) out = Buffer.from(bytes);
			put(steps, 0, out, start, steps.length);
			matches.push({ name, start, end: start + steps.length });
		}
	}
	return { bytes: out, matches };
}

/** The longest end of the bytes that a form begins with, but no whole one. */
export function tail(
	bytes: Buffer,
	forms: readonly Form[],
): { readonly form: Form; readonly length: number } | undefined {
	let best: { readonly form: Form; readonly length: number } | undefined;
	for (const form of forms) {
		const most = Math.min(form.steps.length - 1, bytes.length);
		for (let length = most; length > (best?.length ?? 0); length--) {
			if (run(form.steps, 0, bytes, bytes.length - length) < length) continue;
			best = { form, length };
			break;
		}
	}
	return best;
}

/** How many bytes from `at` on are as the steps from `first` on say. */
export function run(steps: readonly Step[], first: number, bytes: Buffer, at: number): number {
	let count = 0;
	while (first + count < steps.length && at + count < bytes.length) {
		if (steps[first + count]?.is(bytes[at + count] ?? -1) !== true) break;
		count += 1;
	}
	return count;
}

/** Replaces `count` bytes in place. */
export function put(steps: readonly Step[], first: number, bytes: Buffer, at: number, count: number): void {
	for (let i = 0; i < count; i++) bytes[at + i] = steps[first + i]?.to(bytes[at + i] ?? 0) ?? 0;
}
