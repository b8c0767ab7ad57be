/** Arguments of calls as text: numbers by name, strings quoted, buffers and lists cut. */
import { decodeName } from '../abi/bytes.ts';
import { flagNames, type Names, valueNames } from '../abi/flag-names.ts';
import { platformFlags } from '../abi/open-flags.ts';
import { signals } from '../abi/signals.ts';
import { readInt64 } from '../abi/structs.ts';
import type { Argument, Call, CallLink } from '../wire/call.ts';
import type { Kind } from './argument-kinds.ts';

/** An argument that the call fills. */
export type Late = { readonly kind: Kind; readonly address: number; readonly room: number };

const longestText = 64;
const mostItems = 8;
const AT_FDCWD = -100;

/** A path is shown whole, all else is cut. */
const longestPath = 4096;

const openNames: Names = {
	O_CREAT: 0o100,
	O_EXCL: 0o200,
	O_NOCTTY: 0o400,
	O_TRUNC: 0o1000,
	O_APPEND: 0o2000,
	O_NONBLOCK: 0o4000,
	O_CLOEXEC: 0o2000000,
	O_PATH: 0o10000000,
};

/** What is known when the call comes; a Late for what the call will fill. */
export function decodeArgument(
	link: CallLink,
	call: Call,
	index: number,
	kinds: readonly Kind[] | undefined,
): string | Late {
	const arg = call.args[index];
	const kind = kinds?.[index];
	if (typeof arg === 'object') {
		if ('kind' in arg) return string(link, arg, kind === 'path' ? longestPath : longestText);
		return `${quoted(arg.inline ?? link.read(arg.address, Math.min(arg.length, longestText)), arg.length)}, ${arg.length}`;
	}
	const value = arg ?? 0;
	if (kind === undefined) return Number.isSafeInteger(value) && Math.abs(value) < 65536 ? String(value) : hex(value);
	if (kind.startsWith('|')) return flags(value | 0, group(flagNames, kind));
	if (kind.startsWith('=')) return named(value | 0, group(valueNames, kind));
	return decodeNumber(link, call, index, kind, value);
}

function decodeNumber(link: CallLink, call: Call, index: number, kind: Kind, value: number): string | Late {
	switch (kind) {
		case 'dirfd':
			return (value | 0) === AT_FDCWD ? 'AT_FDCWD' : String(value | 0);
		case 'fd':
		case 'pid':
			return String(value | 0);
		case 'signal':
			return signalName(value | 0);
		case 'mode':
			return `0${((value >>> 0) & 0o177777).toString(8)}`;
		case 'open':
			return openFlags(value | 0);
		case 'addr':
			return value === 0 ? 'NULL' : hex(value);
		case 'timespec':
		case 'timeval':
			return value === 0 ? 'NULL' : time(link.read(value, 16), kind === 'timeval' ? 6 : 9);
		case 'address':
			return value === 0
				? 'NULL'
				: socketAddress(link.read(value, Math.min(Math.max(numberAt(call, index + 1), 2), 110)));
		case 'words':
			return value === 0 ? 'NULL' : words(link, value);
		case 'iov':
			return list(
				link.read(value, Math.min(numberAt(call, index + 1), mostItems) * 16),
				16,
				numberAt(call, index + 1),
				(bytes) => {
					return `{${hex(readInt64(bytes, 0))}, ${readInt64(bytes, 8)}}`;
				},
			);
		case 'pollfds':
			return list(
				link.read(value, Math.min(numberAt(call, index + 1), mostItems) * 8),
				8,
				numberAt(call, index + 1),
				(bytes) => {
					return `{fd=${bytes.readInt32LE(0)}, events=0x${bytes.readUInt16LE(4).toString(16)}}`;
				},
			);
		case 'out':
		case 'stat':
		case 'pipe':
		case 'status':
			return value === 0 ? 'NULL' : { kind, address: value, room: numberAt(call, index + 1) };
		default:
			return String(value);
	}
}

/** What the call has filled. */
export function decodeResult(link: CallLink, { kind, address }: Late, result: number): string {
	if (result < 0) return hex(address);
	switch (kind) {
		case 'out':
			return quoted(link.read(address, Math.min(result, longestText)), result);
		case 'stat': {
			const bytes = link.read(address, 144);
			return `{mode=0${bytes.readUInt32LE(24).toString(8)}, size=${readInt64(bytes, 48)}}`;
		}
		case 'pipe': {
			const bytes = link.read(address, 8);
			return `[${bytes.readInt32LE(0)}, ${bytes.readInt32LE(4)}]`;
		}
		case 'status':
			return result === 0 ? hex(address) : status(link.read(address, 4).readInt32LE(0));
		default:
			return hex(address);
	}
}

/** Bytes in quotes: nothing in it can end the line, or move a terminal's cursor. */
export function quoted(bytes: Uint8Array, whole = bytes.length): string {
	const cut = bytes.subarray(0, longestText);
	return `${quotedText(decodeName(cut))}${whole > cut.length ? '…' : ''}`;
}

