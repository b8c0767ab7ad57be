/** Watches time, processor and memory of a run. The other limits are counted where they are used. */
import { measureGuest } from '../host/guest-processes.ts';
import type { LimitName, Limits } from '../model/limits.ts';

export type LimitWatch = {
	/** While a person is asked the clock stands still. */
	pause(): void;
	resume(): void;
	used(): { readonly time: number; readonly cpu: number; readonly memory: number };
	stop(): void;
};

const intervalMs = 100;
/** While memory or threads grow fast: what is taken between two looks is what a guest gets beyond its limit. */
const hurriedMs = 10;

/** Whether a few more steps like the last one would pass the limit. An interpreter that starts takes a lot at once, and is far from it. */
function growsFast(before: number, now: number, limit: number): boolean {
	return now - before > limit / 20 && now + 8 * (now - before) > limit;
}

/**
 * So many more threads than tasks are let be: ours, and those that come and go between two calls. The kernel counts tasks exactly;
 * this is for native code that makes threads or processes of which the kernel is never told.
 */
const untold = 24;

/** Bytes that we use ourselves. What is more is kept for the guest (full pipes and sockets, its tree) and is the guest's. */
const ourOwn = 512 * 1024 * 1024;

/** Calls `exceeded` once, for the first limit that was passed. */
export function watchLimits(launcherPid: number, limits: Limits, exceeded: (limit: LimitName) => void): LimitWatch {
	let began: number | undefined = performance.now();
	let before = 0;
	let asking = 0;
	let cpu = 0;
	let memory = 0;
	let threads = 0;
	const time = (): number => before + (began === undefined ? 0 : performance.now() - began);
	const measure = (): void => {
		const now = measureGuest(launcherPid, limits.memory);
		cpu = Math.max(cpu, now.cpu);
		memory = Math.max(memory, now.memory + Math.max(0, process.memoryUsage.rss() - ourOwn));
		threads = now.threads;
	};
	const passed = (): LimitName | undefined => {
		if (cpu > limits.cpu) return 'cpu';
		// First: what forked processes share is counted as the memory of each.
		if (threads > 2 * limits.tasks + untold) return 'tasks';
		if (memory > limits.memory) return 'memory';
		return time() > limits.time ? 'time' : undefined;
	};
	const look = (): void => {
		const [memoryBefore, threadsBefore] = [memory, threads];
		measure();
		const limit = passed();
		if (limit !== undefined) return exceeded(limit);
		const hurry = growsFast(memoryBefore, memory, limits.memory) || growsFast(threadsBefore, threads, limits.tasks);
		timer = setTimeout(look, hurry ? hurriedMs : intervalMs);
	};
	let timer = setTimeout(look, intervalMs);
	return {
		pause() {
			asking += 1;
			if (asking > 1 || began === undefined) return;
			before += performance.now() - began;
			began = undefined;
		},
		resume() {
			asking -= 1;
			if (asking === 0) began = performance.now();
		},
		used: () => ({ time: time(), cpu, memory }),
		stop() {
			clearTimeout(timer);
			before = time();
			began = undefined;
		},
	};
}
