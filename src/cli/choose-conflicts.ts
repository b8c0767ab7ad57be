/** Asks in the terminal what becomes of each change that the machine stands against. */
import type { Choice, ChooseConflicts } from '../model/conflict.ts';
import { showInTerminal } from './show-page.ts';

export const chooseInTerminal: ChooseConflicts = async (views) => {
	const { conflictPage } = await import('../ui/conflict-page.ts');
	const choices = new Map<string, Choice>();
	let said: string | undefined;
	for (;;) {
		const result = await showInTerminal(conflictPage(views, choices, said));
		if (result?.kind === 'done') return choices;
		if (result?.kind !== 'edit') return undefined;
		const view = views.find(({ path }) => path === result.path);
		said = view?.draft === undefined ? undefined : await edit(view.path, view.draft, choices);
	}
};

/** Takes what the person made of it; a sentence where nothing was taken. */
async function edit(path: string, draft: Uint8Array, choices: Map<string, Choice>): Promise<string | undefined> {
	const { editInTerminal } = await import('../host/editor.ts');
	const { hasMarks } = await import('../session/three-way.ts');
	const before = choices.get(path);
	const bytes = before?.kind === 'edited' ? before.bytes : draft;
	const result = await editInTerminal(process.env['VISUAL'] || process.env['EDITOR'] || 'vi', path, bytes);
	switch (result.kind) {
		case 'failed':
			return `Nothing was taken: ${result.why}`;
		case 'same':
			return 'It is as it was; nothing was taken.';
		case 'edited':
			if (hasMarks(result.bytes)) return 'Nothing was taken: marks of the conflict are left in it.';
			choices.set(path, { kind: 'edited', bytes: result.bytes });
			return undefined;
	}
}
