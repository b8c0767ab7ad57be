/** A dispatcher with a guest of a few tasks that say what they want, frame by frame. */
import type { Kernel } from '../../src/kernel/kernel.ts';
import { Dispatcher } from '../../src/syscalls/dispatch.ts';
import { type Frame, FrameSplitter, supervisorChannel } from '../../src/wire/frame.ts';
import { GuestLink } from '../../src/wire/guest-link.ts';
import { type FakeFileSystem, type FakeWorld, fakeFileSystem, fakeKernel, fakeWorld } from '../kernel/world.ts';
import { FakeGuest } from '../wire/fake-guest.ts';
import { frame, type Part, payload, word } from '../wire/messages.ts';

export class Machine {
	readonly world: FakeWorld = fakeWorld();
	readonly guest = new FakeGuest();
	readonly fs: FakeFileSystem = fakeFileSystem();
	readonly kernel: Kernel;
	readonly released: number[] = [];
	readonly #dispatcher: Dispatcher;
	#report: Frame | undefined;
	readonly #seq = new Map<number, number>();

	constructor(maxTasks = 4) {
		this.kernel = fakeKernel(this.world, this.fs, maxTasks);
		this.#dispatcher = new Dispatcher({
			kernel: this.kernel,
			link: new GuestLink(this.guest),
			architecture: 'x64',
			channels: 8,
			report: () => this.#report,
			released: (channel) => this.released.push(channel),
			signaled: (_pid, _signal, errno) => {
				this.world.signals.shift()?.done(errno);
				this.kernel.changed();
			},
		});
		this.call(0, 'attach(iii)i', word(100), word(100), word(0));
	}

	/** A call of the task on a channel; its result, or undefined where it waits. */
	call(channel: number, signature: string, ...parts: readonly Part[]): number | undefined {
		const seq = (this.#seq.get(channel) ?? 0) + 1;
		this.#seq.set(channel, seq);
		const before = this.guest.results.get(channel)?.length ?? 0;
		this.raw(frame(channel, seq, payload(signature, ...parts)));
		return (this.guest.results.get(channel)?.length ?? 0) > before ? this.guest.result(channel) : undefined;
	}

	/** `interrupted` or `timeout` for the task's call that is going on, or for one `ago` calls before. */
	tell(channel: number, what: 'interrupted()v' | 'timeout()v', ago = 0): void {
		this.raw(frame(channel, (this.#seq.get(channel) ?? 0) - ago, payload(what)));
	}

	/** How many results a channel was given. */
	answers(channel: number): number {
		return this.guest.results.get(channel)?.length ?? 0;
	}

	supervisor(signature: string, ...parts: readonly Part[]): void {
		this.#report = { channel: supervisorChannel, seq: 1, payload: payload(signature, ...parts) };
		this.raw(frame(supervisorChannel, 0, Buffer.alloc(0)));
		this.#report = undefined;
	}

	reaped(pid: number, status: number): void {
		this.supervisor('reaped(iiiii)v', word(pid), word(status), word(1500), word(500), word(2048));
	}

	/** Forks the process on channel 0; the child's first task is on `channel`. */
	fork(channel: number, pid: number): void {
		const ticket = this.call(0, 'fork(i)i', word(17)) ?? 0;
		this.call(channel, 'attach(iii)i', word(pid), word(pid), word(1 + ticket));
		this.call(0, 'forked(ii)i', word(pid), word(ticket));
	}

	/** Lets every waiting task look again, as after something came from outside. */
	settle(): void {
		this.kernel.changed();
		this.#dispatcher.settle();
	}

	raw(bytes: Buffer): void {
		const splitter = new FrameSplitter();
		bytes.copy(splitter.buffer, splitter.space().offset);
		splitter.filled(bytes.length);
		for (let next = splitter.next(); next !== undefined; next = splitter.next()) this.#dispatcher.handle(next);
	}
}