function quotedText(text: string): string {
	return `"${quotable(text)}"`;
}

/** Text on one line, with nothing in it that a terminal obeys. */
export function quotable(text: string): string {
	return text.replace(/["\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (char) => {
		const known = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\0': '\\0' }[char];
		if (known !== undefined) return known;
		const code = char.codePointAt(0) ?? 0;
		if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
		return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
	});
}

function string(link: CallLink, arg: Extract<Argument, { kind: string }>, longest: number): string {
	if (arg.kind === 'fault') return arg.address === 0 ? 'NULL' : hex(arg.address);
	const text = arg.kind === 'text' ? arg.text : (link.string(arg.address, decodeName) ?? '');
	return text.length > longest ? `${quotedText(text.slice(0, longest))}…` : quotedText(text);
}

function words(link: CallLink, address: number): string {
	const shown: string[] = [];
	for (let i = 0; i < mostItems; i++) {
		const pointer = readInt64(link.read(address + i * 8, 8), 0);
		if (pointer === 0) return `[${shown.join(', ')}]`;
		const word = link.string(pointer, decodeName, longestText);
		shown.push(word === undefined ? '"…"' : quotedText(word));
	}
	return `[${shown.join(', ')}, …]`;
}

function list(bytes: Buffer, size: number, whole: number, item: (bytes: Buffer) => string): string {
	const shown: string[] = [];
	for (let at = 0; at + size <= bytes.length; at += size) shown.push(item(bytes.subarray(at, at + size)));
	return `[${shown.join(', ')}${whole > shown.length ? ', …' : ''}]`;
}

function socketAddress(bytes: Buffer): string {
	const family = bytes.readUInt16LE(0);
	const name = named(family, valueNames.family);
	if (family === 1) return `{${name}, ${quoted(bytes.subarray(2, bytes[2] === 0 ? bytes.length : endOf(bytes, 2)))}}`;
	if (family === 2 && bytes.length >= 8) return `{${name}, ${bytes.subarray(4, 8).join('.')}:${bytes.readUInt16BE(2)}}`;
	if (family === 10 && bytes.length >= 24) {
		const parts = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(8 + i * 2).toString(16));
		return `{${name}, [${parts.join(':')}]:${bytes.readUInt16BE(2)}}`;
	}
	return `{${name}}`;
}

function endOf(bytes: Buffer, from: number): number {
	const end = bytes.indexOf(0, from);
	return end < 0 ? bytes.length : end;
}

function time(bytes: Buffer, digits: number): string {
	return `${readInt64(bytes, 0)}.${String(readInt64(bytes, 8)).padStart(digits, '0')}s`;
}

function status(word: number): string {
	const signal = word & 0x7f;
	if (word === 0xffff) return '{continued}';
	if (signal === 0x7f) return `{stopped by ${signalName((word >> 8) & 0xff)}}`;
	return signal === 0 ? `{exited with ${(word >> 8) & 0xff}}` : `{killed by ${signalName(signal)}}`;
}

function openFlags(value: number): string {
	const access = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', '3'][value & 3] ?? '';
	const rest = value & ~3;
	const platform: Names = platformFlags[process.arch === 'arm64' ? 'arm64' : 'x64'];
	const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_LARGEFILE = 0, O_TMPFILE = 0 } = platform;
	const names = {
		...openNames,
		O_NOFOLLOW,
		O_LARGEFILE,
		...((rest & O_TMPFILE) === O_TMPFILE ? { O_TMPFILE } : { O_DIRECTORY }),
	};
	return rest === 0 ? access : `${access}|${flags(rest, names)}`;
}

function flags(value: number, names: Names): string {
	if (value === 0) return '0';
	let rest = value;
	const shown: string[] = [];
	for (const [name, bits] of Object.entries(names)) {
		if (bits === 0 || (rest & bits) !== bits) continue;
		shown.push(name);
		rest &= ~bits;
	}
	if (rest !== 0) shown.push(`0x${(rest >>> 0).toString(16)}`);
	return shown.join('|');
}

function named(value: number, names: Names): string {
	for (const [name, number] of Object.entries(names)) if ((number | 0) === value) return name;
	// SOCK_STREAM with flags beside it
	const low = Object.entries(names).find(([name, number]) => name.startsWith('SOCK_') && number === (value & 0xf));
	return low === undefined ? String(value) : `${low[0]}|${flags(value & ~0xf, flagNames.socketType)}`;
}

function group(groups: Readonly<Record<string, Names>>, kind: Kind): Names {
	return groups[kind.slice(1)] ?? {};
}

function numberAt(call: Call, index: number): number {
	const value = call.args[index];
	return typeof value === 'number' ? Math.max(0, value) : 0;
}

function hex(value: number): string {
	return `0x${Math.abs(value).toString(16)}`;
}

function signalName(number: number): string {
	for (const [name, value] of Object.entries(signals)) if (value === number) return name;
	return String(number);
}
