/** Whole scripts under a stand-in for a translated PyPy: the same output and the same files as natively. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nativePyPy } from '../conformance/run.ts';
import { buildStandIn } from './stand-in.ts';
import { fixtures } from './world.ts';

const root = new URL('../../', import.meta.url).pathname;
const scripts = new URL('../fixtures/sandbox/scripts/', import.meta.url).pathname;
let place = '';
let interpreter: string | undefined;

beforeAll(() => {
	execFileSync(join(root, 'bin/setup'), ['--without-pypy']);
	// Outside of /tmp, which is private to a guest.
	place = fs.mkdtempSync('/var/tmp/translated-');
	interpreter = buildStandIn(place);
	const commands = fs
		.readdirSync(scripts)
		.flatMap((name) => fs.readFileSync(join(scripts, name), 'utf8').match(/(?<=^# allows: ).*/gm) ?? []);
	const rules = commands.map((command) => `  - { allow: run, command: ${JSON.stringify(command)} }\n`).join('');
	// What may be written anywhere may stand in the way of a command of the same name.
	const allowed = '{ read: allow, write: deny, delete: deny, run: allow, connect: deny }';
	const files = '  - { allow: [write, delete], path: "./**" }\n';
	fs.writeFileSync(
		join(place, 'policy.yaml'),
		`name: translated\ndefault: ${allowed}\nenv: { pass: [PATH, HOME, LANG, TZ] }\ndenied: ignore\nrules:\n${files}${rules}`,
	);
}, 120_000);

afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

function run(command: readonly string[], cwd: string, input = '') {
	const [program = '', ...args] = command;
	const env = {
		PATH: '/usr/bin:/bin',
		HOME: '/root',
		LANG: 'C.UTF-8',
		TZ: 'Europe/Berlin',
		XDG_STATE_HOME: join(place, 'state'),
		XDG_CACHE_HOME: join(place, 'cache'),
	};
	return spawnSync(program, args, { cwd, env, input, encoding: 'utf8' });
}

function inside(words: readonly string[], cwd: string, input = '') {
	const options = ['--unattended', '--policy', join(place, 'policy.yaml'), '--runtime', interpreter ?? ''];
	return run([process.execPath, join(root, 'dist/approve-run.cjs'), ...options, ...words], cwd, input);
}

function folder(name: string): string {
	const made = join(place, name);
	fs.mkdirSync(made, { recursive: true });
	return made;
}

function sessionsIn(state: string): string[] {
	const sessions = join(state, 'approve-run/sessions');
	return fs
		.readdirSync(sessions)
		.filter((name) => /^[0-9A-Z]{26}$/.test(name))
		.map((name) => join(sessions, name));
}

/** Names and contents, hidden ones too. */
function picture(dir: string): string[] {
	const names = fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
	return names.map((name) => {
		const path = join(dir, name);
		const { mode } = fs.lstatSync(path);
		const content = fs.lstatSync(path).isFile() ? fs.readFileSync(path, 'latin1') : '';
		return `${name} ${mode.toString(8)} ${content}`;
	});
}

