/** Facts about the machine and the user that the guest is told. */
import os from 'node:os';
import type { Architecture } from '../abi/open-flags.ts';
import { readText } from '../host/file-facts.ts';
import { terminalName } from '../host/terminal.ts';
import type { Identity } from '../kernel/kernel.ts';
import type { Reviewer } from '../run/session-work.ts';
import { UserError } from './user-error.ts';

export function machineIdentity(): Identity {
	return {
		uid: process.getuid?.() ?? 0,
		gid: process.getgid?.() ?? 0,
		groups: supplementaryGroups(),
		hostname: os.hostname(),
		kernelRelease: os.release(),
		kernelVersion: os.version(),
		machine: os.machine(),
		processors: os.cpus().length,
		memory: os.totalmem(),
	};
}

/** As the kernel has them: Node's own list has the effective group too, whether or not it is one of them. */
function supplementaryGroups(): number[] {
	const line = /^Groups:(.*)$/m.exec(readText('/proc/self/status') ?? '')?.[1];
	return line === undefined ? (process.getgroups?.() ?? []) : line.trim().split(/\s+/).filter(Boolean).map(Number);
}

export function architecture(): Architecture {
	if (process.arch === 'x64' || process.arch === 'arm64') return process.arch;
	throw new UserError(`the trapped runtime needs Linux on x86-64 or aarch64; this is ${process.arch}`);
}

/** Who would answer in the terminal, for the record. */
export function reviewer(): Reviewer {
	const terminal = terminalName();
	const who = { person: personName(), uid: process.getuid?.() ?? 0 };
	return terminal === undefined ? who : { ...who, terminal };
}

export function personName(): string {
	try {
		return os.userInfo().username;
	} catch {
		return `uid ${process.getuid?.() ?? 0}`;
	}
}
