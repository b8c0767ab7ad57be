/** What is said when a key or a paste is not taken as an answer. */

export const pasted = 'A paste is not an answer: nothing was done.';
export const tooSoon = 'Too soon to be an answer to this. Read it, then press the key again.';
