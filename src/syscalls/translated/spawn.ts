/** How an interpreter without fork(2) runs commands: system(3), and a request to a device. waitpid(2) waits for what both make. */
import { decodeName } from '../../abi/bytes.ts';
import { darwinErrnoOf } from '../../abi/darwin.ts';
import { SysError } from '../../abi/errno.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import { exitedWith } from '../../kernel/task.ts';
import type { Spawn } from './children.ts';
import type { Answer } from './devices.ts';
import type { LibcContext, LibcHandler } from './libc.ts';

/** What Linux takes of arguments and environment. */
const longestCommand = 2 * 1024 * 1024;
/** MAX_ARG_STRLEN. */
const longestWord = 128 * 1024;

/** Implements system(3): `sh -c`, waited for; 127 where the shell could not be run. */
export const system: LibcHandler = (c) => {
	if (c.long(0) === 0) return 1;
	const command = c.libc.link.string(c.long(0), decodeName, longestCommand);
	if (command === undefined) throw new SysError('E2BIG');
	const env = Object.fromEntries(c.libc.env);
	const argv = ['sh', '-c', command];
	const child = c.libc.children.start(c, {
		programs: ['/bin/sh'],
		argv,
		env,
		fds: [present(c, 0), present(c, 1), present(c, 2)],
	});
	const retry = (): Outcome | undefined => {
		if (typeof child.state === 'object') return exitedWith(127);
		const { ended } = child.process;
		if (ended === undefined) return undefined;
		c.kernel.forget(child.process);
		return ended;
	};
	return retry() ?? { kind: 'park', retry, interruptible: false, restarts: false };
};

/** A command as a child: `{"pid":N}` once it runs, `{"errno":N}` when it could not. */
export function spawnRequest(c: LibcContext, request: unknown): Answer {
	const child = c.libc.children.start(c, spawnOf(request));
	return () => {
		if (child.state === 'starting') return undefined;
		return typeof child.state === 'object' ? { errno: errorNumber(c, child.state.failed) } : { pid: child.process.pid };
	};
}

function errorNumber(c: LibcContext, linux: number): number {
	return c.libc.platform === 'darwin' ? (darwinErrnoOf.get(linux) ?? linux) : linux;
}

function present(c: LibcContext, fd: number): number | undefined {
	return c.process.descriptors.find(fd) === undefined ? undefined : fd;
}

/** Strings are sent as their bytes, each a character below 256: a name need not be UTF-8. E2BIG past what execve(2) takes. */
function spawnOf(value: unknown): Spawn {
	const fields = new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}));
	const [cwd, fds] = [fields.get('cwd'), fields.get('fds')];
	if (!Array.isArray(fds)) throw new SysError('EINVAL');
	const [input, output, errors] = fds.map((fd: unknown) => (typeof fd === 'number' && fd >= 0 ? fd : undefined));
	const room = { left: longestCommand };
	return {
		programs: strings(fields.get('programs'), { left: longestCommand }),
		argv: strings(fields.get('argv'), room),
		env: Object.fromEntries(strings(fields.get('env'), room).map(pair)),
		cwd: typeof cwd === 'string' ? decoded(cwd) : undefined,
		fds: [input, output, errors],
	};
}

function strings(value: unknown, room: { left: number }): string[] {
	if (!Array.isArray(value)) throw new SysError('EINVAL');
	return value.map((word: unknown) => {
		if (typeof word !== 'string') throw new SysError('EINVAL');
		// Its NUL byte, and the pointer to it.
		room.left -= word.length + 9;
		if (room.left < 0 || word.length >= longestWord) throw new SysError('E2BIG');
		return decoded(word);
	});
}

function decoded(text: string): string {
	if ([...text].some((char) => char === '\0' || char > '\xff')) throw new SysError('EINVAL');
	return decodeName(Buffer.from(text, 'latin1'));
}

function pair(entry: string): [string, string] {
	const at = entry.indexOf('=');
	return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}
