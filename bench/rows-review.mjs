/** The review of a change in a large text, in a real terminal: how long until it is on the screen, and until a key is answered. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { amount } from './measure.mjs';

export const rows = [{ name: 'review', measure: review }];

const lineBytes = 100;
/** Between looks at the screen, milliseconds. A look itself takes 3. */
const lookMs = 1;

async function review(world) {
	const lines = world.some(500_000);
	const text = Array.from({ length: lines }, (_, at) => `line ${at} `.padEnd(lineBytes - 1, 'abcdefgh ')).join('\n');
	writeFileSync(join(world.folder, 'large.txt'), `${text}\n`);
	const changed = Math.floor(lines / 2);
	const script = world.file(
		'edit.py',
		`lines = open("large.txt").read().split("\\n")\nlines[${changed}] = "line ${changed} was CHANGED here"\nopen("large.txt", "w").write("\\n".join(lines))\n`,
	);
	const session = world.plan(script);
	const first = [];
	const keys = [];
	for (let round = 0; round < world.rounds(5); round++) {
		const terminal = await openTerminal(world, round);
		try {
			first.push(
				await terminal.answer(
					`${world.program} review ${session}`,
					(screen) => screen.includes('was CHANGED here'),
					true,
				),
			);
			for (const key of ['?', '?', 'w', 'w', 'v', 'v', 'Tab', 'Tab', 'o', 'o']) {
				keys.push(await terminal.answer(key, (screen, before) => screen !== before));
				await sleep(50);
			}
		} finally {
			terminal.close();
		}
	}
	return [
		amount('review of a 50 MB text, first screen', 1000, first, 'ms', `slowest ${Math.max(...first).toFixed(0)} ms`),
		amount('  a key answered', 100, [Math.max(...keys)], 'ms', `the slowest of ${keys.length} keys`),
	];
}

/** A shell in a tmux server of its own. */
export async function openTerminal(world, round) {
	const socket = `approve-run-bench-${process.pid}-${round}`;
	// With CI set a terminal program takes the terminal for none.
	const { CI: _, TMUX: __, ...env } = world.env;
	const tmux = (...words) => {
		const options = { cwd: world.folder, env: { ...env, LANG: 'C.UTF-8', TERM: 'xterm-256color' }, encoding: 'utf8' };
		const { status, error, stdout, stderr } = spawnSync(
			'tmux',
			['-u', '-L', socket, '-f', '/dev/null', ...words],
			options,
		);
		if (error || status !== 0) throw new Error(`tmux ${words[0]}: ${error?.message ?? stderr.trim()}`);
		return stdout;
	};
	const screen = () => tmux('capture-pane', '-p');
	tmux('new-session', '-d', '-x', '120', '-y', '40', 'sh -i');
	await until((text) => /[#$]/.test(text), screen);
	return {
		/** Types it, and waits for the screen that answers; milliseconds from the last key. */
		async answer(typed, isAnswer, enter = false) {
			if (enter) {
				tmux('send-keys', '-l', typed);
				await until((text) => text.includes(typed.slice(-20)), screen);
			}
			const before = screen();
			const start = process.hrtime.bigint();
			tmux('send-keys', enter ? 'Enter' : typed);
			await until((text) => isAnswer(text, before), screen, `no answer to ${typed}`);
			return Number(process.hrtime.bigint() - start) / 1e6;
		},
		/** Those that run in it. */
		processes: () => below(Number(tmux('display-message', '-p', '#{pane_pid}'))),
		close: () => tmux('kill-server'),
	};
}

async function until(isThere, screen, what = 'no shell') {
	const end = Date.now() + 60_000;
	for (let text = screen(); !isThere(text); text = screen()) {
		if (Date.now() > end) throw new Error(`${what}; the screen is\n${text}`);
		await sleep(lookMs);
	}
}

function sleep(milliseconds) {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Processes below `pid`. */
function below(pid) {
	const found = [];
	for (const task of readdirSync(`/proc/${pid}/task`)) {
		const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ');
		for (const child of children.filter((word) => word.trim() !== ''))
			found.push(Number(child), ...below(Number(child)));
	}
	return found;
}
