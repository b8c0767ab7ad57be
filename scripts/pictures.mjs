/**
 * Takes the pictures in docs/pictures/ of the real program in a real terminal (tmux, 100 × 30): node scripts/pictures.mjs
 * Each scene has a home of its own; its path is shown as /home/elisabeth, which is as long. (Not in /tmp: that is the script's
 * private scratch.)
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pictureOf } from './terminal-svg.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const shownAs = '/home/elisabeth';
const columns = 100;
const rows = 30;

const scenes = [
	{
		name: 'review',
		script: 'tidy_config.py',
		words: 'config',
		files: { 'examples/tidy_config.py': 'tidy_config.py', 'examples/sample/config': 'config' },
		/** What has to be on the screen, and then the key that is pressed. */
		steps: [
			['1 of 8', 'a'],
			['2 of 8', 'a'],
			['3 of 8', undefined],
		],
	},
	{
		name: 'command',
		script: 'speed_up.py',
		words: '',
		files: { 'examples/speed_up.py': 'speed_up.py' },
		steps: [['install.sh | sh', undefined]],
	},
];

for (const scene of scenes) {
	const text = await photograph(scene);
	const target = join(root, 'docs/pictures', `${scene.name}.svg`);
	writeFileSync(target, pictureOf(text, { columns, rows, title: `approve-run ${scene.script} ${scene.words}`.trim() }));
	console.log(`docs/pictures/${scene.name}.svg`);
}

/** The screen as tmux gives it, with its escape sequences. */
async function photograph({ name, script, words, files, steps }) {
	const home = mkdtempSync('/var/tmp/');
	if (home.length !== shownAs.length) throw new Error(`${home} is not as long as ${shownAs}`);
	const project = join(home, 'project');
	const state = mkdtempSync(join(tmpdir(), 'approve-run-pictures-'));
	const socket = `approve-run-picture-${process.pid}-${name}`;
	const env = {
		PATH: '/usr/local/bin:/usr/bin:/bin',
		HOME: home,
		XDG_CACHE_HOME: process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
		XDG_STATE_HOME: state,
		LANG: 'C.UTF-8',
		TERM: 'xterm-256color',
	};
	// A server that has ended, because its program has, answers with an error: that is an empty answer.
	const tmux = (...args) => {
		const { error, stdout } = spawnSync('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], {
			encoding: 'utf8',
			env,
		});
		if (error) throw new Error(`tmux cannot be started (${error.message}); install it`);
		return stdout;
	};
	try {
		mkdirSync(project);
		for (const [from, to] of Object.entries(files)) cpSync(join(root, from), join(project, to), { recursive: true });
		const command = `cd ${project} && exec ${process.execPath} ${join(root, 'dist/approve-run.cjs')} ${script} ${words}`;
		tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, command);
		for (const [awaited, key] of steps) {
			await until(() => tmux('capture-pane', '-p').includes(awaited), `"${awaited}" in ${name}`);
			// A question counts as seen, and a key as an answer, after a quarter of a second.
			await wait(800);
			if (key !== undefined) tmux('send-keys', key);
		}
		const screen = tmux('capture-pane', '-e', '-p');
		tmux('send-keys', 'q');
		await wait(500);
		tmux('send-keys', 'y');
		await until(() => !tmux('list-sessions', '-F', 'there').includes('there'), `the end of ${name}`);
		return settled(screen, home);
	} finally {
		tmux('kill-server');
		for (const folder of [home, state]) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
	}
}

/** What differs from run to run, made the same: the folder's name and the seconds. */
function settled(screen, home) {
	return screen.replaceAll(home, shownAs).replaceAll(/\b\d\.\d s\b/g, '0.4 s');
}

async function until(isSo, what) {
	for (let tries = 0; tries < 300; tries += 1) {
		if (isSo()) return;
		await wait(100);
	}
	throw new Error(`waited 30 s for ${what}`);
}
