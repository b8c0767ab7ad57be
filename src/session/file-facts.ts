/** Says of bytes and modes what a person can judge without a diff. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Target } from '../model/change.ts';
import { imageSize } from './image-size.ts';

/** A file with a NUL byte, or that is not UTF-8, is not shown as text. */
export function isBinary(bytes: Buffer): boolean {
	return bytes.includes(0) || !isUtf8(bytes);
}

/** Whether git takes it for binary: a NUL byte in its first 8,000 (buffer_is_binary in git's xdiff-interface.c). */
export function isGitBinary(bytes: Buffer): boolean {
	return bytes.subarray(0, 8000).includes(0);
}

/** `1,024 bytes, PNG image, 640 × 480, sha256 …` */
export function binaryFact(bytes: Buffer, sha256 = createHash('sha256').update(bytes).digest('hex')): string {
	const size = imageSize(bytes);
	const facts = [
		sizeFact(bytes.length),
		typeFact(bytes),
		size === undefined ? undefined : `${size.width} × ${size.height}`,
		`sha256 ${sha256}`,
	];
	return facts.filter((fact) => fact !== undefined).join(', ');
}

export function sizeFact(size: number): string {
	return size === 1 ? '1 byte' : `${size.toLocaleString('en')} bytes`;
}

/** `0644`; four digits as chmod(1) takes them. */
export function modeFact(mode: number): string {
	return mode.toString(8).padStart(4, '0');
}

/** Whom it is given to, where root gave it away. */
export function ownerFacts(after: Target): string[] {
	if (after.type === 'link' || after.owner === undefined) return [];
	return [`will belong to user ${after.owner.uid}, group ${after.owner.gid}`];
}

/** Bits that give a file power of its own deserve words. */
export function powerFacts(mode: number): string[] {
	const facts: string[] = [];
	if ((mode & 0o4000) !== 0) facts.push('set-user-id: it will run with the rights of its owner');
	if ((mode & 0o2000) !== 0) facts.push('set-group-id: it will run with the rights of its group');
	return facts;
}

const magic: readonly (readonly [string, string])[] = [
	['\x89PNG\r\n\x1a\n', 'PNG image'],
	['\xff\xd8\xff', 'JPEG image'],
	['GIF8', 'GIF image'],
	['%PDF-', 'PDF document'],
	['PK\x03\x04', 'ZIP archive'],
	['\x1f\x8b', 'gzip archive'],
	['BZh', 'bzip2 archive'],
	['\xfd7zXZ\x00', 'xz archive'],
	['\x28\xb5\x2f\xfd', 'zstd archive'],
	['\x7fELF', 'ELF program or library'],
	['SQLite format 3\x00', 'SQLite database'],
	['\xff\xfe', 'UTF-16 text'],
	['\xfe\xff', 'UTF-16 text'],
	['OggS', 'Ogg media'],
	['fLaC', 'FLAC audio'],
	['ID3', 'MP3 audio'],
	['BM', 'BMP image'],
];

function typeFact(bytes: Buffer): string | undefined {
	const start = bytes.toString('latin1', 0, 16);
	if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'WebP image';
	return magic.find(([prefix]) => start.startsWith(prefix))?.[1];
}
