/**
 * Measures what issue and README promise, each against a peer in the same run: see bench/README.md.
 *
 *     node bench/run.mjs [--json] [--rounds N] [NAME…]
 *
 * Exit status: 0 all rows within their bars, 1 one is over, 2 one could not be measured.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { rows as callRows } from './rows-calls.mjs';
import { rows as crowdRows } from './rows-crowd.mjs';
import { rows as fileRows } from './rows-files.mjs';
import { rows as networkRows } from './rows-network.mjs';
import { rows as policyRows } from './rows-policy.mjs';
import { rows as reviewRows } from './rows-review.mjs';
import { rows as startRows } from './rows-start.mjs';
import { rows as translatedRows } from './rows-translated.mjs';
import { printTable, verdictOf } from './table.mjs';
import { openWorld } from './world.mjs';

const rows = [
	...startRows,
	...callRows,
	...fileRows,
	...networkRows,
	...policyRows,
	...reviewRows,
	...crowdRows,
	...translatedRows,
];
const names = rows.map(({ name }) => name);

const { values, positionals } = parseArgs({
	options: { json: { type: 'boolean' }, rounds: { type: 'string' }, scale: { type: 'string', default: '1' } },
	allowPositionals: true,
});
const unknown = positionals.find((name) => !names.includes(name));
const scale = Number(values.scale);
if (unknown !== undefined) fail(`there is no row ${unknown}; the rows are ${names.join(', ')}`);
if (!(scale > 0 && scale <= 1)) fail('--scale takes a number up to 1: how much of the work is done');

const world = await openWorld({ rounds: Number(values.rounds ?? 0), scale }).catch((error) => fail(error.message));
const results = [];
try {
	for (const row of rows) {
		if (positionals.length > 0 && !positionals.includes(row.name)) continue;
		process.stderr.write(`measuring ${row.name} …\n`);
		try {
			for (const result of await row.measure(world)) results.push({ row: row.name, ...result });
		} catch (error) {
			results.push({ row: row.name, what: row.name, failed: error instanceof Error ? error.message : String(error) });
		}
	}
} finally {
	world.close();
}

const load = loadavg().map((value) => value.toFixed(1));
if (values.json) console.log(JSON.stringify({ load, interpreter: world.interpreter, results }, null, '\t'));
else printTable(results, `${world.interpreter}; load ${load.join(' ')}`);
const verdicts = results.map(verdictOf);
process.exitCode = verdicts.includes('failed') ? 2 : verdicts.includes('over') ? 1 : 0;

function fail(text) {
	process.stderr.write(`bench: ${text}\n`);
	process.exit(2);
}
