/** A mistake of the person at the keyboard: one clear sentence and an exit status, never a stack. */
export class UserError extends Error {
	readonly exitStatus: number;

	constructor(message: string, exitStatus = 125) {
		super(message);
		this.name = 'UserError';
		this.exitStatus = exitStatus;
	}
}
