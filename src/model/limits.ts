/** What a run may use. Every one is finite. */
export type Limits = {
	/** Wall clock, milliseconds; time spent waiting for a person does not count. */
	readonly time: number;
	/** Processor time of the guest, milliseconds. */
	readonly cpu: number;
	/** Bytes of address space that one guest process may have in use. */
	readonly memory: number;
	/** Bytes the guest may print (standard output and error together). */
	readonly output: number;
	/** Threads and processes at one time. */
	readonly tasks: number;
	/** Bytes in the session's upper layer and scratch. */
	readonly disk: number;
	/** Files, directories and links that the guest may create or change. */
	readonly files: number;
	/** Bytes to hosts, and from them. */
	readonly sent: number;
	readonly received: number;
};

export type LimitName = keyof Limits;

export type LimitsUsed = { readonly [name in LimitName]: number };

/** The same for each of them. */
export function eachLimit(value: (name: LimitName) => number): Limits {
	return {
		time: value('time'),
		cpu: value('cpu'),
		memory: value('memory'),
		output: value('output'),
		tasks: value('tasks'),
		disk: value('disk'),
		files: value('files'),
		sent: value('sent'),
		received: value('received'),
	};
}
