/** Questions and answers of the domain name system as bytes. RFC 1035, 4.1. */
import { addressBytes, isAddress } from '../model/address.ts';

export type Question = {
	/** In lower case, without the last dot. */
	readonly name: string;
	readonly type: 'A' | 'AAAA' | 'PTR' | 'other';
	/** Where it ends in the message. */
	readonly end: number;
};

export const responseCode = { fine: 0, failure: 2, noSuchName: 3, notImplemented: 4, refused: 5 } as const;

const types: ReadonlyMap<number, Question['type']> = new Map([
	[1, 'A'],
	[12, 'PTR'],
	[28, 'AAAA'],
]);

const headerBytes = 12;
const timeToLive = 60;
/** As many as fit in 512 bytes beside the longest name. */
const mostAddresses = 8;

/** The one question of a message; undefined where it is none, or its name is not one of a host. */
export function questionOf(bytes: Buffer): Question | undefined {
	if (bytes.length < headerBytes || (bytes.readUInt16BE(2) & 0xf800) !== 0 || bytes.readUInt16BE(4) !== 1)
		return undefined;
	const labels: string[] = [];
	let at = headerBytes;
	for (;;) {
		const length = bytes[at];
		if (length === undefined || length > 63) return undefined;
		if (length === 0) break;
		const label = bytes.toString('latin1', at + 1, at + 1 + length);
		if (!/^[A-Za-z0-9_-]+$/.test(label) || label.length < length) return undefined;
		labels.push(label);
		at += length + 1;
	}
	const end = at + 5;
	const name = labels.join('.').toLowerCase();
	if (name === '' || name.length > 253 || end > bytes.length || bytes.readUInt16BE(at + 3) !== 1) return undefined;
	const type = bytes.readUInt16BE(at + 1);
	return { name, type: types.get(type) ?? 'other', end };
}

/** An answer to the question in `asked`. */
export function packAnswer(asked: Buffer, question: Question, code: number, addresses: readonly string[]): Buffer {
	const given = addresses.filter(isAddress).slice(0, mostAddresses).map(record);
	const head = Buffer.alloc(headerBytes);
	head.writeUInt16BE(asked.readUInt16BE(0), 0);
	// A response, recursion as desired and available.
	head.writeUInt16BE(0x8080 | (asked.readUInt16BE(2) & 0x100) | code, 2);
	head.writeUInt16BE(1, 4);
	head.writeUInt16BE(given.length, 6);
	return Buffer.concat([head, asked.subarray(headerBytes, question.end), ...given]);
}

function record(address: string): Buffer {
	const data = Buffer.from(addressBytes(address) ?? []);
	const fields = Buffer.alloc(12);
	fields.writeUInt16BE(0xc000 | headerBytes, 0);
	fields.writeUInt16BE(data.length === 4 ? 1 : 28, 2);
	fields.writeUInt16BE(1, 4);
	fields.writeUInt32BE(timeToLive, 6);
	fields.writeUInt16BE(data.length, 10);
	return Buffer.concat([fields, data]);
}
