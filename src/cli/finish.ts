/** The end of a command. */

/** Its status becomes that of the process, which ends when nothing is left to do. */
export async function finish(status: number | Promise<number>): Promise<void> {
	process.exitCode = await status;
}

/**
 * The same, but the process leaves at once where nothing is left: all that a run promises is on the disk by then, and taking down the
 * heaps of its threads, object by object, takes 5 ms.
 */
export async function leave(status: Promise<number>): Promise<void> {
	await finish(status);
	const isWritten = [process.stdout, process.stderr].every((stream) => stream.writableLength === 0);
	if (isWritten && !process.getActiveResourcesInfo().includes('ProcessWrap')) process.exit();
}
