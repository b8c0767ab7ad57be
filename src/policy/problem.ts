/** What is wrong with a policy file, and where. */

export type Problem = {
	/** Both count from 1. */
	readonly line: number;
	readonly column: number;
	readonly message: string;
};

/** A policy that cannot be used. `message` has one line for each problem: `file:line:column: what is wrong`. */
export class PolicyError extends Error {
	override readonly name = 'PolicyError';
	readonly file: string;
	readonly problems: readonly Problem[];

	constructor(file: string, problems: readonly Problem[]) {
		const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
		super(sorted.map((problem) => formatProblem(file, problem)).join('\n'));
		this.file = file;
		this.problems = Object.freeze(sorted);
	}
}

function formatProblem(file: string, problem: Problem): string {
	return `${file}:${problem.line}:${problem.column}: ${problem.message}`;
}
