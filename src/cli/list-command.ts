/** `approve-run` alone: the list of sessions in the terminal, from which each is reviewed or looked at. */
import { isOpen } from '../model/session-list.ts';
import { reviewSession, WrongState } from '../run/review-session.ts';
import { isPruneDue } from '../session/prune.ts';
import { summarise } from '../session/summary.ts';
import type { SessionListView } from '../ui/session-page.ts';
import { chooseInTerminal } from './choose-conflicts.ts';
import { isExpected } from './exit-with-error.ts';
import { findInstallation } from './installation.ts';
import { openActions, openRecovered, say } from './open-session.ts';
import { pruneQuietly } from './prune-command.ts';
import { rememberFor } from './remember-rule.ts';
import { openApplyHost } from './session-store.ts';
import { showInTerminal } from './show-page.ts';
import { showReview } from './show-review.ts';
import { describeSession, safeChanges } from './show-session.ts';
import { UserError } from './user-error.ts';

/** `filter`: which ones are shown first. */
export async function listCommand(filter: SessionListView['filter'] = 'all'): Promise<number> {
	if (!(process.stdin.isTTY && process.stdout.isTTY)) {
		throw new UserError('name a script to run (approve-run --help tells more); approve-run sessions lists what ran');
	}
	const { firstListView, sessionPage } = await import('../ui/session-page.ts');
	const installation = findInstallation();
	const host = openApplyHost();
	let view: SessionListView = { ...firstListView, filter };
	const store = openRecovered(installation, host);
	if (isPruneDue(store.root, host.files, host.now())) pruneQuietly(installation, store, host, say);
	for (;;) {
		const sessions = openRecovered(installation, host).list().map(summarise);
		const page = sessionPage(sessions, view, (next) => {
			view = next;
		});
		const choice = await showInTerminal(page);
		if (choice === undefined || choice.kind === 'quit') return 0;
		const chosen = sessions.find(({ id }) => id === choice.id);
		if (chosen?.why !== undefined) await read('Session', [chosen.why, '', 'It is left as it is.']);
		else await open(choice.id, chosen !== undefined && isOpen(chosen));
	}
}

/** A review where there is something to decide, else the record. */
async function open(id: string, isToReview: boolean): Promise<void> {
	try {
		const actions = openActions(id);
		if (isToReview && (await reviewed(id))) return;
		await read('Session', describeSession(actions.session, safeChanges(actions)).trimEnd().split('\n'));
	} catch (error) {
		if (!isExpected(error)) throw error;
		await read('Not done', error.message.split('\n'));
	}
}

async function reviewed(id: string): Promise<boolean> {
	const opened = openActions(id);
	const remember = await rememberFor(opened.session.record, findInstallation());
	const actions = remember === undefined ? opened : { ...opened, remember };
	try {
		const end = await reviewSession(actions, showReview(), chooseInTerminal);
		if (end === 'discard') actions.store.discard(actions.session.id);
		return true;
	} catch (error) {
		if (error instanceof WrongState) return false;
		throw error;
	}
}

async function read(title: string, lines: readonly string[]): Promise<void> {
	const { textPage } = await import('../ui/text-page.ts');
	await showInTerminal(textPage(title, lines));
}
