/** Watches, breaks or kills at the n-th operation on the machine's tree and on the session's files. */
import type { ApplyHost } from '../../src/session/apply-host.ts';

/** Calls `before` ahead of every operation; what it throws is what the operation throws. Letting go is none. */
export function spy(host: ApplyHost, before: (name: string) => void): ApplyHost {
	const wrap = <T extends object>(target: T): T =>
		new Proxy(target, {
			get: (on, name, receiver) => {
				const value: unknown = Reflect.get(on, name, receiver);
				if (typeof value !== 'function' || name === 'close' || name === 'release') return value;
				return (...args: unknown[]) => {
					before(String(name));
					return Reflect.apply(value, on, args);
				};
			},
		});
	return { ...host, tree: wrap(host.tree), files: wrap(host.files) };
}

/** As kill -9 is seen from the disk: from the n-th operation on, nothing happens any more. */
export class Crash extends Error {}

export function crashAt(host: ApplyHost, n: number): { host: ApplyHost; operations: () => number } {
	let count = 0;
	const crashing = spy(host, () => {
		if (count++ >= n) throw new Crash();
	});
	return { host: crashing, operations: () => count };
}
