/**
 * A run in a job of GitHub Actions. The script's output goes to the log of a runner that obeys lines of it; so commands are stopped
 * while the script runs, with a word that it cannot guess, and are taken again for our own annotations. The runner reads standard output and error
 * on threads of their own: what the script printed at its end may be read after our word. So where it printed anything that looks like a
 * command, they stay stopped.
 */
import type { Report, ReportEffect } from '../model/report.ts';
import type { OutsideStreams } from '../run/outside-streams.ts';
import { type Annotation, annotationLines, CommandFinder, type GithubPlace, isGithub } from './github.ts';

export type GithubRun = {
	/** The same streams, looked at. */
	streams(streams: OutsideStreams): OutsideStreams;
	/** Takes commands again, where that is safe, and tells the annotations. Only the first time. */
	end(report?: Report): void;
};

/** `makeWord`: one that nobody can guess. `write`: to standard error. */
export function githubRun(place: GithubPlace, makeWord: () => string, write: (text: string) => void): GithubRun {
	if (!isGithub(place.env)) return { streams: (streams) => streams, end: () => {} };
	const word = makeWord();
	const finders = { 1: new CommandFinder(), 2: new CommandFinder(), both: new CommandFinder() };
	let stopped = true;
	write(`::stop-commands::${word}\n`);
	return {
		streams: (streams) => ({
			...streams,
			write(stream, bytes) {
				// Both may be one pipe, and half of a command may come over each.
				for (const finder of [finders[stream], finders.both]) finder.look(bytes);
				return streams.write(stream, bytes);
			},
		}),
		end(report) {
			if (!stopped) return;
			stopped = false;
			if (!finders.both.atLineStart) write('\n');
			if (Object.values(finders).some(({ found }) => found)) {
				write(
					'approve-run: the script printed what GitHub Actions takes for commands; they stay stopped until this step ends, and there are no annotations\n',
				);
				return;
			}
			write(`::${word}::\n${report === undefined ? '' : annotationLines(annotationsOf(report), place)}`);
		},
	};
}

/** Errors: what was denied, and why the run did not end by itself. Warnings: what waits, and what is dangerous in what was allowed. */
export function annotationsOf(report: Report): readonly Annotation[] {
	const { exit, script } = report;
	const own = script === '-' || script === '-c' ? undefined : script;
	const ended = exit.reason === 'exited' || exit.reason === 'denied';
	const whole: readonly Annotation[] = ended
		? []
		: [{ level: 'error', file: own, message: exit.message ?? `the script ended: ${exit.reason}` }];
	return [...whole, ...report.effects.flatMap((effect) => effectAnnotation(effect, own))];
}

function effectAnnotation(effect: ReportEffect, script: string | undefined): readonly Annotation[] {
	const { decision, notes = [], origin, kind } = effect;
	const place = origin === undefined ? { file: script } : { file: origin.file, line: origin.line };
	const what = effectText(effect);
	switch (decision) {
		case 'deny':
			return [{ level: 'error', ...place, message: `denied: ${what}${whyText(effect)}` }];
		case 'ask':
			return [{ level: 'warning', ...place, message: `waits for a decision: ${what}` }];
		case 'allow':
			if (notes.length === 0 || kind === 'read') return [];
			return [{ level: 'warning', ...place, message: `${what}: ${notes.map(({ text }) => text).join('; ')}` }];
	}
}

/** Text of the guest: not made safe for anything. */
export function effectText({ kind, path, argv, host }: ReportEffect): string {
	return `${kind} ${path ?? argv?.join(' ') ?? host ?? ''}`;
}

/** ` (because, by the rule p.yaml:3)`. */
export function whyText({ by, because }: ReportEffect): string {
	const who = 'rule' in by ? `by ${by.rule}` : 'person' in by ? `by ${by.person}` : undefined;
	const parts = [because, who].filter((part) => part !== undefined);
	return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
