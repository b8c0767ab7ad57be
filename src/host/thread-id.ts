/** Which thread of the machine this is. */
import * as fs from 'node:fs';

/** The kernel's number of the calling thread: proc(5), /proc/thread-self. */
export function ownThreadId(): number {
	return Number(fs.readlinkSync('/proc/thread-self').split('/').at(-1));
}
