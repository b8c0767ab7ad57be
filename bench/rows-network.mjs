/** A download from a server on the loopback, timed by the script itself. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { interleave, ratio } from './measure.mjs';

export const rows = [{ name: 'download', measure: download }];

const code = `import sys
from time import perf_counter
from urllib.request import urlopen
start = perf_counter()
total = 0
with urlopen("http://127.0.0.1:" + sys.argv[1]) as answer:
	while piece := answer.read(1048576): total += len(piece)
assert total == int(sys.argv[2])
print(perf_counter() - start)
`;

async function download(world) {
	const bytes = world.some(1024) * 2 ** 20;
	const script = world.file('download.py', code);
	// In a thread of its own: ours stands still while the script runs.
	const server = new Worker(fileURLToPath(new URL('./server.mjs', import.meta.url)), { workerData: bytes });
	try {
		const [port] = await once(server, 'message');
		const words = [script, String(port), String(bytes)];
		const times = await interleave(world.rounds(5), {
			ours: () => Number(world.ours(...words)) * 1000,
			native: () => Number(world.native(...words)) * 1000,
		});
		return [ratio('1 GiB fetched with urllib in pieces of 1 MiB', 2, times.ours, times.native, 'ms', 'native')];
	} finally {
		await server.terminate();
	}
}
