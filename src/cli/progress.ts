/** One line of progress on a stream: rewritten in place on a terminal, printed once for each new step elsewhere. */

export type Progress = {
	/** What is going on; what follows a comma (a percentage) alone is no new step. */
	tell(what: string): void;
	end(): void;
};

export function openProgress(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }): Progress {
	let shown = '';
	return {
		tell: (what) => {
			const line = `approve-run: ${what} … `;
			if (stream.isTTY) stream.write(`\r\u001b[K${line}`);
			else if (stepOf(what) !== stepOf(shown)) stream.write(`${line}\n`);
			shown = what;
		},
		end: () => {
			if (stream.isTTY && shown !== '') stream.write('done\n');
			shown = '';
		},
	};
}

function stepOf(what: string): string {
	return what.replace(/,.*/, '');
}
