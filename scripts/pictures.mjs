/**
 * Takes the pictures in docs/pictures/, and the recording, of the real program in a real terminal (tmux, 100 × 30): node scripts/pictures.mjs
 * Each scene has a home of its own; its path is shown as /home/elisabeth, which is as long. (Not in /tmp: that is the script's
 * private scratch.)
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pictureOf, recordingOf } from './terminal-svg.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const shownAs = '/home/elisabeth';
const columns = 100;
const rows = 30;

/** How long a screen of the recording stands, seconds. */
const standing = { short: 1.6, long: 3.2, last: 5 };

const scenes = [
	{
		name: 'recording',
		script: 'tidy_config.py',
		words: 'config',
		files: { 'examples/tidy_config.py': 'tidy_config.py', 'examples/sample/config': 'config' },
		isRecorded: true,
		steps: [
			['1 of 8', 'a'],
			['2 of 8', 'a'],
			['3 of 8', 't', 'still'],
			['tidy_config.py, line', 'Escape'],
			['3 of 8', 'a'],
			['4 of 8', 'a'],
			['5 of 8', 'd'],
			['6 of 8', 'a'],
			['7 of 8', 'a'],
			['8 of 8', 'a'],
			['All is decided', 'Enter'],
			['Apply 7 approved changes?', 'y'],
			['rollback', undefined],
		],
	},
	{
		name: 'script',
		script: 'tidy_config.py',
		words: 'config',
		files: { 'examples/tidy_config.py': 'tidy_config.py', 'examples/sample/config': 'config' },
		steps: [
			['1 of 8', 'j'],
			['2 of 8', 'j'],
			['3 of 8', 't'],
			['tidy_config.py, line', undefined],
		],
	},
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
	const frames = await photograph(scene);
	const target = join(root, 'docs/pictures', `${scene.name}.svg`);
	const look = { columns, rows, title: `approve-run ${scene.script} ${scene.words}`.trim() };
	const last = frames.at(-1)?.screen ?? '';
	writeFileSync(target, scene.isRecorded ? recordingOf(frames, look) : pictureOf(last, look));
	console.log(`docs/pictures/${scene.name}.svg`);
}

/** The screens as tmux gives them, with their escape sequences, each before its key is pressed. */
async function photograph({ name, script, words, files, steps, isRecorded }) {
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
		const program = `${process.execPath} ${join(root, 'dist/approve-run.cjs')} ${script} ${words}`;
		// What stands in the terminal afterwards belongs to a recording.
		const command = `cd ${project} && ${isRecorded ? `${program}; read -r _` : `exec ${program}`}`;
		const frames = [];
		tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, command);
		for (const [awaited, key, still] of steps) {
			await until(() => tmux('capture-pane', '-p').includes(awaited), `"${awaited}" in ${name}`);
			// A question counts as seen, and a key as an answer, after a quarter of a second.
			await wait(800);
			const screen = settled(tmux('capture-pane', '-e', '-p'), home);
			const seconds = still || key === 'Escape' ? standing.long : key === undefined ? standing.last : standing.short;
			frames.push({ screen, seconds, still: still !== undefined });
			if (key !== undefined) tmux('send-keys', key);
		}
		if (isRecorded) return frames;
		tmux('send-keys', 'Escape');
		await wait(100);
		tmux('send-keys', 'q');
		await wait(500);
		tmux('send-keys', 'y');
		await until(() => !tmux('list-sessions', '-F', 'there').includes('there'), `the end of ${name}`);
		return frames;
	} finally {
		tmux('kill-server');
		for (const folder of [home, state]) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
	}
}

/** What differs from run to run, made the same: the folder's name, who sits here, the seconds, the session. */
function settled(screen, home) {
	return screen
		.replaceAll(home, shownAs)
		.replaceAll(`approved by ${userInfo().username}`, 'approved by elisabeth')
		.replaceAll(/\b\d\.\d s\b/g, '0.4 s')
		.replaceAll(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, '01M8E2K7Q4WZ5T9VBN3RDXH6GC');
}

async function until(isSo, what) {
	for (let tries = 0; tries < 300; tries += 1) {
		if (isSo()) return;
		await wait(100);
	}
	throw new Error(`waited 30 s for ${what}`);
}
