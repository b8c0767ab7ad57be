/** Ten thousand files: planned, applied, and the memory of both. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { amount, interleave, ratio, timed } from './measure.mjs';
import { peakOf } from './memory.mjs';
import { widePolicy } from './world.mjs';

export const rows = [{ name: 'files', measure: files }];

async function files(world) {
	const count = world.some(10_000);
	const out = join(world.folder, 'out');
	const copy = join(world.folder, 'copy');
	const code = `import os, sys
os.mkdir(sys.argv[1])
for i in range(${count}):
	with open(os.path.join(sys.argv[1], "file%05d.txt" % i), "w") as f: f.write(("line %d\\n" % i) * 200)
`;
	// 1 KiB each.
	const script = world.file(
		'files.py',
		code.replace('f.write(("line %d\\n" % i) * 200)', 'f.write(("line %5d\\n" % i) * 93 + "\\n")'),
	);

	const planPeak = await peakOf(world.start(['--policy', widePolicy, '--plan', script, out]));
	const first = world.newestSession();
	const applyPeak = await peakOf(world.start(['apply', first]));
	check(out, count);
	rmSync(out, { recursive: true });

	const planned = [];
	const native = [];
	const times = await interleave(world.rounds(3), {
		apply: async () => {
			let session;
			planned.push(
				await timed(() => {
					session = world.plan(script, out);
				}),
			);
			settleDisk(world);
			const took = await timed(() => world.command('apply', session));
			check(out, count);
			return took;
		},
		copy: async () => {
			settleDisk(world);
			const took = await timed(() => world.run('cp', ['-r', out, copy]));
			rmSync(out, { recursive: true });
			rmSync(copy, { recursive: true });
			return took;
		},
		native: async () => {
			native.push(await timed(() => world.native(script, out)));
			rmSync(out, { recursive: true });
			return 0;
		},
	});
	const inMiB = ({ peak }) => peak / 2 ** 20;
	return [
		amount(
			'10,000 files of 1 KiB, memory',
			300,
			[Math.max(inMiB(planPeak), inMiB(applyPeak))],
			'MiB',
			`PSS at the peak: plan ${inMiB(planPeak).toFixed(0)}, apply ${inMiB(applyPeak).toFixed(0)} MiB`,
		),
		ratio('  apply, whole process', 5, times.apply, times.copy, 'ms', 'cp -r'),
		ratio('  plan, whole process', undefined, planned, native, 'ms', 'native'),
	];
}

/** What was written before is on the disk: nobody's sync pays for another's bytes. */
function settleDisk(world) {
	world.run('sync', []);
}

function check(out, count) {
	const found = readdirSync(out).length;
	if (found !== count) throw new Error(`${found} files were applied, not ${count}`);
}
