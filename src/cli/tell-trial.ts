/** Tells how `policy test` came out: in lines, as JUnit's XML, as annotations. */
import { annotationLines } from './github.ts';
import { type JunitCase, junitXml } from './junit.ts';
import { printableLine } from './printable.ts';
import { write } from './run-outputs.ts';

export type TrialResult = {
	/** The kind of effect. */
	readonly group: string;
	readonly name: string;
	/** `text` begins the line that tells a difference. */
	readonly place: { readonly text: string; readonly file?: string; readonly line?: number; readonly column?: number };
	readonly problem: string | undefined;
};

export type Trial = {
	readonly results: readonly TrialResult[];
	/** `case`, `effect`. */
	readonly what: string;
	readonly ending: string;
};

/** The exit status: 1 where something differs. Throws UserError where the XML can not be written. */
export function tellTrial(given: string, { results, what, ending }: Trial, junit: string | undefined): number {
	const wrong = results.filter(({ problem }) => problem !== undefined);
	for (const { place, name, problem } of wrong) print(`${place.text}: ${name}: ${problem}`);
	print(`${counted(results.length, what)}, ${wrong.length} ${ending}`);
	if (junit !== undefined) write(junit, junitXml({ name: given, cases: results.map(caseOf) }));
	const annotations = wrong.map(({ place, name, problem }) => {
		const { file, line, column } = place;
		return { level: 'error', message: `${name}: ${problem}`, file, line, column } as const;
	});
	process.stderr.write(annotationLines(annotations, { env: process.env, cwd: process.cwd() }));
	return wrong.length > 0 ? 1 : 0;
}

export function counted(count: number, what: string): string {
	return `${count} ${count === 1 ? what : `${what}s`}`;
}

function caseOf({ group, name, place, problem }: TrialResult): JunitCase {
	const { file, line } = place;
	return {
		group,
		name,
		...(file === undefined ? {} : { file }),
		...(line === undefined ? {} : { line }),
		result: problem === undefined ? { kind: 'passed' } : { kind: 'failed', message: problem, type: 'differs' },
	};
}

function print(line: string): void {
	process.stdout.write(`${printableLine(line)}\n`);
}
