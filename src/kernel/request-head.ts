/** What a script tells a host in the clear: the head of a request of HTTP, the name in a TLS hello. RFC 9112, RFC 8446, RFC 6066. */

/** Bytes of a connection's beginning that are looked at. */
const mostHead = 16_384;
const request = /^[A-Z]{3,16} [^\r\n]* HTTP\/1\.[01]\r?\n/;

export type Heads = { request(head: string): void; tls(name: string): void };

/** Follows what one connection sends. Whatever it is, it is never held up, and never kept past `mostHead` bytes. */
export class HeadReader {
	readonly #heads: Heads;
	#kept: Buffer | undefined = Buffer.alloc(0);

	constructor(heads: Heads) {
		this.#heads = heads;
	}

	/** A server that has answered may be asked again on the same connection. */
	answered(): void {
		this.#kept ??= Buffer.alloc(0);
	}

	sent(bytes: Uint8Array): void {
		if (this.#kept === undefined) return;
		const kept = Buffer.concat([this.#kept, bytes.subarray(0, mostHead - this.#kept.length)]);
		const left = this.#look(kept);
		this.#kept = left && kept.length < mostHead ? kept : undefined;
	}

	/** Whether more has to come before anything can be said. */
	#look(bytes: Buffer): boolean {
		if (bytes[0] === 0x16 && (bytes.length < 2 || bytes[1] === 3)) {
			const name = serverName(bytes);
			if (name === false) return true;
			if (name !== undefined) this.#heads.tls(name);
			return false;
		}
		const text = bytes.toString('latin1');
		const end = /\r?\n\r?\n/.exec(text)?.index;
		if (end === undefined && bytes.length < mostHead) return /^[A-Z]{1,16}(?: |$)/.test(text);
		if (request.test(text)) this.#heads.request(text.slice(0, end ?? mostHead));
		return false;
	}
}

/** The host name in a ClientHello; undefined: there is none; false: more of it has to come. Every length is the guest's, and checked by what is there. */
function serverName(bytes: Buffer): string | undefined | false {
	if (bytes.length < 5) return false;
	const end = 5 + bytes.readUInt16BE(3);
	if (bytes.length < end) return false;
	try {
		const hello = bytes.subarray(5, end);
		if (hello.readUInt8(0) !== 1) return undefined;
		let at = 4 + 2 + 32;
		at += 1 + hello.readUInt8(at);
		at += 2 + hello.readUInt16BE(at);
		at += 1 + hello.readUInt8(at);
		const last = at + 2 + hello.readUInt16BE(at);
		for (at += 2; at + 4 <= last; at += 4 + hello.readUInt16BE(at + 2)) {
			if (hello.readUInt16BE(at) !== 0 || hello.readUInt8(at + 6) !== 0) continue;
			return hello.toString('latin1', at + 9, at + 9 + hello.readUInt16BE(at + 7));
		}
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
	}
	return undefined;
}
