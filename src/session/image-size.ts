/** Width and height of an image, read from its first bytes alone. Nothing of it is decoded. */

export type ImageSize = { readonly width: number; readonly height: number };

/** undefined: it is no PNG, GIF, JPEG, WebP or BMP, or it does not say. */
export function imageSize(bytes: Buffer): ImageSize | undefined {
	const start = bytes.toString('latin1', 0, 30);
	if (start.startsWith('\x89PNG\r\n\x1a\n') && bytes.length >= 24) {
		return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	}
	if (start.startsWith('GIF8') && bytes.length >= 10) {
		return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
	}
	if (start.startsWith('BM') && bytes.length >= 26) {
		return { width: Math.abs(bytes.readInt32LE(18)), height: Math.abs(bytes.readInt32LE(22)) };
	}
	if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP' && bytes.length >= 30) return webp(bytes, start);
	if (start.startsWith('\xff\xd8\xff')) return jpeg(bytes);
	return undefined;
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webp(bytes: Buffer, start: string): ImageSize | undefined {
	switch (start.slice(12, 16)) {
		case 'VP8X':
			return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
		case 'VP8L': {
			const bits = bytes.readUInt32LE(21);
			return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
		}
		case 'VP8 ':
			return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
		default:
			return undefined;
	}
}

/** Segments up to the frame header (SOF), ITU T.81 B.1.1. */
function jpeg(bytes: Buffer): ImageSize | undefined {
	let at = 2;
	for (let segments = 0; segments < 1000 && at + 9 <= bytes.length; segments += 1) {
		if (bytes[at] !== 0xff) return undefined;
		const marker = bytes[at + 1] ?? 0;
		const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
		if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
		at += 2 + bytes.readUInt16BE(at + 2);
	}
	return undefined;
}
