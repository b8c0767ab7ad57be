/** Runs one script twice, on Linux itself and inside approve-run, each in the same fresh directory. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { join } from 'node:path';
import { picture, populate } from './world.ts';

export const nativePyPy = '/usr/bin/pypy3';
const withoutInherited = new URL('./without-inherited.sh', import.meta.url).pathname;
export const scripts = new URL('./scripts/', import.meta.url).pathname;
const root = new URL('../../', import.meta.url).pathname;

export type Seen = {
	readonly status: string;
	readonly output: string;
	readonly tree: readonly string[];
	readonly errors: string;
};

/** A line `# allows: COMMAND` of a script is a rule: a shell string is allowed by nothing else. */
function policyText(): string {
	const commands = fs
		.readdirSync(scripts)
		.filter((name) => name.endsWith('.py'))
		.flatMap((name) => fs.readFileSync(join(scripts, name), 'utf8').match(/(?<=^# allows: ).*/gm) ?? []);
	const rules = commands.map((command) => `  - { allow: run, command: ${JSON.stringify(command)} }\n`);
	return `${settings}rules:\n  - { allow: [write, delete], path: "./**" }\n${rules.join('')}`;
}

const settings = `name: conformance
default: { read: allow, write: deny, delete: deny, run: allow, connect: deny }
limits: { time: 2m, cpu: 2m, memory: 2GiB, output: 50MiB, tasks: 40, disk: 8GiB, files: 100000 }
env: { pass: [PATH, HOME, LANG, TZ, USER, LOGNAME, SPECIAL] }
scratch: [/tmp]
denied: ignore
`;

/** A folder outside of /tmp, which is private to a guest. */
export function makePlace(): string {
	const place = fs.mkdtempSync('/var/tmp/conformance-');
	fs.writeFileSync(join(place, 'policy.yaml'), policyText());
	return place;
}

/** What the script does on Linux and inside. `name` is relative to scripts/. */
export async function both(place: string, name: string): Promise<{ native: Seen; inside: Seen }> {
	await turns.take();
	try {
		return await inTurn(place, name);
	} finally {
		turns.give();
	}
}

/** As many at one time as there are processors: scripts with time limits of their own run among them. */
class Turns {
	#free = Math.max(1, Math.min(4, availableParallelism()));
	readonly #waiting: (() => void)[] = [];

	async take(): Promise<void> {
		if (this.#free > 0) this.#free -= 1;
		else await new Promise<void>((go) => this.#waiting.push(go));
	}

	give(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#free += 1;
		else next();
	}
}

const turns = new Turns();

async function inTurn(place: string, name: string): Promise<{ native: Seen; inside: Seen }> {
	const dir = join(place, name.replaceAll('/', '-').replace('.py', ''));
	const script = join(scripts, name);
	const native = await once(dir, script, [withoutInherited, nativePyPy, '-B', script], {});
	const command = [process.execPath, join(root, 'dist/approve-run.cjs'), '--unattended', '--policy'];
	const inside = await once(dir, script, [...command, join(place, 'policy.yaml'), script], {
		XDG_STATE_HOME: join(place, 'state'),
	});
	return { native, inside };
}

async function once(dir: string, script: string, command: readonly string[], more: NodeJS.ProcessEnv): Promise<Seen> {
	populate(dir);
	const since = Date.now() / 1000 - 3600;
	const input = fs.existsSync(`${script}.stdin`) ? fs.readFileSync(`${script}.stdin`) : Buffer.alloc(0);
	const { HOME, USER } = process.env;
	const env: NodeJS.ProcessEnv = {
		PATH: '/usr/bin:/bin',
		HOME,
		LANG: 'C.UTF-8',
		TZ: 'Europe/Berlin',
		SPECIAL: 'é',
		USER,
	};
	const [program = '', ...args] = command;
	const child = spawn(program, args, { cwd: dir, env: { ...env, LOGNAME: USER, ...more }, timeout: 110_000 });
	const [output, errors]: [Buffer[], Buffer[]] = [[], []];
	child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
	child.stderr.on('data', (bytes: Buffer) => errors.push(bytes));
	child.stdin.on('error', () => {});
	child.stdin.end(input);
	const status = await new Promise<string>((done, failed) => {
		child.on('error', failed);
		child.on('close', (code, signal) => done(signal === null ? String(code) : String(128 + constants.signals[signal])));
	});
	const tree = picture(dir, since);
	fs.rmSync(dir, { recursive: true, force: true });
	return {
		status,
		output: Buffer.concat(output).toString('latin1'),
		tree,
		errors: Buffer.concat(errors).toString(),
	};
}
