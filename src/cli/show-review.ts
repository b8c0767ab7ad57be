/** The review in the terminal, loaded when it is first needed. */
import { openTerminal } from '../host/terminal.ts';
import type { Review } from '../model/review.ts';
import { personName } from './machine.ts';
import { UserError } from './user-error.ts';

/** `plain`: as questions line by line; so it is too where the terminal knows no more (TERM=dumb). */
export function showReview(plain = false): (review: Review) => Promise<void> {
	return async (review) => {
		const terminal = openTerminal();
		if (terminal === undefined) throw new UserError('there is no terminal to show the review in');
		const { input, output } = terminal;
		try {
			const { editInTerminal } = await import('../host/editor.ts');
			const command = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
			const editor = (name: string, bytes: Uint8Array) => editInTerminal(command, name, bytes);
			const options = { input, output, env: process.env, person: personName(), editor };
			if (plain || process.env['TERM'] === 'dumb') {
				const { runPlainReview } = await import('../ui/plain-review.ts');
				await runPlainReview(review, options);
			} else {
				const [{ runReview }, { systemClock }] = await Promise.all([
					import('../ui/run-review.tsx'),
					import('../ui/clock.ts'),
				]);
				await runReview(review, { ...options, stop, clock: systemClock });
			}
		} finally {
			terminal.close();
		}
	};
}

/** Without a shell that could continue us nothing is stopped: the kernel drops the signal in an orphaned process group. */
function stop(): void {
	process.kill(process.pid, 'SIGTSTP');
}
