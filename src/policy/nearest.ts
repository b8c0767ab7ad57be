/** Finds the known word that was most likely meant. */

/** The candidate with the smallest edit distance to `word`; ties go to the one that shares the longer beginning. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
	// A hostile or broken file may have a key of any length; no known word is longer than this.
	const short = word.slice(0, 64).toLowerCase();
	let best: string | undefined;
	let bestScore = Number.POSITIVE_INFINITY;
	for (const candidate of candidates) {
		const score = distance(short, candidate.toLowerCase()) - sharedPrefix(short, candidate.toLowerCase()) / 100;
		if (score < bestScore) {
			best = candidate;
			bestScore = score;
		}
	}
	return best;
}

/** Optimal string alignment: insert, delete, replace and swap of neighbours cost one each. */
function distance(a: string, b: string): number {
	let beforePrevious: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const current = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let cost = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
			}
			current.push(cost);
		}
		beforePrevious = previous;
		previous = current;
	}
	return previous[b.length] ?? 0;
}

function sharedPrefix(a: string, b: string): number {
	let length = 0;
	while (length < a.length && length < b.length && a[length] === b[length]) length++;
	return length;
}
