/** A tape cannot be used: it is missing, was edited or cut off. `message` is a sentence that names the file. */
export class TapeError extends Error {
	override readonly name = 'TapeError';
}
