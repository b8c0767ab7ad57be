/** `--trace` of one run: its file, and what is written there of calls and of what was denied. */
import { type TraceFile, writeTraceFile } from '../host/trace-file.ts';
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import { deniedText, Trace, type TraceOptions } from '../syscalls/trace.ts';
import type { CallLink } from '../wire/call.ts';

export class Tracing {
	readonly #file: TraceFile;
	readonly #now: () => bigint;
	#trace: Trace | undefined;

	/** `fd`: of the file. `now`: nanoseconds. */
	constructor(fd: number, now: () => bigint) {
		this.#file = writeTraceFile(fd);
		this.#now = now;
	}

	/** Begins: what is traced are the calls that come over `link`. `kindsOf`: see TraceOptions. */
	over(link: CallLink, kindsOf?: TraceOptions['kindsOf']): Trace {
		const options = { link, now: this.#now, line: (text: string) => this.#file.line(text) };
		this.#trace = new Trace({ ...options, ...(kindsOf === undefined ? {} : { kindsOf }) });
		return this.#trace;
	}

	/** Told of each effect that is refused. */
	readonly denied = (effect: Effect, approval: Approval): void => {
		this.#trace?.denied(deniedText(effect, approval));
	};

	end(): void {
		this.#trace?.close();
		this.#file.flush();
	}
}
