/** Runs the tests of one module on one side, test by test. A test that hangs or kills the interpreter is noted, and the rest goes on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';

export type Outcome = 'pass' | 'xfail' | 'skip' | 'unexpected' | 'fail' | 'error' | 'hang' | 'crash';
export type Ended = { readonly outcome: Outcome; readonly why: string };
export type ModuleRun = {
	/** By id, without the module's own name. */
	readonly tests: ReadonlyMap<string, Ended>;
	/** Why there is nothing to run here. */
	readonly absent?: string;
	/** What the interpreter and approve-run wrote to standard error, the end of it. */
	readonly errors: string;
	readonly seconds: number;
};

/** Words that start the interpreter, up to its own arguments. `cwd`: where it starts, and what the policy lets it change. */
export type Side = {
	readonly name: 'native' | 'inside';
	readonly command: readonly string[];
	readonly env: NodeJS.ProcessEnv;
	readonly cwd: string;
	/** The tests' own folder is made in it: of the machine, or private to the guest. */
	readonly work: string;
	/** Times in milliseconds: for one test, and for a module. */
	readonly testTime: number;
	readonly moduleTime: number;
};

const oneModule = new URL('./one_module.py', import.meta.url).pathname;
/** A module that kills its interpreter again and again is left, and one whose tests hang. */
const mostStarts = 12;
const mostHangs = 4;

/** `place`: a folder for the runner's own files. `only`: these tests alone. */
export async function runModule(
	side: Side,
	module: string,
	place: string,
	only?: readonly string[],
	script = oneModule,
): Promise<ModuleRun> {
	const tests = new Map<string, Ended>();
	const began = Date.now();
	let absent: string | undefined;
	let errors = '';
	const prefix = `test.${module}.`;
	for (let starts = 0; starts < mostStarts; starts++) {
		const choice = join(place, `${side.name}-${module}.json`);
		const full = (id: string): string => (id.startsWith('=') ? id.slice(1) : prefix + id);
		fs.writeFileSync(choice, JSON.stringify({ skip: [...tests.keys()].map(full), only: only?.map(full) ?? null }));
		const left = side.moduleTime - (Date.now() - began);
		const before = tests.size;
		const work = join(side.work, `t-${randomBytes(3).toString('hex')}`);
		const words = [script, module, choice, work];
		const end = await once(side, words, work, left, (id, ended) => tests.set(short(id, prefix), ended));
		errors = end.errors;
		absent = end.absent;
		if (end.kind === 'done') break;
		if (end.during !== undefined) tests.set(short(end.during, prefix), { outcome: end.kind, why: end.why });
		// It ended between two tests, and will again.
		else if (tests.size === before || starts === mostStarts - 1) {
			tests.set('(module)', { outcome: end.kind, why: end.why });
			break;
		}
		const hangs = [...tests.values()].filter(({ outcome }) => outcome === 'hang').length;
		if (hangs >= mostHangs) {
			tests.set('(module)', { outcome: 'hang', why: `${hangs} tests before it hung` });
			break;
		}
		if (Date.now() - began > side.moduleTime) {
			tests.set('(module)', { outcome: 'hang', why: 'the time for the module was over' });
			break;
		}
	}
	const seconds = Math.round((Date.now() - began) / 1000);
	return { tests, errors, seconds, ...(absent === undefined ? {} : { absent }) };
}

/** Tests of other modules (sqlite3.test) keep their whole name, behind a `=`. */
function short(id: string, prefix: string): string {
	return id.startsWith(prefix) ? id.slice(prefix.length) : `=${id}`;
}

type End =
	| { readonly kind: 'done'; readonly absent?: string; readonly errors: string }
	| {
			readonly kind: 'hang' | 'crash';
			readonly during?: string;
			readonly why: string;
			readonly errors: string;
			readonly absent?: undefined;
	  };

function once(
	side: Side,
	args: readonly string[],
	work: string,
	left: number,
	tell: (id: string, ended: Ended) => void,
): Promise<End> {
	const [program = '', ...words] = side.command;
	const child = spawn(program, [...words, ...args], {
		env: { ...side.env, TMPDIR: work },
		cwd: side.cwd,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let errors = '';
	child.stderr.on('data', (bytes: Buffer) => {
		errors = (errors + bytes.toString()).slice(-4000);
	});
	return new Promise((settle) => {
		let during: string | undefined;
		let finished: { absent?: string } | undefined;
		let absent: string | undefined;
		let hung: string | undefined;
		let timer: NodeJS.Timeout | undefined;
		const wait = (ms: number, why: string): void => {
			clearTimeout(timer);
			timer = setTimeout(() => {
				hung = why;
				stop(child);
			}, ms);
		};
		const whole = setTimeout(() => {
			hung = 'the time for the module was over';
			stop(child);
		}, left);
		wait(side.testTime, `nothing began within ${side.testTime / 1000} s`);
		const onLine = (line: Line): void => {
			wait(side.testTime, `it did not end within ${side.testTime / 1000} s`);
			if (line.start !== undefined) during = line.start;
			if (line.absent !== undefined) absent = line.absent;
			if (line.id !== undefined && line.outcome !== undefined) {
				tell(line.id, { outcome: line.outcome, why: line.why ?? '' });
				if (line.id === during) during = undefined;
			}
			if (line.done === true) {
				finished = absent === undefined ? {} : { absent };
				// What tests left running may hold the pipe, or the run, open.
				setTimeout(() => stop(child), 5000).unref();
			}
		};
		readLines(child, onLine);
		const ended = (status: string): void => {
			clearTimeout(timer);
			clearTimeout(whole);
			killGroup(child, 'SIGKILL');
			fs.rmSync(work, { recursive: true, force: true });
			if (finished !== undefined) settle({ kind: 'done', ...finished, errors });
			else
				settle({ kind: hung === undefined ? 'crash' : 'hang', why: hung ?? status, errors, ...(during && { during }) });
		};
		child.on('error', (error) => ended(error.message));
		child.on('exit', (code, signal) => {
			// What it wrote last is read before it is judged.
			setTimeout(() => ended(signal === null ? `it ended with status ${code}` : `${signal} ended it`), 100);
		});
	});
}

type Line = {
	readonly start?: string;
	readonly id?: string;
	readonly outcome?: Outcome;
	readonly why?: string;
	readonly absent?: string;
	readonly done?: boolean;
};

/** Lines that begin with a record separator; all else is what the tests print. */
function readLines(child: ChildProcess, onLine: (line: Line) => void): void {
	let rest = '';
	child.stdout?.on('data', (bytes: Buffer) => {
		const lines = (rest + bytes.toString('latin1')).split('\n');
		rest = (lines.pop() ?? '').slice(-100_000);
		for (const line of lines) {
			const at = line.indexOf('\x1e{');
			if (at < 0) continue;
			try {
				onLine(JSON.parse(line.slice(at + 1)));
			} catch {
				// A test wrote into the middle of it; the test is then seen as one that did not end.
			}
		}
	});
}

/** Politely first: approve-run then ends its guest and closes its session. */
function stop(child: ChildProcess): void {
	killGroup(child, 'SIGTERM');
	setTimeout(() => killGroup(child, 'SIGKILL'), 5000).unref();
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch {
		// It is gone.
	}
}
