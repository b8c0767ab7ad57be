/** What is in an archive, as one line of text for each entry. Hostile bytes: bounded, and nothing is unpacked to a file. */
import { gunzipSync } from 'node:zlib';

export type ArchiveList = {
	readonly kind: 'ZIP archive' | 'tar archive' | 'gzip archive';
	readonly entries: number;
	/** `      1,234  name`, each ended by a newline. */
	readonly text: string;
	/** Not all of it could be read. */
	readonly cut: boolean;
};

const mostEntries = 10_000;
/** A compressed archive is unpacked in memory up to this, bytes. */
const mostUnpacked = 32 * 1024 * 1024;
/** A larger compressed file is not looked into, bytes. */
const mostPacked = 16 * 1024 * 1024;

/** undefined: it is no archive that we can list. */
export function listArchive(bytes: Buffer): ArchiveList | undefined {
	if (bytes.toString('latin1', 0, 2) === 'PK') return listZip(bytes);
	if (bytes.toString('latin1', 257, 262) === 'ustar') return listTar(bytes, 'tar archive');
	if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes.length <= mostPacked) {
		try {
			const inner = gunzipSync(bytes, { maxOutputLength: mostUnpacked });
			return inner.toString('latin1', 257, 262) === 'ustar' ? listTar(inner, 'gzip archive') : undefined;
		} catch {
			return undefined;
		}
	}
	return undefined;
}

/** The central directory: APPNOTE.TXT 4.3.12 and 4.3.16. What Python's zipfile reads, and so what a program would unpack. */
function listZip(bytes: Buffer): ArchiveList | undefined {
	const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
	if (end < 0 || end + 22 > bytes.length) return undefined;
	const total = bytes.readUInt16LE(end + 10);
	let at = bytes.readUInt32LE(end + 16);
	const lines: string[] = [];
	let cut = false;
	for (let index = 0; index < total; index += 1) {
		const isEntry = at + 46 <= bytes.length && bytes.readUInt32LE(at) === 0x02014b50;
		if (!isEntry || lines.length >= mostEntries) {
			cut = true;
			break;
		}
		const nameLength = bytes.readUInt16LE(at + 28);
		const unix = bytes[at + 5] === 3 ? bytes.readUInt16LE(at + 40) : 0;
		const name = bytes.subarray(at + 46, at + 46 + nameLength);
		lines.push(line(name, bytes.readUInt32LE(at + 24), unix));
		at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
	}
	return { kind: 'ZIP archive', entries: total, text: lines.join(''), cut };
}

/** Blocks of 512 bytes, as in pax(1). */
function listTar(bytes: Buffer, kind: ArchiveList['kind']): ArchiveList {
	const lines: string[] = [];
	let cut = false;
	let longName: Buffer | undefined;
	let at = 0;
	while (at + 512 <= bytes.length && bytes[at] !== 0) {
		if (lines.length >= mostEntries) {
			cut = true;
			break;
		}
		const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0;
		const type = bytes.toString('latin1', at + 156, at + 157);
		const body = bytes.subarray(at + 512, Math.min(bytes.length, at + 512 + size));
		const prefix = cString(bytes.subarray(at + 345, at + 500));
		const short = cString(bytes.subarray(at, at + 100));
		if (type === 'L') longName = cString(body);
		else if (type === 'x') longName = paxPath(body);
		else if (type !== 'g' && type !== 'K') {
			const mode = Number.parseInt(bytes.toString('latin1', at + 100, at + 108), 8) || 0;
			const name = prefix.length === 0 ? short : Buffer.concat([prefix, Buffer.from('/'), short]);
			const link = type === '1' || type === '2' ? cString(bytes.subarray(at + 157, at + 257)) : undefined;
			lines.push(line(longName ?? name, size, mode, link));
			longName = undefined;
		}
		at += 512 + Math.ceil(size / 512) * 512;
	}
	return { kind, entries: lines.length, text: lines.join(''), cut: cut || at > bytes.length };
}

/** `path` of a pax header: `LENGTH path=NAME` and a newline. */
function paxPath(body: Buffer): Buffer | undefined {
	const at = body.indexOf(' path=');
	const start = body.lastIndexOf(10, at) + 1;
	const length = Number.parseInt(body.toString('latin1', start, at), 10);
	return at < 0 || !(length > 0) ? undefined : body.subarray(at + 6, start + length - 1);
}

function line(name: Buffer, size: number, mode: number, link?: Buffer): string {
	const bits = (mode & 0o7777).toString(8).padStart(4, '0');
	const to = link === undefined ? '' : ` → ${oneLine(link)}`;
	return `${size.toLocaleString('en').padStart(14)}  ${mode === 0 ? '    ' : bits}  ${oneLine(name)}${to}\n`;
}

/** A name with a newline in it must not look like two entries. */
function oneLine(name: Buffer): string {
	return name.toString().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function cString(bytes: Buffer): Buffer {
	const end = bytes.indexOf(0);
	return end < 0 ? bytes : bytes.subarray(0, end);
}
