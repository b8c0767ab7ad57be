/** A policy's limits, and how a caller may tighten them. */
import type { LimitName, Limits } from '../model/limits.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

/** What counts where a policy says nothing. */
export const defaultLimits: Limits = Object.freeze({
	time: 60_000,
	cpu: 30_000,
	memory: 1024 ** 3,
	output: 10 * 1024 ** 2,
	tasks: 16,
	disk: 1024 ** 3,
	files: 10_000,
	sent: 100 * 1024 ** 2,
	received: 4 * 1024 ** 3,
});

/** How a limit is written. */
type LimitUnit = 'duration' | 'size' | 'count';

const limitUnits: Readonly<Record<LimitName, LimitUnit>> = Object.freeze({
	time: 'duration',
	cpu: 'duration',
	memory: 'size',
	output: 'size',
	tasks: 'count',
	disk: 'size',
	files: 'count',
	sent: 'size',
	received: 'size',
});

/** In the order of the policy's schema. */
export const limitNames: readonly LimitName[] = [
	'time',
	'cpu',
	'memory',
	'output',
	'tasks',
	'disk',
	'files',
	'sent',
	'received',
];

/** A limit that a caller wants is looser than the policy's. */
export class LimitTooLooseError extends Error {
	override readonly name = 'LimitTooLooseError';
	readonly limit: LimitName;

	constructor(limit: LimitName, wanted: number, allowed: number) {
		super(
			`${limit} ${formatLimit(limit, wanted)} is looser than the policy's ${formatLimit(limit, allowed)}; ` +
				`give at most ${formatLimit(limit, allowed)}, or change limits.${limit} in the policy`,
		);
		this.limit = limit;
	}
}

/**
 * `limits` with those of `overrides` (ms, bytes, counts) in their place.
 * Throws LimitTooLooseError where one is larger than the policy's, RangeError where one is no whole number.
 */
export function tightenLimits(
	limits: Limits,
	overrides: { readonly [name in LimitName]?: number | undefined },
): Limits {
	const tightened = { ...limits };
	for (const name of limitNames) {
		const wanted = overrides[name];
		if (wanted === undefined) continue;
		if (!Number.isSafeInteger(wanted) || wanted < 0)
			throw new RangeError(`${name} must be a whole number, not ${wanted}`);
		if (wanted > limits[name]) throw new LimitTooLooseError(name, wanted, limits[name]);
		tightened[name] = wanted;
	}
	return Object.freeze(tightened);
}

/** A limit's value (ms, bytes, count) from text; undefined where it is not written as `limitExample` shows. */
export function parseLimit(name: LimitName, text: string): number | undefined {
	const value = parseByUnit(limitUnits[name], text);
	// A run without time, memory or a task cannot start.
	return value === 0 && !mayBeZero(name) ? undefined : value;
}

/** A limit as a policy would write it. */
export function formatLimit(name: LimitName, value: number): string {
	switch (limitUnits[name]) {
		case 'duration':
			return formatDuration(value);
		case 'size':
			return formatSize(value);
		case 'count':
			return String(value);
	}
}

/** What to write, for an error: `a duration such as 60s, 500ms, 2m or 1h`. */
export function limitExample(name: LimitName): string {
	switch (limitUnits[name]) {
		case 'duration':
			return 'a duration such as 60s, 500ms, 2m or 1h';
		case 'size':
			return 'a size such as 1GiB, 10MiB, 512KiB or 100B';
		case 'count':
			return mayBeZero(name) ? 'a whole number' : 'a whole number from 1';
	}
}

function mayBeZero(name: LimitName): boolean {
	return name === 'output' || name === 'disk' || name === 'files' || name === 'sent' || name === 'received';
}

function parseByUnit(unit: LimitUnit, text: string): number | undefined {
	switch (unit) {
		case 'duration':
			return parseDuration(text);
		case 'size':
			return parseSize(text);
		case 'count':
			return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
	}
}
