/** Those who want to hear of something. */

export function createListeners<Arguments extends readonly unknown[]>(): {
	add(listener: (...given: Arguments) => void): () => void;
	call(...given: Arguments): void;
} {
	const all = new Set<(...given: Arguments) => void>();
	return {
		add(listener) {
			all.add(listener);
			return () => all.delete(listener);
		},
		call(...given) {
			for (const listener of [...all]) listener(...given);
		},
	};
}
