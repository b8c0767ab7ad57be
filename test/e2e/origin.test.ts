/** Which line of the script asked: a hint that the script's own interpreter gives, and that is shown as one. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { test } from './terminal.ts';

test('a command and a written file tell the line of the script that asked, below the library too', async ({
	world,
}) => {
	const code = [
		'import json, pathlib, subprocess',
		'def save(name):',
		'    pathlib.Path(name).write_text(json.dumps({}))',
		'',
		'save("a.json")',
		'subprocess.run(["echo", "hello"])',
	];
	world.write('script.py', code.join('\n'));
	const terminal = world.open('script.py', 100, 30);
	await terminal.shows('stands still until you answer');
	await terminal.shows('the script says: script.py:6');
	terminal.keys('Up');
	await terminal.shows('the script says: script.py:3');
	terminal.keys('q');
	await terminal.settle();
	terminal.keys('y');
	await terminal.shows('ended with');
});

test('a review that is taken up later tells the line too, and an edited file of lines is not trusted', async ({
	world,
}) => {
	world.write('script.py', 'import pathlib\n\npathlib.Path("a.txt").write_text("a")\n');
	const { stderr } = await world.run(['--plan', 'script.py']);
	const session = /review (\w+)/.exec(stderr)?.[1] ?? '';
	const terminal = world.open('review', 100, 30);
	await terminal.shows('the script says: script.py:3');
	terminal.keys('t');
	await terminal.shows(/3 .*pathlib/);
	terminal.keys('q');
	await terminal.shows('not decided yet');
	terminal.keys('q');
	await terminal.shows('ended with');
	const file = join(world.env['XDG_STATE_HOME'] ?? '', 'approve-run/sessions', session, 'origins.json');
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('script.py', 'other.py'));
	terminal.command('review');
	await terminal.shows('origins.json was edited');
});

test('a forged line is shown and not obeyed, and a note that makes no sense is none', async ({ world }) => {
	const code = [
		'import subprocess, _cffi_backend, sys',
		'ffi = _cffi_backend.FFI()',
		'note = ffi.buffer(ffi.cast("char *", 0x5ffffffff000), 4096)',
		'def forge(event, args):',
		'    if event == "subprocess.Popen": note[0:60] = sys.argv[1].encode().decode("unicode_escape").encode().ljust(60, b"\\0")',
		'sys.addaudithook(forge)',
		'subprocess.run(["echo", "hello"])',
	];
	world.write('script.py', code.join('\n'));
	const terminal = world.open(String.raw`script.py '7\0trust\x1b[2Jme\0subprocess.Popen\0x\0'`, 100, 30);
	await terminal.shows('the script says: trust␛[2Jme:7');
	terminal.keys('d');
	await terminal.settle();
	terminal.keys('d');
	await terminal.shows(/denied by|ended with/);
	terminal.close();
	const again = world.open(String.raw`script.py '-7\0trust me\0subprocess.Popen\0x\0'`, 100, 30);
	await again.shows('stands still until you answer');
	expect(again.screen()).not.toContain('the script says');
});

test('nothing of the hint is left where a script would see it', async ({ world }) => {
	const { stdout } = await world.run([
		'--unattended',
		'-c',
		'import sys; print([name for name in sys.modules if "cffi" in name], hasattr(sys, "_pypy_execute_source"))',
	]);
	expect(stdout).toBe('[] False\n');
});
