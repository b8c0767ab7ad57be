/** The results as a table on standard output. */
import { show } from './measure.mjs';

/** `-` where a row has no bar and is there to be seen. */
export function verdictOf({ failed, bar, measured }) {
	if (failed !== undefined) return 'failed';
	if (bar === undefined) return '-';
	return measured <= bar ? 'ok' : 'over';
}

export function printTable(results, title) {
	const head = ['what', 'bar', 'median', 'best', '', 'behind it'];
	const lines = results.map((result) => {
		const { what, bar, unit, measured, best, failed, note } = result;
		if (failed !== undefined) return [what, '', '', '', 'failed', failed];
		const amount = (number) => (number === undefined ? '' : `${show(number)} ${unit}`);
		return [what, amount(bar), amount(measured), amount(best), verdictOf(result), note];
	});
	const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at].length)));
	const rule = widths.map((width) => '-'.repeat(Math.min(width, 40)));
	console.log(`${title}\n`);
	for (const line of [head, rule, ...lines]) {
		console.log(
			line
				.map((cell, at) => (at > 0 && at < 4 ? cell.padStart(widths[at]) : cell.padEnd(widths[at])))
				.join('  ')
				.trimEnd(),
		);
	}
}
