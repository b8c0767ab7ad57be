/** A folder to measure in, and the programs: approve-run with sessions of its own, and the very PyPy that it uses. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/approve-run', import.meta.url));
export const widePolicy = fileURLToPath(new URL('./wide.yaml', import.meta.url));

/** `rounds`: how often each row is measured, 0: as it likes. `scale`: how much of its work is done. */
export async function openWorld({ rounds, scale }) {
	// Not in /tmp: that is the script's own scratch directory.
	const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? '/var/tmp', 'approve-run-bench-'));
	const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
	// A review that was closed may still write its last words.
	process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(2));

	function run(command, words, input = {}) {
		const { status, error, stdout, stderr } = spawnSync(command, words, {
			cwd: folder,
			env,
			encoding: 'utf8',
			...input,
		});
		if (error) throw error;
		if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}: ${stderr.trim()}`);
		return stdout;
	}
	const ours = (...words) => run(program, ['--policy', widePolicy, ...words]);
	const [pypy, version] = ours('--unattended', '-c', 'import sys; print(sys.executable); print(sys.version)').split(
		'\n',
	);
	return {
		folder,
		env,
		program,
		pypy,
		interpreter: `${pypy}: Python ${version}`,
		rounds: (usual) => (rounds > 0 ? rounds : usual),
		/** So much of `count` as is asked for. */
		some: (count) => Math.max(1, Math.round(count * scale)),
		/** Writes a file into the folder; its path. */
		file(name, content) {
			writeFileSync(join(folder, name), content);
			return join(folder, name);
		},
		run,
		/** Standard output of a script under approve-run, unattended; throws where it does not end with 0. */
		ours: (...words) => ours('--unattended', ...words),
		/** Standard output of `approve-run WORD…`. */
		command: (...words) => run(program, words),
		plan(...words) {
			ours('--plan', ...words);
			return newestSession(env);
		},
		native: (...words) => run(pypy, words),
		/** The same without waiting, for what is looked at while it runs. */
		start: (words) => spawn(program, words, { cwd: folder, env, stdio: 'ignore' }),
		newestSession: () => newestSession(env),
		close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
	};
}

function newestSession(env) {
	const name = readdirSync(join(env.XDG_STATE_HOME, 'approve-run/sessions'))
		.filter((name) => /^[0-9A-Z]{26}$/.test(name))
		.sort()
		.at(-1);
	if (name === undefined) throw new Error('no session was made');
	return name;
}
