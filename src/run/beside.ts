/** What is shown beside the review: the script's own text, and what it read. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { decodeName } from '../abi/bytes.ts';
import { readSmallFile } from '../host/source-file.ts';
import type { Limits } from '../model/limits.ts';
import type { Beside, ReadFile, ReviewItem, Source } from '../model/review.ts';
import { BrokenLog } from '../session/event-log.ts';
import type { Session } from '../session/store.ts';
import type { ChangeDecisions } from './change-decisions.ts';
import { carefulTest } from './change-notes.ts';
import type { RunScriptOptions } from './run-script-options.ts';

export type BesideOptions = {
	/** As the person gave it. */
	readonly script: string;
	/** Folder that relative paths are meant from. */
	readonly cwd: string;
	/** The script's bytes, where it is no file. */
	readonly code?: Uint8Array | undefined;
	/** SHA-256 of its bytes when the run began, in hex. */
	readonly sha256?: string | undefined;
	readonly reads: () => readonly ReadFile[];
};

/** What a review is given so that the script stands beside it. */
export function besideRun(
	{ about, facts, limits, code }: RunScriptOptions,
	reads: BesideOptions['reads'],
	decisions: ChangeDecisions,
): { readonly beside: Beside; readonly limits: Limits; readonly careful: (item: ReviewItem) => boolean } {
	const { script, cwd } = about;
	const beside = openBeside({ script, cwd, code, sha256: facts.hashes?.script, reads });
	return { beside, limits, careful: carefulTest(decisions, cwd) };
}

/** The same of a run that another process made; its record is read when somebody wants to see what is in it. */
export function besideSession(session: Session): Beside {
	let known: Beside | undefined;
	const open = (): Beside => {
		if (known !== undefined) return known;
		const { script, cwd } = session.record;
		const { sha256, reads } = recordedOf(session);
		known = openBeside({ script, cwd, sha256, reads: () => reads });
		return known;
	};
	return { source: async (file) => open().source(file), reads: () => open().reads() };
}

/** Nothing of a record that cannot be trusted. */
function recordedOf(session: Session): { readonly sha256: string | undefined; readonly reads: readonly ReadFile[] } {
	let sha256: string | undefined;
	const reads: ReadFile[] = [];
	try {
		for (const event of session.events()) {
			if (event.kind === 'started') sha256 = event.hashes?.script;
			if (event.kind !== 'effect' || event.effect.kind !== 'read') continue;
			if (reads.length < mostReads) reads.push({ path: event.effect.path, approved: event.approval.approved });
		}
	} catch (error) {
		if (!(error instanceof BrokenLog)) throw error;
		return { sha256: undefined, reads: [] };
	}
	return { sha256, reads };
}

/** Nobody reads more. */
const mostReads = 100_000;
/** Larger texts are not shown, bytes. */
const mostBytes = 4 * 1024 * 1024;

export function openBeside(options: BesideOptions): Beside {
	const { script, cwd, reads } = options;
	const isCode = script === '-' || script === '-c';
	const isScript = (file: string): boolean =>
		isCode ? file === '<stdin>' || file === '<string>' : resolve(cwd, file) === resolve(cwd, script);
	return {
		source: async (file) => (file === undefined || isScript(file) ? scriptText(options, isCode) : other(file)),
		reads,
	};

	/** The file is named by the guest: only what it was allowed to read is shown, so that it cannot point at anything else. */
	function other(file: string): Source {
		const path = resolve(cwd, file);
		if (!reads().some((read) => read.approved && read.path === path)) {
			return { kind: 'none', why: `${file} is not the script, and it read no such file` };
		}
		return fileText(path, file);
	}
}

function scriptText({ script, cwd, code, sha256 }: BesideOptions, isCode: boolean): Source {
	if (isCode) {
		if (code === undefined)
			return { kind: 'none', why: 'the code came with the command line or the input, and is not kept' };
		return { kind: 'text', name: script === '-' ? 'standard input' : 'the code of -c', text: decodeName(code) };
	}
	return fileText(resolve(cwd, script), script, sha256);
}

function fileText(path: string, name: string, sha256?: string): Source {
	const read = readSmallFile(path, mostBytes);
	switch (read.kind) {
		case 'missing':
			return { kind: 'none', why: `${name} is not there any more, or cannot be read` };
		case 'large':
			return { kind: 'none', why: `${name} is larger than ${mostBytes / 1024 ** 2} MiB` };
		case 'bytes': {
			const text = decodeName(read.bytes);
			const hasChanged = sha256 !== undefined && createHash('sha256').update(read.bytes).digest('hex') !== sha256;
			return { kind: 'text', name, text, ...(hasChanged ? { about: changedWords } : {}) };
		}
	}
}

const changedWords = 'This is not what ran: the file was changed since.';
