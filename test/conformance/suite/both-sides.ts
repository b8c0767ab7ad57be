/** One module on both sides. What passes natively is remembered, for it is the same each time. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './obtain.ts';
import { type Compared, compare, passingTests } from './results.ts';
import { type ModuleRun, runModule } from './run-module.ts';
import type { Sides } from './sides.ts';

/** A test that is refused its first command never comes to its second. */
const mostRounds = 6;
/** More than that differ for one reason, and not for want of time. */
const mostAgain = 500;

export type BothSides = {
	readonly compared: Compared;
	readonly native: ModuleRun;
	readonly inside: ModuleRun;
};

/**
 * Tests that differ are run inside once more, alone: in a folder of the machine, where commands see their files, with the shell
 * strings allowed that they were refused, and because on a busy machine some fail for want of time.
 * `again`: natively too, whatever is remembered.
 */
export async function runBothSides(suite: Suite, sides: Sides, module: string, again = false): Promise<BothSides> {
	sides.forgetCommands();
	const native = await nativeRun(suite, sides, module, again);
	const inside: ModuleRun =
		passingTests(native).length === 0
			? { tests: new Map(), errors: '', seconds: 0 }
			: await runModule(sides.inside, module, sides.place);
	let all = inside;
	for (let round = 0; round < mostRounds; round++) {
		const hung = (test: string): boolean => all.tests.get(test)?.outcome === 'hang';
		const differing = compare(native, all).differences.flatMap(({ test }) => (hung(test) ? [] : [test]));
		if (differing.length === 0 || differing.length > mostAgain) break;
		if (sides.learnCommands() === 0 && round > 0) break;
		const again = await runModule({ ...sides.insideMachine, moduleTime: 300_000 }, module, sides.place, differing);
		const tests = new Map(all.tests);
		for (const [id, ended] of again.tests) {
			if (ended.outcome === 'pass' || !tests.has(id)) tests.set(id, ended);
		}
		all = { ...all, tests, errors: again.errors, seconds: all.seconds + again.seconds };
	}
	return { compared: compare(native, all), native, inside: all };
}

async function nativeRun(suite: Suite, sides: Sides, module: string, again: boolean): Promise<ModuleRun> {
	const runner = fs.readFileSync(new URL('./one_module.py', import.meta.url));
	const key = createHash('sha256').update(runner).update(suite.version).update(String(process.getuid?.()));
	const file = join(suite.folder, '../native', key.digest('hex').slice(0, 12), `${module}.json`);
	if (!again && fs.existsSync(file)) {
		const { tests, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8'));
		return { ...rest, tests: new Map(tests) };
	}
	const run = await runModule(sides.native, module, sides.place);
	fs.mkdirSync(join(file, '..'), { recursive: true });
	fs.writeFileSync(`${file}.new`, JSON.stringify({ ...run, errors: '', tests: [...run.tests] }));
	fs.renameSync(`${file}.new`, file);
	return run;
}
