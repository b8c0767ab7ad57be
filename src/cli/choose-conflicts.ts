/** Asks in the terminal what becomes of each change that the machine stands against. */
import type { Choice, ChooseConflicts } from '../model/conflict.ts';
import { showInTerminal } from './show-page.ts';

export const chooseInTerminal: ChooseConflicts = async (views) => {
	const { conflictPage } = await import('../ui/conflict-page.ts');
	const choices = new Map<string, Choice>();
	const result = await showInTerminal(conflictPage(views, choices, false));
	return result?.kind === 'done' ? choices : undefined;
};
