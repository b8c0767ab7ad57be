/** Takes turns between what is compared, and says what came out: a median, and the best of all. */

/** Runs A B A B …, after one round that does not count; the numbers of each, in the order of `sides`. */
export async function interleave(rounds, sides) {
	const names = Object.keys(sides);
	const numbers = Object.fromEntries(names.map((name) => [name, []]));
	for (let round = -1; round < rounds; round++) {
		for (const name of names) {
			const value = await sides[name]();
			if (round >= 0) numbers[name].push(value);
		}
	}
	return numbers;
}

/** Milliseconds that `work` takes. */
export async function timed(work) {
	const start = process.hrtime.bigint();
	await work();
	return Number(process.hrtime.bigint() - start) / 1e6;
}

export function median(numbers) {
	const sorted = [...numbers].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A row of the table: ours against a peer. `note` tells the numbers behind it. */
export function ratio(what, bar, ours, peer, unit, peerName) {
	const mid = [median(ours), median(peer)];
	const best = [Math.min(...ours), Math.min(...peer)];
	return {
		what,
		bar,
		unit: '×',
		measured: mid[0] / mid[1],
		best: best[0] / best[1],
		note: `${show(mid[0])} ${unit}, ${peerName} ${show(mid[1])} ${unit}`,
	};
}

/** A row of the table that is a number of its own. */
export function amount(what, bar, numbers, unit, note = '') {
	return { what, bar, unit, measured: median(numbers), best: Math.min(...numbers), note };
}

export function show(number) {
	return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
