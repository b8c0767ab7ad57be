/** The machine as it is, for the kernel's thread. */
import { randomFillSync } from 'node:crypto';
import { machinePid, readText } from '../host/guest-processes.ts';
import { createHostFiles } from '../host/host-files.ts';
import { hostsTable, machineAddresses, resolverSettings } from '../host/names.ts';
import { openNetwork } from '../host/network.ts';
import { realPath } from '../host/real-path.ts';
import type { Machine } from '../replay/machine.ts';
import type { WorkerStart } from './messages.ts';

/** `launcherPid`: 0 until it is known. */
export function liveMachine(start: WorkerStart, launcherPid: () => number): Machine {
	return {
		files: createHostFiles(start.sessionFolder),
		realtime: () => BigInt(Date.now()) * 1_000_000n,
		monotonic: () => process.hrtime.bigint(),
		randomBytes: (length) => randomFillSync(Buffer.alloc(length)),
		readText,
		processText(pid, entry) {
			const launcher = launcherPid();
			const machine = start.runtime !== 'trapped' && pid === launcher ? pid : machinePid(launcher, pid);
			return machine === undefined ? undefined : readText(`/proc/${machine}/${entry}`);
		},
		realPath,
		addresses: machineAddresses,
		hostNames: hostsTable,
		resolver: resolverSettings,
		openNetwork: (privateLoopback) =>
			openNetwork(start.channelFolder, privateLoopback, (guest) => machinePid(launcherPid(), guest)),
	};
}
