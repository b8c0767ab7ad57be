/** The environment, and the strings and numbers that a C library tells of its system. */
import { decodeName } from '../../abi/bytes.ts';
import { SysError } from '../../abi/errno.ts';
import { forReading } from '../../fs/api.ts';
import type { LibcHandler } from './libc.ts';

/** No command can be given a longer one: MAX_ARG_STRLEN, execve(2). */
const longestEntry = 128 * 1024;

/** Implements getenv(3). */
export const getenv: LibcHandler = (c) => {
	const value = c.libc.env.get(c.text(0));
	return value === undefined ? 0 : c.libc.string(value);
};

/** `environ` itself. */
export const getEnviron: LibcHandler = (c) => c.libc.environment();

/** Implements putenv(3). */
export const putenv: LibcHandler = (c) => {
	const text = c.libc.link.text(c.call.args[0], decodeName, longestEntry);
	if (text === undefined) throw new SysError('ENOMEM');
	const at = text.indexOf('=');
	c.libc.setEnvironment(at < 0 ? text : text.slice(0, at), at < 0 ? undefined : text.slice(at + 1));
	return 0;
};

/** Implements unsetenv(3). */
export const unsetenv: LibcHandler = (c) => {
	const name = c.text(0);
	if (name === '' || name.includes('=')) throw new SysError('EINVAL');
	c.libc.setEnvironment(name, undefined);
	return 0;
};

/** Where the interpreter finds lib-python and lib_pypy. */
export const initHome: LibcHandler = (c) => c.libc.string(c.libc.home);

/** Any address that is not NULL: a `FILE *` is only handed back, to fileno(3). */
export const getStdout: LibcHandler = (c) => c.libc.stdout();

/** Implements fileno(3) for the one stream there is. */
export const fileno: LibcHandler = (c) => {
	if (c.long(0) !== c.libc.stdout()) throw new SysError('EBADF');
	return 1;
};

/** Implements getlogin(3) as where nobody has logged in. */
export const getlogin: LibcHandler = () => {
	throw new SysError('ENXIO');
};

/** Implements ctermid(3). */
export const ctermid: LibcHandler = (c) => {
	if (c.long(0) === 0) return c.libc.string('/dev/tty');
	c.link.write(c.long(0), Buffer.from('/dev/tty\0'));
	return c.long(0);
};

/** Implements ttyname(3): the name of the terminal that a descriptor is. */
export const ttyname: LibcHandler = (c) => {
	const file = c.file(0);
	if (!file.terminal) throw new SysError('ENOTTY');
	return c.libc.string(file.label);
};

/** Implements isatty(3). */
export const isatty: LibcHandler = (c) => {
	if (!c.file(0).terminal) throw new SysError('ENOTTY');
	return 1;
};

/** Implements confstr(3): _CS_PATH; what has no value is 0. */
export const confstr: LibcHandler = (c) => {
	if (c.int(0) !== 0) throw new SysError('EINVAL');
	const text = Buffer.from('/bin:/usr/bin\0');
	if (c.long(1) !== 0) c.link.write(c.long(1), text.subarray(0, c.long(2)));
	return text.length;
};

/** Implements sysconf(3). Numbers: bits/confname.h of glibc. */
export const sysconf: LibcHandler = (c) => {
	const { processors, memory } = c.kernel.identity;
	const page = 4096;
	const values: Readonly<Record<number, number>> = {
		0: 2097152, // _SC_ARG_MAX
		2: 100, // _SC_CLK_TCK
		3: 65536, // _SC_NGROUPS_MAX
		4: 1024, // _SC_OPEN_MAX
		30: page, // _SC_PAGESIZE
		32: -1, // _SC_SEM_NSEMS_MAX: no limit, which is no error
		33: 2147483647, // _SC_SEM_VALUE_MAX
		60: 1024, // _SC_IOV_MAX
		83: processors, // _SC_NPROCESSORS_CONF
		84: processors, // _SC_NPROCESSORS_ONLN
		85: Math.floor(memory / page), // _SC_PHYS_PAGES
		180: 256, // _SC_HOST_NAME_MAX
	};
	const value = values[c.int(0)];
	if (value === undefined) throw new SysError('EINVAL');
	return value;
};

/** Implements pathconf(3) and fpathconf(3). Numbers: bits/confname.h. */
export const pathconf: LibcHandler = (c) => {
	const values: Readonly<Record<number, number>> = {
		0: 65000, // _PC_LINK_MAX
		1: 255, // _PC_MAX_CANON
		2: 255, // _PC_MAX_INPUT
		3: 255, // _PC_NAME_MAX
		4: 4096, // _PC_PATH_MAX
		5: 4096, // _PC_PIPE_BUF
		6: 1, // _PC_CHOWN_RESTRICTED
		7: 1, // _PC_NO_TRUNC
		8: 0, // _PC_VDISABLE
	};
	const value = values[c.int(1)];
	if (value === undefined) throw new SysError('EINVAL');
	return value;
};

/** Implements getloadavg(3). */
export const getloadavg: LibcHandler = (c) => {
	const wanted = Math.min(c.int(1), 3);
	if (wanted < 0) throw new SysError('EINVAL');
	const text = Buffer.alloc(64);
	const node = c.kernel.fs.open('/proc/loadavg', forReading);
	const length = node.read(text, 0);
	node.close();
	const words = text.toString('latin1', 0, length).split(' ');
	const bytes = Buffer.alloc(wanted * 8);
	for (let i = 0; i < wanted; i++) bytes.writeDoubleLE(Number(words[i] ?? 0), i * 8);
	c.link.write(c.long(0), bytes);
	return wanted;
};
