/** Which options of sockets a guest may set and read. socket(7), ip(7), ipv6(7), tcp(7). */

const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_IPV6 = 41;

/**
 * By level. What is not here is left out because its value holds a pointer or a descriptor (filters, TCP_ZEROCOPY_RECEIVE, SO_PEERPIDFD),
 * names a device (SO_BINDTODEVICE) or a way through other machines (IP_OPTIONS, IPV6_RTHDR), or makes Linux connect or send by itself (TCP_FASTOPEN_CONNECT).
 */
const settable: Readonly<Record<number, readonly number[]>> = {
	[SOL_SOCKET]: [1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 18, 20, 21, 29, 35, 40, 41, 44, 46, 63, 64, 65, 66, 67],
	[IPPROTO_IP]: [1, 2, 6, 7, 8, 10, 11, 12, 13, 15, 20, 21, 23, 24, 33, 34, 49],
	[IPPROTO_TCP]: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 18, 25],
	[IPPROTO_UDP]: [1],
	[IPPROTO_IPV6]: [16, 18, 19, 23, 25, 26, 49, 50, 51, 52, 53, 56, 58, 60, 61, 62, 66, 67, 70, 72],
};

/** Groups and interfaces of multicast: on the guest's own loopback alone, for joining a group sends a packet. */
const loopbackOnly: Readonly<Record<number, readonly number[]>> = {
	[IPPROTO_IP]: [32, 35, 36, 37, 38, 39, 40],
	[IPPROTO_IPV6]: [17, 20, 21],
};

const readable: Readonly<Record<number, readonly number[]>> = {
	[SOL_SOCKET]: [3, 4, 17, 30, 38, 39, 49, 56, 57],
	[IPPROTO_IP]: [14],
	[IPPROTO_TCP]: [11, 23],
	[IPPROTO_IPV6]: [24],
};

export function maySetOption(level: number, name: number, ownLoopback: boolean): boolean {
	return (settable[level]?.includes(name) ?? false) || (ownLoopback && (loopbackOnly[level]?.includes(name) ?? false));
}

/** Whether an option goes along to the host's side. */
export function travels(level: number, name: number): boolean {
	return settable[level]?.includes(name) ?? false;
}

export function mayReadOption(level: number, name: number): boolean {
	return maySetOption(level, name, true) || (readable[level]?.includes(name) ?? false);
}
