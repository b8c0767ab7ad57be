/** The policy as the kernel's thread decides by it. */
import { compilePolicy, type Policy, systemPath } from '../policy/compile.ts';
import type { Machine } from '../replay/machine.ts';
import type { WorkerStart } from './messages.ts';

/** `resolve`: where a path of a command leads, for the guest and on the machine. */
export function guestPolicy(
	start: WorkerStart,
	machine: Machine,
	resolve: (path: string, cwd: string) => string | undefined,
): Policy {
	return compilePolicy(start.policy, {
		home: start.home,
		cwd: start.cwd,
		systemPath,
		env: start.env,
		realpath: machine.realPath,
		own: start.own,
		interpreter: start.runtimeRoots,
		get addresses() {
			return machine.addresses();
		},
		secret: start.secret,
		now: () => new Date(Number(machine.realtime() / 1_000_000n)),
		resolve,
	});
}
