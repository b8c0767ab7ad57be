/** Loops inside the script, timed by the script itself: computing, single calls, reading. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { amount, interleave, ratio } from './measure.mjs';

export const rows = [
	{ name: 'compute', measure: compute },
	{ name: 'getppid', measure: getppid },
	{ name: 'stat', measure: stat },
	{ name: 'read', measure: read },
];

async function compute(world) {
	const script = world.file(
		'compute.py',
		timedLoop('', `fib(32)\nx = 0\nfor i in range(${world.some(30_000_000)}): x += i`, fib),
	);
	const times = await interleave(world.rounds(5), {
		ours: () => Number(world.ours(script)) * 1000,
		native: () => Number(world.native(script)) * 1000,
	});
	return [ratio('fib(32) and a loop of 30 million', 1.3, times.ours, times.native, 'ms', 'native')];
}

async function getppid(world) {
	const count = world.some(50_000);
	const script = world.file('getppid.py', timedLoop('import os', `for _ in range(${count}): os.getppid()`));
	const pingPong = compilePingPong(world);
	const times = await interleave(world.rounds(7), {
		ours: () => (Number(world.ours(script)) * 1e6) / count,
		pipes: () => Number(world.run(pingPong, [String(count)])),
	});
	return [
		amount('50,000 os.getppid(), per call', 15, times.ours, 'µs'),
		ratio('  the same against a byte over pipes in C', 4, times.ours, times.pipes, 'µs', 'pipes'),
	];
}

async function stat(world) {
	const count = world.some(20_000);
	const script = (name, path, guard) =>
		world.file(
			name,
			timedLoop(
				'import os',
				`for _ in range(${count}):\n\ttry: os.stat(${JSON.stringify(path)})\n\texcept OSError: ${guard}`,
			),
		);
	const there = script('stat.py', join(world.folder, 'stat.py'), 'raise');
	const missing = script('missing.py', join(world.folder, 'none'), 'pass');
	const times = await interleave(world.rounds(5), {
		there: () => (Number(world.ours(there)) * 1e6) / count,
		missing: () => (Number(world.ours(missing)) * 1e6) / count,
	});
	return [
		amount('20,000 os.stat of one path, per call', 30, times.there, 'µs'),
		amount('  of a path that is not there', undefined, times.missing, 'µs'),
	];
}

async function read(world) {
	const pieces = world.some(1024);
	const path = join(world.folder, 'large');
	const fd = openSync(path, 'w');
	const piece = Buffer.alloc(2 ** 20, 'approve-run ');
	for (let done = 0; done < pieces; done++) writeSync(fd, piece);
	closeSync(fd);
	const loop = `total = 0\nwith open(${JSON.stringify(path)}, "rb", buffering=0) as f:\n\twhile piece := f.read(1048576): total += len(piece)\nassert total == ${pieces} * 1048576`;
	const script = world.file('read.py', timedLoop('', loop));
	try {
		const times = await interleave(world.rounds(3), {
			ours: () => Number(world.ours(script)) * 1000,
			native: () => Number(world.native(script)) * 1000,
		});
		return [ratio('1 GiB read in pieces of 1 MiB', 3, times.ours, times.native, 'ms', 'native')];
	} finally {
		rmSync(path);
	}
}

const fib = 'def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\n';

/** A script that prints the seconds that `loop` took, by its own clock. */
function timedLoop(before, loop, functions = '') {
	return `from time import perf_counter\n${before}\n${functions}\ndef work():\n${loop.replaceAll(/^/gm, '\t')}\nstart = perf_counter()\nwork()\nprint(perf_counter() - start)\n`;
}

function compilePingPong(world) {
	const out = join(world.folder, 'ping-pong');
	const source = fileURLToPath(new URL('./ping-pong.c', import.meta.url));
	const { status, stderr, error } = spawnSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', out, source], {
		encoding: 'utf8',
	});
	if (status !== 0) throw new Error(`cc could not compile bench/ping-pong.c: ${error?.message ?? stderr}`);
	return out;
}
