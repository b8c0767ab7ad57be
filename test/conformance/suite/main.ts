/** `npm run conformance`: PyPy's own tests, natively and inside. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BothSides, runBothSides } from './both-sides.ts';
import { modulesOf, obtainSuite } from './obtain.ts';
import { pageOf } from './page.ts';
import { lost, readResults, recorded, writeResults } from './results.ts';
import { openSides } from './sides.ts';

const usage = `npm run conformance [-- OPTION…] [MODULE…]: PyPy's own tests, natively and inside. No module: all of them.

  --save      records the result in results.json, and writes docs/conformance.md
  --again     runs natively too, also where it is known what passes
  --missing   those modules alone that are not recorded yet
  --jobs N    modules at one time (default 1)
  --page      writes docs/conformance.md of what is recorded, and runs nothing
`;

const root = join(import.meta.dirname, '..');
const { flags, positionals } = readArguments();

if (flags.help) process.stdout.write(usage);
else if (flags.page) writePage();
else process.exitCode = await run();

function readArguments() {
	try {
		const { values, positionals } = parseArgs({
			allowPositionals: true,
			options: {
				help: { type: 'boolean', default: false },
				save: { type: 'boolean', default: false },
				again: { type: 'boolean', default: false },
				missing: { type: 'boolean', default: false },
				page: { type: 'boolean', default: false },
				jobs: { type: 'string', default: '1' },
			},
		});
		return { flags: values, positionals };
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
		process.exit(2);
	}
}

async function run(): Promise<number> {
	const suite = obtainSuite(root);
	const place = fs.mkdtempSync('/var/tmp/testsuite-');
	const sides = openSides(suite, root, place);
	const known = readResults().modules;
	const all = positionals.length > 0 ? positionals.map((name) => name.replace(/\.py$/, '')) : modulesOf(suite);
	const modules = all.filter((name) => !flags.missing || known[name] === undefined);
	let bad = 0;
	const work = async (): Promise<void> => {
		for (let module = modules.shift(); module !== undefined; module = modules.shift()) {
			const both = await runBothSides(suite, sides, module, flags.again);
			const now = readResults();
			tellModule(module, both, lost(both.compared, now.modules[module]).length);
			bad += lost(both.compared, now.modules[module]).length;
			if (!flags.save) continue;
			writeResults({
				suite: `pypy3-lib-testsuite ${suite.version}`,
				modules: { ...now.modules, [module]: recorded(both.compared, now.modules[module]) },
			});
		}
	};
	await Promise.all(Array.from({ length: Math.max(1, Number(flags.jobs)) }, work));
	fs.rmSync(place, { recursive: true, force: true });
	if (flags.save) writePage();
	return bad > 0 && !flags.save ? 1 : 0;
}

function tellModule(module: string, { compared, native, inside }: BothSides, news: number): void {
	const { native: passing, inside: passed, differences, absent } = compared;
	const numbers = absent === undefined ? `${passing} natively, ${passed} inside` : `absent: ${absent}`;
	const times = `${native.seconds} s, ${inside.seconds} s`;
	console.log(`${module.padEnd(36)} ${numbers} (${times})${news > 0 ? `, ${news} not recorded` : ''}`);
	for (const { test, why } of differences) console.log(`    ${test}: ${why}`);
	if (differences.length > 0 && process.env['VERBOSE']) console.log(inside.errors);
}

/** Also brings results.json into its form. */
function writePage(): void {
	writeResults(readResults());
	fs.writeFileSync(join(root, 'docs/conformance.md'), pageOf(readResults()));
}
