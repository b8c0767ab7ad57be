/** A shell in a real terminal (tmux), told when its screen changes: how long from a key to the screen that answers. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long an answer may take, milliseconds. */
const patienceMs = 60_000;

/** `round` names a tmux server of its own. */
export async function openTerminal(world, round) {
	const socket = join(world.folder, `tmux-${round}`);
	// With CI set a terminal program takes the terminal for none.
	const { CI: _, TMUX: __, ...env } = world.env;
	const options = { cwd: world.folder, env: { ...env, LANG: 'C.UTF-8', TERM: 'xterm-256color' }, encoding: 'utf8' };
	const words = ['-u', '-S', socket, '-f', '/dev/null'];
	const started = spawnSync('tmux', [...words, 'new-session', '-d', '-x', '120', '-y', '40', 'sh -i'], options);
	if (started.error || started.status !== 0)
		throw new Error(`tmux: ${started.error?.message ?? started.stderr.trim()}`);
	// One client for all: a process for each key and look takes longer than most answers, and the processor from those that answer.
	const client = spawn('tmux', [...words, '-C', 'attach-session', '-f', 'ignore-size'], { ...options, stdio: 'pipe' });
	const control = createControl(client);
	const end = () => {
		spawnSync('tmux', [...words, 'kill-server'], options);
		client.kill();
	};
	const screen = async () => `${(await control.command('capture-pane -p')).join('\n')}\n`;
	const until = async (isThere, what) => {
		const latest = Date.now() + patienceMs;
		for (;;) {
			const changes = control.changes();
			const text = await screen();
			if (isThere(text)) return;
			if (!(await control.changed(changes, latest - Date.now()))) throw new Error(`${what}; the screen is\n${text}`);
		}
	};
	/** Those that run in it. */
	const processes = async () => below(Number((await control.command('display-message -p "#{pane_pid}"'))[0]));
	try {
		await control.attached;
		await until((text) => /[#$]/.test(text), 'no shell');
	} catch (error) {
		end();
		throw error;
	}
	return {
		/** Types it, and waits for the screen that answers; milliseconds from the last key. */
		async answer(typed, isAnswer, enter = false) {
			if (enter) {
				await control.command(`send-keys -l ${quoted(typed)}`);
				await until((text) => text.includes(typed.slice(-20)), 'no echo');
			}
			const before = await screen();
			const start = process.hrtime.bigint();
			void control.command(`send-keys ${enter ? 'Enter' : quoted(typed)}`);
			await until((text) => isAnswer(text, before), `no answer to ${typed}`);
			return Number(process.hrtime.bigint() - start) / 1e6;
		},
		processes,
		/** Ends all that runs in it, and waits for their last words: they are in the folder that is removed next. */
		async close() {
			const left = await processes();
			end();
			for (const latest = Date.now() + patienceMs; left.some(runs) && Date.now() < latest; ) await sleep(10);
		},
	};
}

/** tmux's control mode: tmux(1), CONTROL MODE. Answers come in the order of the commands; %output says that something was printed. */
function createControl(client) {
	const waiting = [];
	const listeners = new Set();
	let answer;
	let changes = 0;
	let rest = '';
	const attached = new Promise((resolve, reject) => waiting.push({ resolve, reject }));
	const gone = (error) => {
		for (const { reject } of waiting.splice(0)) reject(error);
	};
	client.stdin.on('error', () => {});
	client.on('error', gone);
	client.on('close', () => gone(new Error('tmux has ended')));
	client.stdout.setEncoding('utf8').on('data', (text) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop();
		for (const line of lines) take(line);
	});

	function take(line) {
		// What its own words are answered ends with a 0; it may come late.
		const [, edge] = /^%(begin|end|error) \d+ \d+ 1$/.exec(line) ?? [];
		if (edge === 'begin') answer = [];
		else if (edge !== undefined) {
			const { resolve, reject } = waiting.shift();
			if (edge === 'end') resolve(answer);
			else reject(new Error(`tmux: ${answer.join(' ')}`));
			answer = undefined;
		} else if (answer !== undefined) answer.push(line);
		else if (line.startsWith('%session-changed ')) waiting.shift().resolve();
		else if (line.startsWith('%output ')) {
			changes += 1;
			for (const listener of [...listeners]) listener();
		}
	}

	return {
		command(line) {
			return new Promise((resolve, reject) => {
				waiting.push({ resolve, reject });
				client.stdin.write(`${line}\n`);
			});
		},
		/** From then on it is told of what is printed. */
		attached,
		changes: () => changes,
		/** Whether there are more than `before` within that time. */
		changed(before, milliseconds) {
			if (changes > before) return Promise.resolve(true);
			return new Promise((resolve) => {
				const done = (is) => {
					clearTimeout(timer);
					listeners.delete(listener);
					resolve(is);
				};
				const listener = () => done(true);
				const timer = setTimeout(() => done(false), Math.max(0, milliseconds));
				listeners.add(listener);
			});
		},
	};
}

function quoted(text) {
	return `'${text.replaceAll("'", "'\\''")}'`;
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

/** One that has ended may still be waited for. */
function runs(pid) {
	try {
		return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
	} catch {
		return false;
	}
}
