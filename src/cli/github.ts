/**
 * Annotations for GitHub Actions: lines on standard error that its runner takes for commands ("Workflow commands for GitHub Actions").
 * What the runner takes for one is read from its source (actions/runner, ActionCommand.cs): a line that begins with `::` after white
 * space, or that has `##[` anywhere.
 */
import { relative, resolve, sep } from 'node:path';
import type { Problem } from '../policy/problem.ts';
import { printableShort } from './printable.ts';

export type Annotation = {
	readonly level: 'error' | 'warning';
	readonly message: string;
	readonly file?: string | undefined;
	readonly line?: number | undefined;
	readonly column?: number | undefined;
};

export type GithubPlace = {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** What relative files are relative to. */
	readonly cwd: string;
};

/** The runner shows so many of each level for a step, and leaves out the rest. */
const mostOfLevel = 10;

export function isGithub(env: Readonly<Record<string, string | undefined>>): boolean {
	return env['GITHUB_ACTIONS'] === 'true';
}

/** Mistakes and warnings of a file of ours, where this is a job of GitHub Actions. */
export function annotateProblems(
	{ file, problems }: { readonly file: string; readonly problems: readonly Problem[] },
	level: Annotation['level'],
): void {
	const annotations = problems.map((problem) => ({ level, file, ...problem }));
	process.stderr.write(annotationLines(annotations, { env: process.env, cwd: process.cwd() }));
}

/** The annotations as text, a line for each; empty where this is no job of GitHub Actions. */
export function annotationLines(annotations: readonly Annotation[], place: GithubPlace): string {
	if (!isGithub(place.env)) return '';
	return (['error', 'warning'] as const)
		.flatMap((level) => {
			const all = annotations.filter((one) => one.level === level);
			if (all.length <= mostOfLevel) return all;
			const shown = all.slice(0, mostOfLevel - 1);
			return [...shown, { level, message: `and ${all.length - shown.length} more` }];
		})
		.map((one) => `${annotationLine(one, place)}\n`)
		.join('');
}

function annotationLine({ level, message, file, line, column }: Annotation, place: GithubPlace): string {
	const inside = file === undefined ? undefined : fileInWorkspace(file, place);
	const properties =
		inside === undefined
			? {}
			: {
					file: inside,
					...(line === undefined ? {} : { line: String(line) }),
					...(column === undefined ? {} : { col: String(column) }),
				};
	const list = Object.entries({ ...properties, title: 'approve-run' }).map(
		([name, value]) => `${name}=${escapedProperty(value)}`,
	);
	return `::${level} ${list.join(',')}::${escapedData(printableShort(message))}`;
}

/** As the repository has it; undefined where it is no file of the repository. */
function fileInWorkspace(file: string, { env, cwd }: GithubPlace): string | undefined {
	const inside = relative(env['GITHUB_WORKSPACE'] ?? cwd, resolve(cwd, file));
	return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) ? undefined : inside;
}

function escapedData(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
	return escapedData(printableShort(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Finds what the runner would take for a command in what a script prints, piece by piece. Takes a little more for one than the runner does. */
export class CommandFinder {
	#line: 'begins' | 'colon' | 'goes on' = 'begins';
	#hashes = 0;
	#found = false;

	get found(): boolean {
		return this.#found;
	}

	/** Whether what was looked at last ended a line. */
	get atLineStart(): boolean {
		return this.#line === 'begins';
	}

	look(bytes: Uint8Array): void {
		for (const byte of bytes) {
			if (byte === 0x5b && this.#hashes === 2) this.#found = true;
			this.#hashes = byte === 0x23 ? Math.min(2, this.#hashes + 1) : 0;
			if (byte === 0x0a || byte === 0x0d) this.#line = 'begins';
			else if (byte === 0x3a && this.#line !== 'goes on') {
				if (this.#line === 'colon') this.#found = true;
				this.#line = 'colon';
			} else if (this.#line === 'colon' || (byte > 0x20 && byte < 0x7f)) this.#line = 'goes on';
		}
	}
}
