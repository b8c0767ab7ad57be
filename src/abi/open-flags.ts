/** Flags of open(2). Most agree on all architectures; four do not. Source: asm-generic/fcntl.h, arch/arm64/include/uapi/asm/fcntl.h. */
export type Architecture = 'x64' | 'arm64';

export const O_ACCMODE = 0o3;
export const O_RDONLY = 0o0;
export const O_WRONLY = 0o1;
export const O_RDWR = 0o2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

export type PlatformFlags = {
	readonly O_DIRECTORY: number;
	readonly O_NOFOLLOW: number;
	readonly O_DIRECT: number;
	readonly O_LARGEFILE: number;
	/** __O_TMPFILE | O_DIRECTORY */
	readonly O_TMPFILE: number;
};

export const platformFlags: Record<Architecture, PlatformFlags> = {
	x64: { O_DIRECTORY: 0o200000, O_NOFOLLOW: 0o400000, O_DIRECT: 0o40000, O_LARGEFILE: 0o100000, O_TMPFILE: 0o20200000 },
	arm64: {
		O_DIRECTORY: 0o40000,
		O_NOFOLLOW: 0o100000,
		O_DIRECT: 0o200000,
		O_LARGEFILE: 0o400000,
		O_TMPFILE: 0o20040000,
	},
};
