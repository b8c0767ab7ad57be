/** Builds what a launcher sends: frames and calls, as pypy/launcher/PROTOCOL.md has them. */

/** `i` and `p` take numbers, `s` a string (or its special length), `b` bytes with how many of them are inline. */
export type Part =
	| { readonly kind: 'word'; readonly value: bigint }
	| { readonly kind: 'double'; readonly value: number }
	| { readonly kind: 'string'; readonly address: number; readonly text: string }
	| { readonly kind: 'no-string'; readonly address: number; readonly length: number }
	| { readonly kind: 'buffer'; readonly address: number; readonly length: bigint; readonly inline: Buffer };

export const word = (value: number | bigint): Part => ({ kind: 'word', value: BigInt(value) });
export const string = (text: string, address = 4096): Part => ({ kind: 'string', address, text });
export const buffer = (bytes: string | Buffer, address = 8192): Part => {
	const inline = Buffer.from(bytes);
	return { kind: 'buffer', address, length: BigInt(inline.length), inline };
};

export function payload(signature: string, ...parts: readonly Part[]): Buffer {
	const name = Buffer.from(signature, 'latin1');
	return Buffer.concat([Buffer.of(name.length), name, ...parts.map(bytesOf)]);
}

export function frame(channel: number, seq: number, body: Buffer): Buffer {
	return Buffer.concat([u32(body.length + 8), u32(channel), u32(seq), body]);
}

function bytesOf(part: Part): Buffer {
	switch (part.kind) {
		case 'word':
			return u64(part.value);
		case 'double': {
			const bytes = Buffer.alloc(8);
			bytes.writeDoubleLE(part.value);
			return bytes;
		}
		case 'string': {
			const text = Buffer.from(part.text);
			return Buffer.concat([u64(BigInt(part.address)), u32(text.length), text]);
		}
		case 'no-string':
			return Buffer.concat([u64(BigInt(part.address)), u32(part.length)]);
		case 'buffer':
			return Buffer.concat([u64(BigInt(part.address)), u64(part.length), u32(part.inline.length), part.inline]);
	}
}

export function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

export function u64(value: bigint): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
	return bytes;
}
