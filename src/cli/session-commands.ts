/** `review`, `apply`, `discard`, `rollback`, `sessions`, `show`, `diff`. */

import { chooseMerged } from '../run/resolve-conflicts.ts';
import { applySession, discardSession, pendingChanges, reviewSession, rollbackSession } from '../run/review-session.ts';
import { openReaders } from '../session/change-readers.ts';
import { readHistory } from '../session/history.ts';
import { unifiedPatch } from '../session/patch.ts';
import type { Session, SessionEntry } from '../session/store.ts';
import { chooseInTerminal } from './choose-conflicts.ts';
import { findInstallation } from './installation.ts';
import { openActions, openRecovered, say } from './open-session.ts';
import { printableJson, printableLine, printablePatch, printableShort } from './printable.ts';
import { rememberFor } from './remember-rule.ts';
import { openApplyHost, openSessionStore } from './session-store.ts';
import { showReview } from './show-review.ts';
import { describeSession, safeChanges } from './show-session.ts';
import { UserError } from './user-error.ts';

export async function reviewCommand(
	id: string | undefined,
	{ plain = false }: { readonly plain?: boolean | undefined },
): Promise<number> {
	const named = id ?? waitingSession();
	if (named === undefined) return (await import('./list-command.ts')).listCommand('waiting');
	const opened = openActions(named);
	const remember = await rememberFor(opened.session.record, findInstallation());
	const actions = remember === undefined ? opened : { ...opened, remember };
	const end = await reviewSession(actions, showReview(plain), chooseInTerminal);
	if (end === 'discard') actions.store.discard(actions.session.id);
	say(
		end === 'apply'
			? `applied; take it back with: approve-run rollback ${actions.session.id}`
			: endWords(end, actions.session),
	);
	return 0;
}

export type ApplyFlags = { readonly force?: boolean | undefined; readonly merge?: boolean | undefined };

export async function applyCommand(id: string, flags: ApplyFlags): Promise<number> {
	const actions = openActions(id);
	const force = flags.force === true;
	const paths = await applySession(actions, flags.merge === true ? { choose: chooseMerged(force) } : { force });
	say(
		`${paths.length} ${paths.length === 1 ? 'path was' : 'paths were'} changed; take it back with: approve-run rollback ${actions.session.id}`,
	);
	return 0;
}

export function discardCommand(id: string): number {
	const actions = openActions(id);
	discardSession(actions);
	say(`session ${actions.session.id} is discarded; its record stays`);
	return 0;
}

export function rollbackCommand(id: string, flags: { readonly force?: boolean | undefined }): number {
	const actions = openActions(id);
	const result = rollbackSession(actions, flags.force === true);
	switch (result.kind) {
		case 'nothing':
			throw new UserError(`session ${actions.session.id} has changed nothing that could be put back`);
		case 'conflicts': {
			const list = result.conflicts
				.map(({ path, why }) => `  ${printableLine(path)}: ${printableLine(why)}`)
				.join('\n');
			throw new UserError(
				`nothing was put back: others have changed it since (rollback --force goes over that)\n${list}`,
			);
		}
		case 'rolled-back': {
			say(`${result.paths.length} ${result.paths.length === 1 ? 'path is' : 'paths are'} as before`);
			tellCommands(readHistory(actions.session));
			for (const { path } of result.left) say(`left as it is: ${printableLine(path)}`);
			return result.left.length > 0 ? 125 : 0;
		}
	}
}

export function sessionsCommand(): number {
	const host = openApplyHost();
	const entries = openRecovered(findInstallation(), host).list();
	if (entries.length === 0) process.stdout.write('no sessions yet\n');
	for (const entry of entries) process.stdout.write(`${sessionLine(entry)}\n`);
	return 0;
}

export function showCommand(id: string, flags: { readonly json?: boolean | undefined }): number {
	const actions = openActions(id);
	if (flags.json === true) process.stdout.write(`${printableJson(actions.session.report() ?? null)}\n`);
	else process.stdout.write(describeSession(actions.session, safeChanges(actions)));
	return 0;
}

/** A patch on standard output, its paths relative to the working directory of the run. */
export function diffCommand(id: string): number {
	const actions = openActions(id);
	const readers = openReaders(actions.host.tree, actions.host.files, actions.session.folder);
	const patch = unifiedPatch(pendingChanges(actions), actions.session.record.cwd, readers);
	// A terminal would obey what the script wrote; a file or a pipe gets every byte.
	process.stdout.write(process.stdout.isTTY ? printablePatch(patch.toString()) : patch);
	return 0;
}

/** What ran for real is nobody's to take back. */
function tellCommands(history: ReturnType<typeof readHistory>): void {
	if ('why' in history) {
		say(`which commands ran is not known: ${printableLine(history.why)}`);
		return;
	}
	const { commands } = history;
	const [only, ...more] = commands;
	if (only === undefined) return;
	say(`${more.length === 0 ? 'a command that ran is' : `${commands.length} commands that ran are`} not undone:`);
	for (const { argv, cwd, status } of commands) {
		const how = status === undefined ? '' : `, exit ${status}`;
		process.stderr.write(`  ${printableShort(argv.join(' '))}  (in ${printableShort(cwd)}${how})\n`);
	}
}

/** `review` without a name: the one that waits; undefined: there are several, and a terminal to choose in. */
function waitingSession(): string | undefined {
	const entries = openSessionStore(findInstallation(), openApplyHost()).list();
	const waiting = entries.flatMap((entry) =>
		entry.kind === 'session' && (entry.session.state.kind === 'waiting' || entry.session.state.kind === 'interrupted')
			? [entry]
			: [],
	);
	const [only, ...more] = waiting;
	if (only === undefined) throw new UserError('no session is waiting for a review', 0);
	if (more.length === 0) return only.session.id;
	if (process.stdin.isTTY && process.stdout.isTTY) return undefined;
	throw new UserError(
		`several sessions are waiting; name one:\n${waiting.map((entry) => `  ${sessionLine(entry)}`).join('\n')}`,
	);
}

function sessionLine(entry: SessionEntry): string {
	if (entry.kind === 'untrusted') return `${entry.id}  not trusted     ${printableLine(entry.why)}`;
	const { session } = entry;
	const when = new Date(session.record.started).toISOString().slice(0, 16).replace('T', ' ');
	const words = [session.record.script, ...session.record.argv].join(' ');
	return `${session.id}  ${session.state.kind.padEnd(16)}${when}  ${printableLine(words)}`;
}

function endWords(end: 'later' | 'discard', session: Session): string {
	return end === 'discard'
		? `session ${session.id} is discarded`
		: `nothing was changed; go on with: approve-run review ${session.id}`;
}
