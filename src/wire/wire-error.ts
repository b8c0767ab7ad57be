/** The guest said something that is not the protocol. It ends the run: a guest that lies on the wire is not asked again. */
export class WireError extends Error {
	constructor(what: string) {
		super(`the guest broke the protocol: ${what}`);
		this.name = 'WireError';
	}
}
