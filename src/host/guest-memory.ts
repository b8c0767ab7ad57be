/**
 * The memory of a guest process that waits for a result, through /proc/PID/mem: one copy in place of three for a large read
 * or write. proc_pid_mem(5). Only a matter of speed: where the machine refuses it (Yama, another uid) nothing is moved.
 */
import * as fs from 'node:fs';
import { machinePid } from './guest-processes.ts';

export interface GuestMemory {
	/** Bytes that were written at `address`; fewer than given, or 0, where the rest cannot be written this way. */
	write(guestPid: number, address: number, bytes: Uint8Array): number;
	/** Bytes that were read from `address`, as `write`. */
	read(guestPid: number, address: number, into: Uint8Array): number;
	close(): void;
}

/**
 * The same of one process that performs no calls of its own: bytes that were read, 0 where it cannot be done. Opened at the first
 * read, since what is open stays the memory of the program that the process was then.
 */
export function openInterpreterMemory(pid: number): { read(address: number, into: Uint8Array): number; close(): void } {
	let fd: number | undefined;
	let refused = false;
	return {
		read(address, into) {
			if (refused) return 0;
			fd ??= quietly(() => fs.openSync(`/proc/${pid}/mem`, 'r'));
			refused = fd === undefined;
			const open = fd;
			return open === undefined ? 0 : (quietly(() => fs.readSync(open, into, 0, into.length, address)) ?? 0);
		},
		close() {
			if (fd !== undefined) fs.closeSync(fd);
			refused = true;
			fd = undefined;
		},
	};
}

type Opened = { readonly guestPid: number; readonly fd: number };

/** Keeps the memory of one process open: the one that was moved to or from last. */
export function openGuestMemory(launcherPid: number): GuestMemory {
	let current: Opened | undefined;
	let refused = false;
	const close = (): void => {
		if (current !== undefined) fs.closeSync(current.fd);
		current = undefined;
	};
	const find = (guestPid: number): number | undefined => {
		if (current?.guestPid === guestPid) return current.fd;
		close();
		const fd = openMemory(launcherPid, guestPid);
		if (fd === undefined) refused = true;
		else current = { guestPid, fd };
		return fd;
	};
	const move = (guestPid: number, act: (fd: number) => number): number => {
		const fd = refused ? undefined : find(guestPid);
		if (fd === undefined) return 0;
		const moved = quietly(() => act(fd)) ?? 0;
		// The process may be gone, and its number be another's: what is open is then of no use.
		if (moved === 0) close();
		return moved;
	};
	return {
		write: (guestPid, address, bytes) => move(guestPid, (fd) => fs.writeSync(fd, bytes, 0, bytes.length, address)),
		read: (guestPid, address, into) => move(guestPid, (fd) => fs.readSync(fd, into, 0, into.length, address)),
		close,
	};
}

/** What is open stays the memory of that very process, so it is looked up again once it is open: a number may be used again. */
function openMemory(launcherPid: number, guestPid: number): number | undefined {
	const pid = machinePid(launcherPid, guestPid);
	if (pid === undefined) return undefined;
	const fd = quietly(() => fs.openSync(`/proc/${pid}/mem`, 'r+'));
	if (fd === undefined || machinePid(launcherPid, guestPid) === pid) return fd;
	fs.closeSync(fd);
	return undefined;
}

function quietly<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch {
		return undefined;
	}
}
