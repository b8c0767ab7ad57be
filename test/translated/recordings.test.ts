/** The recorded conversations with a real translated PyPy, played through the whole program. Where its controller was wrong, Linux is right. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nativePyPy } from '../conformance/run.ts';
import { fixtures, names, populate } from './world.ts';

const root = new URL('../../', import.meta.url).pathname;
let place = '';

beforeAll(() => {
	execFileSync(join(root, 'bin/setup'), ['--without-pypy']);
	// Outside of /tmp, which is private to a guest.
	place = fs.mkdtempSync('/var/tmp/recordings-');
}, 120_000);

afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

/** Plays one; how the run ended, what it printed, and where it differed from the recording. */
function play(name: string, input = '') {
	const world = join(place, name);
	fs.mkdirSync(world, { recursive: true });
	populate(world, name);
	const words = [nativePyPy, join(fixtures, 'player.py'), join(fixtures, 'traces'), world].map((word) => `'${word}'`);
	const player = `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`;
	fs.mkdirSync(join(world, 'lib/lib-python'), { recursive: true });
	fs.mkdirSync(join(world, 'lib/lib_pypy'), { recursive: true });
	fs.writeFileSync(join(world, 'lib/pypy3-c'), player, { mode: 0o755 });
	const policy = join(world, 'policy.yaml');
	const run = '{ read: allow, write: allow, delete: allow, run: deny, connect: deny }';
	fs.writeFileSync(policy, `name: recordings\ndefault: ${run}\ndenied: ignore\n`);
	const command = ['--unattended', '--policy', policy, '--runtime', join(world, 'lib'), join(world, `${name}.py`)];
	const result = spawnSync(process.execPath, [join(root, 'dist/approve-run.cjs'), ...command], {
		cwd: join(world, 'tmp'),
		env: {
			PATH: '/usr/bin:/bin',
			HOME: '/root',
			LANG: 'C.UTF-8',
			XDG_STATE_HOME: join(place, 'state'),
			XDG_CACHE_HOME: join(place, 'cache'),
		},
		input,
		encoding: 'utf8',
	});
	const last = result.stdout.trimEnd().split('\n').at(-1) ?? '';
	const differences: string[] | undefined = last.startsWith('[') ? JSON.parse(last) : undefined;
	return { result, differences };
}

/** Where the recorded controller was wrong, or told of a world that it had made up: in each, what Linux says is said now. */
const right: readonly RegExp[] = [
	// The machine's own: /proc/cpuinfo and /proc/meminfo, the streams of this test, the root directory, who runs it.
	/^line (4|13): read: \d+, now \d+$/,
	/^line \d+: fstat64: 10000 of 0 bytes, now (140000|10000|20000) of 0 bytes$/,
	/^line \d+: stat64 (\/usr)?\/bin\/gcc: errno 2, now errno 0$/,
	/^line \d+: readdir: lib proc script\.py sys tmp, now .*\bbin\b/,
	/^line \d+: open \/etc\/shadow: errno 2, now errno (0|13)$/,
	/^line \d+: open \/dev\/urandom: errno 2, now errno 0$/,
	// Directories can be made; the interpreter's own folder is read only, and what is there is there.
	/^line \d+: mkdir: errno 1, now errno (0|17|30)$/,
	/^line \d+: clock_gettime: errno 38, now errno 0$/,
	// A command that is refused did not succeed: `sh` could not be run.
	/^line \d+: system .*: 0, now 32512$/s,
	// delete.py: what was deleted is not listed. edit_file.py: a file opened to be written is empty.
	/^line 1811: readdir: cache config\.ini old\.log rows\.csv, now config\.ini rows\.csv$/,
	/^line 988: fstat64: 100000 of 29 bytes, now 100000 of 0 bytes$/,
	// write_file.py, seek.py: what was written can be read back, and appending begins at the end.
	/^line \d+: open \/tmp\/(data\.bin|report\.txt): errno 2, now errno 0$/,
	/^line 982: fstat64: 100000 of 0 bytes, now 100000 of 18 bytes$/,
	/^line 98[3578]: lseek: 0, now 18$/,
];

const input = [
	'input',
	'input/cache',
	'input/cache/deep',
	'input/cache/deep/c',
	'input/config.ini',
	'input/old.log',
	'input/rows.csv',
];

/** What lies in /tmp of the recording when the changes were applied; others leave it as it was. */
const left: Readonly<Record<string, readonly string[]>> = {
	delete: ['input', 'input/config.ini', 'input/rows.csv'],
	seek: ['data.bin', ...input],
	write_file: [...input, 'report.txt'],
};

describe.skipIf(!fs.existsSync(nativePyPy))(
	'a recorded conversation plays to its end, and each answer is what Linux says',
	{ timeout: 60_000 },
	() => {
		for (const name of names) {
			test(name, () => {
				const { result, differences } = play(name, 'reversed\n');
				expect(differences, result.stderr).toBeDefined();
				expect(differences?.filter((line) => !right.some((pattern) => pattern.test(line)))).toEqual([]);
				const found = fs.readdirSync(join(place, name, 'tmp'), { recursive: true, encoding: 'utf8' });
				expect(found.sort()).toEqual(left[name] ?? input);
			});
		}
	},
);
