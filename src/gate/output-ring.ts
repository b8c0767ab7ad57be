/** The last bytes of the script's output, as text. */

/** Keeps the last `capacity` bytes that were pushed. */
export function createOutputRing(capacity: number): { push(bytes: Uint8Array): void; text(): string } {
	const ring = new Uint8Array(capacity);
	let total = 0;
	let decoded: string | undefined = '';
	return {
		push(bytes) {
			const tail = bytes.length > capacity ? bytes.subarray(bytes.length - capacity) : bytes;
			const at = (total + bytes.length - tail.length) % capacity;
			const first = Math.min(tail.length, capacity - at);
			ring.set(tail.subarray(0, first), at);
			ring.set(tail.subarray(first), 0);
			total += bytes.length;
			decoded = undefined;
		},
		text() {
			decoded ??= decode(ring, total);
			return decoded;
		},
	};
}

function decode(ring: Uint8Array, total: number): string {
	if (total <= ring.length) return readable(ring.subarray(0, total));
	const start = total % ring.length;
	const bytes = new Uint8Array(ring.length);
	bytes.set(ring.subarray(start));
	bytes.set(ring.subarray(0, start), ring.length - start);
	// The oldest bytes may be the rest of a character whose start is gone.
	let skip = 0;
	while (skip < 3 && ((bytes[skip] ?? 0) & 0xc0) === 0x80) skip += 1;
	return readable(bytes.subarray(skip));
}

function readable(bytes: Uint8Array): string {
	// stream: a character of which only the first bytes came yet is left out and not shown as garbage.
	return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}