describe.skipIf(!fs.existsSync(nativePyPy))('a script under a translated interpreter', { timeout: 60_000 }, () => {
	for (const name of fs.readdirSync(scripts).sort()) {
		test(`does what it does natively: ${name}`, () => {
			const [here, there] = [folder(`${name}.native`), folder(`${name}.inside`)];
			const native = run([nativePyPy, '-B', join(scripts, name)], here, 'line\n');
			const seen = inside([join(scripts, name)], there, 'line\n');
			expect(seen.stdout.replaceAll('.inside', '.native'), seen.stderr).toBe(native.stdout);
			expect(seen.status).toBe(native.status);
			expect(picture(there)).toEqual(picture(here));
		});
	}

	test('says which Python is needed where the script does not compile', () => {
		const dir = folder('syntax');
		fs.writeFileSync(join(dir, 'new.py'), 'import os\n\n\nmatch os.name:\n    case _:\n        pass\n');
		const seen = inside(['new.py'], dir);
		expect(seen.stderr).toContain('this script needs Python 3.10 (line 4: match); this interpreter is 3.9');
		expect(seen.status).toBe(1);
	});

	test('is told what of subprocess there is not', () => {
		const code = `
import os, subprocess
r, w = os.pipe()
for rest in ({'preexec_fn': print}, {'pass_fds': [r]}):
    try: subprocess.run(['true'], **rest)
    except RuntimeError as e: print(e)
try: os.fork()
except OSError as e: print(e.strerror)
`;
		expect(inside(['-c', code], folder('missing')).stdout).toBe(
			'preexec_fn needs fork, which this interpreter does not have\n' +
				'pass_fds: a command gets no descriptors but 0, 1 and 2\nthis interpreter cannot fork; run the script without --runtime translated\n',
		);
	});

	test('is stopped by Ctrl-C: nothing is applied, and no process is left', async () => {
		const dir = folder('stopped');
		const code = 'import os; open("written", "w").close(); print(os.getpid(), flush=True)\nwhile True: pass';
		const options = ['--unattended', '--policy', join(place, 'policy.yaml'), '--runtime', interpreter ?? ''];
		const child = spawn(process.execPath, [join(root, 'dist/approve-run.cjs'), ...options, '-c', code], {
			cwd: dir,
			env: {
				PATH: '/usr/bin:/bin',
				HOME: '/root',
				XDG_STATE_HOME: join(place, 'state'),
				XDG_CACHE_HOME: join(place, 'cache'),
			},
		});
		let said = '';
		child.stderr.on('data', (text) => {
			said += String(text);
		});
		const [pid] = await once(child.stdout, 'data');
		child.kill('SIGINT');
		const [status] = await once(child, 'close');
		expect([status, said]).toEqual([130, expect.stringContaining('the run was stopped')]);
		expect(fs.readdirSync(dir)).toEqual([]);
		expect(fs.existsSync(`/proc/${String(pid).trim()}`)).toBe(false);
	});

	test('without threads and sockets of the interpreter what needs none can be used, and the rest says why', () => {
		const instead = 'run the script without --runtime translated';
		const missing = '_bz2 _ffi _curses fcntl _lzma mmap readline resource _sqlite3 _ssl termios'.split(' ');
		expect(inside([join(fixtures, 'without-modules.py')], folder('modules')).stdout.split('\n')).toEqual([
			"can't start new thread: this interpreter has one; run the script without --runtime translated",
			'True False False',
			'this lock would wait for ever: the interpreter has one thread, which holds it',
			'False 1 True',
			'this interpreter has no sockets; run the script without --runtime translated',
			"True b'\\x7f\\x00\\x00\\x01' Subject: x",
			"No module named 'tomllib': this script needs Python 3.11; this interpreter is 3.9: run it without --runtime translated",
			`this interpreter cannot fork; ${instead}`,
			`this interpreter cannot fork; ${instead}`,
			`this interpreter has one process, and none to share a lock with; ${instead}`,
			`this interpreter cannot be told of a signal; ${instead}`,
			`a translated PyPy has no codec 'sjis'; ${instead}`,
			...missing.map((name) => `a translated PyPy has no '${name}'; ${instead}`),
			'',
		]);
	});

	test('says of each sign of a newer Python which one is needed', () => {
		const lines = [
			['match x:', '3.10'],
			['if (n := 1):', '3.8'],
			['    with (open("a") as f, open("b") as g):', '3.10'],
			['def f[T](x): pass', '3.12'],
			['print(f"{d["key"]}")', '3.12'],
			['print(f"{x=}")', '3.8'],
			['def f(a, /): pass', '3.8'],
			['except* ValueError:', '3.11'],
			['type X = int', '3.12'],
			['x = = 1', 'None'],
			['print(f"{d} and {e}")', 'None'],
		];
		const code = `
import sys
sys.path.insert(0, ${JSON.stringify(join(root, 'pypy/guest/fallback'))})
import _newer_python
for line in sys.stdin:
    found = _newer_python.needed(line.rstrip('\\n'), (3, 6))
    print('%d.%d' % found[0] if found else None)
def runtime(text):
    try: exec(text)
    except Exception as e: return _newer_python.sign(type(e), e, e.__traceback__, (3, 6))
print(runtime('int | None'), runtime('(1)[0]'))
for error in (ImportError("cannot import name 'Literal'"), ImportError("cannot import name 'Literal' from 'mine' (x)"),
              AttributeError("module 'math' has no attribute 'prod'"), AttributeError("module 'mine' has no attribute 'prod'"),
              AttributeError("type object 'datetime.datetime' has no attribute 'fromisoformat'"),
              TypeError("__init__() got an unexpected keyword argument 'capture_output'"), NameError("name 'breakpoint' is not defined")):
    print(_newer_python.sign(type(error), error, None, (3, 6)))
`;
		const input = lines.map(([line]) => `${line}\n`).join('');
		const seen = run([nativePyPy, '-B', '-c', code.replaceAll('\\\\', '\\')], folder('signs'), input);
		expect(seen.stdout.trim().split('\n'), seen.stderr).toEqual([
			...lines.map(([, needs]) => needs),
			"((3, 10), 1, 'types joined by |') None",
			"((3, 8), 0, 'typing.Literal')",
			'None',
			"((3, 8), 0, 'math.prod')",
			'None',
			"((3, 7), 0, 'datetime.datetime.fromisoformat')",
			"((3, 7), 0, 'capture_output and text')",
			"((3, 7), 0, 'breakpoint')",
		]);
	});

	test('is traced: C functions with their arguments by name, results, and what was denied', () => {
		const dir = folder('trace');
		const code = 'import os; os.listdir("."); os.system("exit 3"); open("/usr/denied", "w")';
		const seen = inside(['--trace', 'trace.txt', '-c', code], dir);
		expect(seen.stderr).toContain('PermissionError');
		const text = fs.readFileSync(join(dir, 'trace.txt'), 'utf8');
		for (const line of [
			/ opendir\("\."\) = \d+ </,
			/ system\("exit 3"\) = 768 </,
			/ open\("\/usr\/denied", O_WRONLY\|O_CREAT\|O_TRUNC\|O_CLOEXEC, 0666\) = -1 EACCES <.*> \[denied: write \/usr\/denied by /,
		])
			expect(text).toMatch(line);
	});

	test('is stopped by the limit of processor time', () => {
		const seen = inside(['--cpu', '1s', '-c', 'while True: pass'], folder('cpu'));
		expect([seen.status, seen.stderr]).toEqual([124, expect.stringContaining('cpu limit of 1s')]);
	});

	test('sleeps as long as it says, and a denied command is no success', () => {
		const policy = join(folder('denied'), 'policy.yaml');
		fs.writeFileSync(
			policy,
			'name: denied\ndefault: { read: allow, write: allow, delete: allow, run: deny, connect: deny }\n',
		);
		const code = 'import os, time; t = time.time(); time.sleep(0.3); print(time.time() - t >= 0.3, os.system("true"))';
		const seen = inside(['--policy', policy, '-c', code], folder('denied'));
		expect([seen.stdout, seen.status]).toEqual(['True 32512\n', 126]);
	});
});

describe('an interpreter of another kind', () => {
	const cases = [
		['a text file', 'hello\n', 'it is no program'],
		[
			'another version of the protocol',
			'#!/bin/sh\necho "Version: 20002\nPlatform: linux2\nFuncs: a()i"\n',
			'version 20002',
		],
		['another platform', '#!/bin/sh\necho "Version: 20001\nPlatform: darwin\nFuncs: a()i"\n', 'translated for darwin'],
		[
			'no library beside it',
			'#!/bin/sh\necho "Version: 20001\nPlatform: linux2\nFuncs: a()i"\n',
			'no lib-python and lib_pypy',
		],
	] as const;
	for (const [what, text, says] of cases) {
		test(`is refused with 125 and what was expected: ${what}`, () => {
			const dir = folder(what.replaceAll(' ', '-'));
			fs.writeFileSync(join(dir, 'pypy3-c'), text, { mode: 0o755 });
			const seen = run(
				[process.execPath, join(root, 'dist/approve-run.cjs'), '--unattended', '--runtime', dir, '-c', '1'],
				dir,
			);
			expect([seen.status, seen.stderr]).toEqual([125, expect.stringContaining(says)]);
		});
	}
});

describe.skipIf(!fs.existsSync(nativePyPy))('an interpreter that breaks the protocol', { timeout: 60_000 }, () => {
	const dump =
		'import os, sys\nif os.environ.get("RPY_SANDBOX_DUMP"): print("Version: 20001\\nPlatform: linux2\\nFuncs: getpid()i"); sys.exit()\n';
	const cases = [
		['ends in the middle of a message', 'os.write(1, b"\\x09getp")', 'in the middle of a message'],
		['sends a name that is none', 'os.write(1, b"\\x05hello")', 'a signature that is none'],
		['sends more than a call', 'os.write(1, b"\\x09getpid()i" + b"x" * 9)', '9 bytes too many'],
		[
			'names a string longer than was asked for',
			'os.write(1, b"\\x0aunlink(p)i" + b"\\0\\0\\x10\\0\\0\\0\\0\\0"); os.read(0, 99); os.write(1, b"\\xff" * 7 + b"\\x7f")',
			'a string of',
		],
	] as const;
	for (const [what, code, says] of cases) {
		test(`ends the run with a named error, and the session is kept: ${what}`, () => {
			const dir = folder(`broken-${what.replaceAll(' ', '-')}`);
			for (const part of ['lib-python', 'lib_pypy']) fs.mkdirSync(join(dir, part));
			fs.writeFileSync(join(dir, 'pypy3-c'), `#!${nativePyPy}\n${dump}${code}\n`, { mode: 0o755 });
			const state = { XDG_STATE_HOME: join(dir, 'state') };
			const command = ['--unattended', '--runtime', dir, '-c', '1'];
			const seen = spawnSync(process.execPath, [join(root, 'dist/approve-run.cjs'), ...command], {
				cwd: dir,
				env: { PATH: '/usr/bin:/bin', HOME: '/root', ...state },
				encoding: 'utf8',
			});
			expect([seen.status, seen.stderr]).toEqual([125, expect.stringContaining(says)]);
			expect(sessionsIn(join(dir, 'state'))).toHaveLength(1);
		});
	}

	test('a signature that nobody has is ENOSYS, an event of the record, and no end', () => {
		const dir = folder('unknown');
		for (const part of ['lib-python', 'lib_pypy']) fs.mkdirSync(join(dir, part));
		const ask =
			'os.write(1, b"\\x0cunheard(ii)i" + b"\\0" * 16); sys.exit(os.read(0, 14) != b"E\\x26\\0\\0\\0i" + b"\\xff" * 8)';
		fs.writeFileSync(join(dir, 'pypy3-c'), `#!${nativePyPy}\n${dump}${ask}\n`, { mode: 0o755 });
		const seen = run(
			[process.execPath, join(root, 'dist/approve-run.cjs'), '--unattended', '--runtime', dir, '-c', '1'],
			dir,
		);
		expect([seen.status, seen.stderr]).toEqual([0, '']);
		const events = sessionsIn(join(place, 'state')).map((folder) =>
			fs.readFileSync(join(folder, 'events.jsonl'), 'utf8'),
		);
		expect(events.some((text) => text.includes('unheard(ii)i'))).toBe(true);
	});
});
