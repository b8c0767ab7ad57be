/** Writes a file that is mostly holes without filling them: 5 GiB of nothing do not go to the disk. */
import type { Tree } from '../host/atomic-tree.ts';
import { chunkSize } from './machine-node.ts';

/** `end` is called when all was taken. */
export type Writer = { take(chunk: Uint8Array): void; end(): void };

export function plainWriter(tree: Tree, to: number): Writer {
	return { take: (chunk) => tree.write(to, chunk), end: () => {} };
}

/** Chunks of zeros become holes; a chunk has at most `chunkSize` bytes. */
export function sparseWriter(tree: Tree, to: number): Writer {
	const zeros = Buffer.alloc(chunkSize);
	let at = 0;
	let endsInHole = false;
	return {
		take(chunk) {
			endsInHole = zeros.compare(chunk, 0, chunk.length, 0, chunk.length) === 0;
			if (!endsInHole) tree.write(to, chunk, at);
			at += chunk.length;
		},
		end() {
			if (endsInHole) tree.resize(to, at);
		},
	};
}
