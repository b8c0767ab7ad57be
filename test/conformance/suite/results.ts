/** What is known of each module: how many tests pass natively, how many of those inside, and each that differs with its reason. */
import * as fs from 'node:fs';
import type { ModuleRun } from './run-module.ts';

export type Known = {
	/** Tests that pass natively, and how many of those pass inside. */
	readonly native: number;
	readonly inside: number;
	/** Reason → the tests that differ for it. */
	readonly differences: Readonly<Record<string, readonly string[]>>;
	/** Why the module has no tests here; the numbers are 0 then. */
	readonly absent?: string;
};
export type Results = { readonly suite: string; readonly modules: Readonly<Record<string, Known>> };

const file = new URL('./results.json', import.meta.url).pathname;
/** Before what the test itself said, where nobody has written a reason. */
export const unexplained = 'not explained: ';

export function readResults(): Results {
	return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { suite: '', modules: {} };
}

/** A line for a module, and one for each reason. */
export function writeResults({ suite, modules }: Results): void {
	const lines = Object.keys(modules)
		.sort()
		.map((name) => `\t\t${JSON.stringify(name)}: ${moduleText(modules[name])}`);
	fs.writeFileSync(file, `{\n\t"suite": ${JSON.stringify(suite)},\n\t"modules": {\n${lines.join(',\n')}\n\t}\n}\n`);
}

function moduleText(known: Known | undefined): string {
	if (known === undefined) return 'null';
	if (known.absent !== undefined) return JSON.stringify(known);
	const numbers = `"native": ${known.native}, "inside": ${known.inside}`;
	const reasons = Object.entries(known.differences);
	if (reasons.length === 0) return `{ ${numbers}, "differences": {} }`;
	const lines = reasons.map(([why, tests]) => `\t\t\t\t${JSON.stringify(why)}: ${JSON.stringify(tests)}`);
	return `{\n\t\t\t${numbers},\n\t\t\t"differences": {\n${lines.join(',\n')}\n\t\t\t}\n\t\t}`;
}

export type Difference = { readonly test: string; readonly why: string };
export type Compared = {
	readonly native: number;
	readonly inside: number;
	readonly differences: readonly Difference[];
	readonly absent?: string;
};

/** Each test that passes natively, and what became of it inside. */
export function compare(native: ModuleRun, inside: ModuleRun): Compared {
	const passing = passingTests(native);
	const whole = inside.tests.get('(module)') ?? inside.tests.get('=(module)');
	const differences = passing.flatMap((test): Difference[] => {
		const ended = inside.tests.get(test);
		if (ended?.outcome === 'pass') return [];
		if (ended !== undefined) return [{ test, why: `${ended.outcome}: ${ended.why}` }];
		const setUp = [...inside.tests].find(([id]) => id.startsWith('=setUp') && test.startsWith(fixtureOf(id)));
		const why = setUp?.[1].why ?? inside.absent ?? whole?.why ?? 'it was not there';
		return [{ test, why: `not run: ${why}` }];
	});
	return {
		native: passing.length,
		inside: passing.length - differences.length,
		differences,
		...(native.absent === undefined ? {} : { absent: native.absent }),
	};
}

export function passingTests(run: ModuleRun): string[] {
	return [...run.tests].filter(([, { outcome }]) => outcome === 'pass').map(([id]) => id);
}

/** `setUpClass (test.test_os.WalkTests)` → `WalkTests`; of a module: everything. */
function fixtureOf(id: string): string {
	const name = /\(([\w.]+)\)/.exec(id)?.[1] ?? '';
	return id.startsWith('=setUpModule') ? '' : (name.split('.').at(-1) ?? '');
}

/** What is recorded from now on: reasons that a person wrote stay with their tests. */
export function recorded({ native, inside, differences, absent }: Compared, before: Known | undefined): Known {
	const reasons = new Map<string, string[]>();
	for (const { test, why } of differences) {
		// Not a page about the machine of whoever ran it.
		const reason = reasonFor(test, before) ?? unexplained + why.replace(/\/(?:root|home|var|tmp|work)[^'" ]*/g, '…');
		reasons.set(reason, [...(reasons.get(reason) ?? []), test].sort());
	}
	return { native, inside, differences: Object.fromEntries(reasons), ...(absent === undefined ? {} : { absent }) };
}

/** The reason that is known for a test. */
export function reasonFor(test: string, known: Known | undefined): string | undefined {
	const found = Object.entries(known?.differences ?? {}).find(([, tests]) => tests.includes(test));
	return found === undefined || found[0].startsWith(unexplained) ? undefined : found[0];
}

/** Tests that differ now and did not when the results were recorded. */
export function lost(compared: Compared, known: Known | undefined): Difference[] {
	const before = new Set(Object.values(known?.differences ?? {}).flat());
	return compared.differences.filter(({ test }) => !before.has(test));
}
