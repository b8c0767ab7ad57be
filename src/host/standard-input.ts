/** A script that comes over standard input. */
/** A script on standard input may be so large, bytes. */
const largestScript = 64 * 1024 * 1024;

/** All of standard input. Throws past 64 MiB. */
export async function readAllInput(): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of process.stdin) {
		chunks.push(chunk);
		length += chunk.length;
		if (length > largestScript) throw new Error('the script on standard input is larger than 64 MiB');
	}
	return Buffer.concat(chunks);
}
