/** The one place where an error becomes words and an exit status. */
import { SysError } from '../abi/errno.ts';
import { LaunchError } from '../host/launch.ts';
import { RuntimeError } from '../interpreter/find-types.ts';
import { PolicyError } from '../policy/problem.ts';
import { TapeError } from '../replay/tape-error.ts';
import { WrongState } from '../run/review-session.ts';
import { ConflictError } from '../run/session-work.ts';
import { ApplyError } from '../session/apply.ts';
import { LockedError } from '../session/apply-lock.ts';
import { BrokenLog } from '../session/event-log.ts';
import { DamagedJournal } from '../session/recover.ts';
import { NoSuchSession, SessionBusy, UntrustedSession } from '../session/store.ts';
import { annotateProblems } from './github.ts';
import { printable } from './printable.ts';
import { UserError } from './user-error.ts';

/** SysError: what the machine refuses of our own files; its message names the path. */
const expected = [
	SysError,
	LaunchError,
	WrongState,
	ConflictError,
	ApplyError,
	LockedError,
	BrokenLog,
	DamagedJournal,
	NoSuchSession,
	SessionBusy,
	TapeError,
	UntrustedSession,
];

/** Whether an error is one that a person can do something about, and its message says what. */
export function isExpected(error: unknown): error is Error {
	return error instanceof UserError || error instanceof RuntimeError || expected.some((kind) => error instanceof kind);
}

/** A mistake of the user is one sentence; a bug of ours shows its stack and asks to be told. */
export function exitWithError(error: unknown): void {
	// `approve-run sessions | head`: the reader has what it wanted.
	if (error instanceof Error && 'code' in error && error.code === 'EPIPE') {
		process.exitCode = 0;
		return;
	}
	if (isCommander(error)) {
		process.exitCode = error.exitCode === 0 ? 0 : 125;
		return;
	}
	process.exitCode = error instanceof UserError || error instanceof RuntimeError ? error.exitStatus : 125;
	if (isExpected(error)) {
		process.stderr.write(`approve-run: ${printable(error.message)}\n`);
		const { cause } = error;
		if (cause instanceof PolicyError) annotateProblems(cause, 'error');
		return;
	}
	const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
	process.stderr.write(
		`approve-run: this is a bug in approve-run; nothing more was changed. Please report it with:\n${printable(stack)}\n`,
	);
}

/** commander has told its message already. */
function isCommander(error: unknown): error is { readonly exitCode: number } {
	return (
		error instanceof Error && 'code' in error && String(error.code).startsWith('commander.') && 'exitCode' in error
	);
}
