import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.{ts,tsx}'],
		setupFiles: ['test/setup/plain-environment.ts'],
		pool: 'forks',
		maxWorkers: 2,
		testTimeout: 30_000,
		hookTimeout: 30_000,
		// Real terminals and real processes on a machine that may be busy: one that fails must fail three times.
		retry: 2,
		// A run that leaves a guest behind must end, and say so.
		teardownTimeout: 10_000,
	},
});
