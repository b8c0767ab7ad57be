/** struct termios as the kernel has it, and the flags that the line discipline heeds. termios(3), asm-generic/termbits.h. */

export const termiosBytes = 36;

const characters = [
	'intr',
	'quit',
	'erase',
	'kill',
	'eof',
	'time',
	'min',
	'swtc',
	'start',
	'stop',
	'susp',
	'eol',
] as const;
const moreCharacters = ['reprint', 'discard', 'werase', 'lnext', 'eol2'] as const;
const names = [...characters, ...moreCharacters];
type Character = (typeof names)[number];

export const iflag = { ISTRIP: 0x20, INLCR: 0x40, IGNCR: 0x80, ICRNL: 0x100, IXON: 0x400, IXANY: 0x800 } as const;
export const oflag = { OPOST: 1, ONLCR: 4, OCRNL: 8, ONLRET: 0x20 } as const;
export const lflag = {
	ISIG: 1,
	ICANON: 2,
	ECHO: 8,
	ECHOE: 0x10,
	ECHOK: 0x20,
	ECHONL: 0x40,
	NOFLSH: 0x80,
	TOSTOP: 0x100,
	ECHOCTL: 0x200,
	ECHOKE: 0x800,
	IEXTEN: 0x8000,
} as const;

/** Settings of one terminal, kept as the guest gave them. */
export class Termios {
	readonly bytes: Buffer;

	constructor(bytes: Buffer = usualTermios()) {
		this.bytes = Buffer.from(bytes.subarray(0, termiosBytes));
	}

	input(flag: number): boolean {
		return (this.bytes.readUInt32LE(0) & flag) !== 0;
	}

	output(flag: number): boolean {
		return (this.bytes.readUInt32LE(4) & flag) !== 0;
	}

	local(flag: number): boolean {
		return (this.bytes.readUInt32LE(12) & flag) !== 0;
	}

	/** A control character or count. 0 among the characters: there is none. */
	character(name: Character): number {
		return this.bytes[17 + names.indexOf(name)] ?? 0;
	}

	/** Whether `byte` is one of these control characters. */
	is(byte: number, ...wanted: readonly Character[]): boolean {
		return wanted.some((name) => byte !== 0 && this.character(name) === byte);
	}
}

/** A terminal as it is opened first (and as `stty sane` leaves one). drivers/tty/tty_io.c tty_std_termios */
export function usualTermios(): Buffer {
	const bytes = Buffer.alloc(termiosBytes);
	bytes.writeUInt32LE(0x500, 0); // ICRNL IXON
	bytes.writeUInt32LE(0x5, 4); // OPOST ONLCR
	bytes.writeUInt32LE(0xbf, 8); // B38400 CS8 CREAD
	bytes.writeUInt32LE(0x8a3b, 12); // ISIG ICANON ECHO ECHOE ECHOK ECHOCTL ECHOKE IEXTEN
	Buffer.from([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22]).copy(bytes, 17);
	return bytes;
}
