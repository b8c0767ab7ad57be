/** Holds what a replayed script wants against what it wanted in the run. */
import { describeEffect, type Effect } from '../model/effect.ts';
import { originKey } from '../model/origin-key.ts';
import type { Origin } from '../model/review.ts';
import type { Counts, Difference } from '../replay/outcome.ts';
import type { Outbound } from '../replay/tape-reader.ts';
import type { FromWorker } from './messages.ts';
import { outboundText } from './outbound.ts';

/** The replay has come to its result. */
export class Differs extends Error {
	readonly difference: Difference;

	constructor(difference: Difference) {
		super(difference.about);
		this.difference = difference;
	}
}

/** The record has no more to compare with. */
export class RecordEnds extends Error {}

export class Comparison {
	readonly #recorded: readonly Outbound[];
	/** Whether the tape has all that the script wanted. */
	readonly #whole: boolean;
	readonly #origins = new Map<string, Origin>();
	readonly #met = new Set<Outbound>();
	#next = 0;
	/** Wants come in another order than in the run: that of its tasks is not played again. */
	unordered = false;
	readonly #counts = { reads: 0, commands: 0, connections: 0 };

	constructor(recorded: readonly Outbound[], whole: boolean) {
		this.#recorded = recorded;
		this.#whole = whole;
	}

	/** The same of the run, where this is something that is compared. Throws Differs and RecordEnds. */
	said(message: FromWorker): Outbound | undefined {
		if (message.kind === 'origin') this.#origins.set(message.key, message.origin);
		const text = outboundText(message);
		if (text === undefined) return undefined;
		const found = this.#expected(text);
		if (found?.text !== text) throw this.#differs(found, text, message);
		this.#met.add(found);
		this.#count(message);
		return found;
	}

	/** What the script wanted in the run and did not want now. */
	left(): string | undefined {
		const left = this.#recorded.find((one) => !this.#met.has(one));
		return left === undefined ? undefined : describeOutbound(left.text);
	}

	/** Numbers of what was asked for so far, in the run. */
	metIds(): number[] {
		return [...this.#met].flatMap(({ id }) => (id === undefined ? [] : [id]));
	}

	/** Where in the script a path was wanted last, as the script says. */
	originOf(path: string): Origin | undefined {
		return this.#origins.get(path);
	}

	get counts(): Pick<Counts, 'reads' | 'commands' | 'connections'> {
		return this.#counts;
	}

	#expected(text: string): Outbound | undefined {
		if (this.unordered) return this.#recorded.find((one) => one.text === text && !this.#met.has(one)) ?? this.#first();
		const next = this.#recorded[this.#next];
		this.#next += 1;
		if (next === undefined && !this.#whole) throw new RecordEnds();
		return next;
	}

	#first(): Outbound | undefined {
		return this.#recorded.find((one) => !this.#met.has(one));
	}

	#differs(found: Outbound | undefined, text: string, message: FromWorker): Differs {
		const effect = 'effect' in message ? message.effect : undefined;
		const origin = effect === undefined ? undefined : this.#origins.get(originKey(effect));
		return new Differs({
			about: 'what the script wants',
			recorded: found === undefined ? undefined : describeOutbound(found.text),
			now: describeOutbound(text),
			...(origin === undefined ? {} : { origin }),
		});
	}

	#count(message: FromWorker): void {
		if (message.kind === 'command') this.#counts.commands += 1;
		if (message.kind !== 'effect' || !message.approval.approved) return;
		if (message.effect.kind === 'read') this.#counts.reads += 1;
		if (message.effect.kind === 'connect') this.#counts.connections += 1;
	}
}

/** In words. Text of the guest: made visible where it is shown. */
function describeOutbound(text: string): string {
	const parsed: unknown = JSON.parse(text);
	const [kind, what]: unknown[] = Array.isArray(parsed) ? parsed : [];
	if ((kind === 'ask' || kind === 'allowed' || kind === 'denied') && isEffect(what)) {
		const words = describeEffect(what);
		return kind === 'denied' ? `${words} (denied)` : words;
	}
	if (kind === 'command' && typeof what === 'object' && what !== null && 'argv' in what && Array.isArray(what.argv))
		return `run ${what.argv.join(' ')}`;
	if (kind === 'input') return 'input for a command';
	return `${String(kind)} ${String(what)}`;
}

function isEffect(value: unknown): value is Effect {
	if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
	if (value.kind === 'run') return 'argv' in value && Array.isArray(value.argv);
	return 'path' in value || 'host' in value;
}
