/** All that the kernel's thread takes from the machine by itself: what a tape keeps, and gives back in a replay. */
import type { HostFiles } from '../fs/api.ts';
import type { Network } from '../kernel/network.ts';

export interface Machine {
	readonly files: HostFiles;
	/** Nanoseconds since the epoch; of a clock that is never set. */
	realtime(): bigint;
	monotonic(): bigint;
	randomBytes(length: number): Buffer;
	/** A file of /proc as text; empty where it cannot be read. */
	readText(path: string): string;
	/** Text of the machine's own /proc entry of a guest process. */
	processText(pid: number, entry: string): string | undefined;
	/** undefined where nothing is there. */
	realPath(path: string): string | undefined;
	addresses(): readonly string[];
	hostNames(): readonly { readonly address: string; readonly names: readonly string[] }[];
	resolver(): { readonly servers: readonly string[]; readonly search: readonly string[] };
	/** The process that holds the sockets, once it is ready. */
	openNetwork(privateLoopback: boolean): Network;
}
