/** A mistake of the person at the keyboard: one clear sentence and an exit status, never a stack. */
export class UserError extends Error {
	readonly exitStatus: number;

	/** `cause`: a PolicyError, whose places CI is told. */
	constructor(message: string, exitStatus = 125, cause?: unknown) {
		super(message, { cause });
		this.name = 'UserError';
		this.exitStatus = exitStatus;
	}
}
