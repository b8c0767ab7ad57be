/** Shows a page of ours in the terminal, and gives the terminal back. */
import { openTerminal } from '../host/terminal.ts';
import type { Page } from '../ui/page.ts';
import { UserError } from './user-error.ts';

/** Undefined: the terminal went away. Throws UserError where there is none. */
export async function showInTerminal<Result>(page: Page<Result>): Promise<Result | undefined> {
	const terminal = openTerminal();
	if (terminal === undefined) throw new UserError('there is no terminal to ask in');
	const { input, output } = terminal;
	try {
		const { showPage } = await import('../ui/page.ts');
		return await showPage(page, { input, output, env: process.env });
	} finally {
		terminal.close();
	}
}
