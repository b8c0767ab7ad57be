import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Tests in a real terminal (tmux), their own or that of test/e2e/terminal.ts. */
const terminal = readdirSync('test', { recursive: true, encoding: 'utf8' })
	.map((name) => `test/${name}`)
	.filter((name) => name.endsWith('.test.ts') && /'tmux'|'\.\/terminal\.ts'/.test(readFileSync(name, 'utf8')));

export default defineConfig({
	test: {
		setupFiles: ['test/setup/plain-environment.ts', 'test/setup/watch.ts'],
		pool: 'forks',
		maxWorkers: 2,
		// What waits for something that never comes; how fast anything is, is measured in bench/.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// A run that leaves a guest behind must end, and say so.
		teardownTimeout: 10_000,
		projects: [
			{ extends: true, test: { name: 'plain', include: ['test/**/*.test.{ts,tsx}'], exclude: terminal } },
			// Three programs and a person's times take turns there, on a machine that may be busy: one that fails must fail three times.
			{ extends: true, test: { name: 'terminal', include: terminal, retry: 2 } },
		],
	},
});
