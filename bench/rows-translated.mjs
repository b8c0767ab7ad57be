/** The translated runtime, against a plain controller in Python that answers the same interpreter: controller.py. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { amount, interleave, ratio, timed } from './measure.mjs';

export const rows = [
	{ name: 'translated-hello', measure: hello },
	{ name: 'translated-path', measure: path },
];

const controller = fileURLToPath(new URL('./controller.py', import.meta.url));
const builder = fileURLToPath(new URL('../test/fixtures/sandbox/build.sh', import.meta.url));

async function hello(world) {
	const { ours, peer } = sides(world);
	const script = world.file('hello.py', 'print("hello")\n');
	const times = await interleave(world.rounds(20), {
		ours: () => timed(() => ours(script)),
		peer: () => timed(() => peer(script)),
	});
	return [ratio('translated: print("hello"), whole process', 1.3, times.ours, times.peer, 'ms', 'plain controller')];
}

async function path(world) {
	const { ours, peer } = sides(world);
	const count = world.some(20_000);
	const script = world.file(
		'path.py',
		`import os\nfrom time import perf_counter\nstart = perf_counter()\nfor _ in range(${count}): os.stat(${JSON.stringify(join(world.folder, 'path.py'))})\nprint(perf_counter() - start)\n`,
	);
	const times = await interleave(world.rounds(5), {
		ours: () => (Number(ours(script)) * 1e6) / count,
		peer: () => (Number(peer(script)) * 1e6) / count,
	});
	return [
		amount('translated: 20,000 os.stat of one path, per call', 42, times.ours, 'µs'),
		ratio('  the same against the plain controller', undefined, times.ours, times.peer, 'µs', 'plain controller'),
	];
}

/** Both drive the same binary: a real one, where TRANSLATED_PYPY names its folder, or the tests' stand-in, built of the PyPy that runs the rest. */
function sides(world) {
	const folder = process.env.TRANSLATED_PYPY ?? join(world.folder, 'translated');
	if (!existsSync(join(folder, 'pypy3-c'))) world.run(builder, [world.pypy, folder]);
	return {
		ours: (script) => world.ours('--runtime', folder, script),
		peer: (script) => world.run('python3', [controller, join(folder, 'pypy3-c'), '-B', script]),
	};
}
