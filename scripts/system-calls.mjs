// Writes docs/system-calls.md from src/syscalls/table.ts: node scripts/system-calls.mjs   (--print: to standard output)
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The launcher's own messages (PROTOCOL.md), which stand in the table beside the system calls. */
const notSystemCalls = new Set(['detach', 'disposition', 'forked', 'image']);

const folder = mkdtempSync(join(tmpdir(), 'system-calls-'));
try {
	const outfile = join(folder, 'table.mjs');
	await build({
		entryPoints: [join(root, 'src/syscalls/table.ts')],
		bundle: true,
		platform: 'node',
		format: 'esm',
		outfile,
		logLevel: 'error',
	});
	const { table } = await import(pathToFileURL(outfile).href);
	const page = pageOf([...table].filter(([name]) => !notSystemCalls.has(name)));
	if (process.argv.includes('--print')) process.stdout.write(page);
	else writeFileSync(join(root, 'docs/system-calls.md'), page);
} finally {
	rmSync(folder, { recursive: true });
}

function pageOf(rows) {
	const partial = rows.filter(([, { support }]) => support === 'partial').length;
	return `${[
		'# System calls',
		'',
		'Made from `src/syscalls/table.ts` by `node scripts/system-calls.mjs`. Do not edit it.',
		'',
		`The virtual kernel answers ${rows.length} system calls, ${partial} of them in part. A call that is not in this list answers ENOSYS and leaves`,
		'an `unsupported` event in the session’s record. Calls that need no decision and reach nothing (`futex`, `mprotect`, anonymous `mmap`,',
		'`clock_gettime`, threads, …) run natively: the list is in [PROTOCOL.md](../pypy/launcher/PROTOCOL.md), under “What runs natively”.',
		'',
		'| call | support | note |',
		'|---|---|---|',
		...rows.map(([name, { support, note = '' }]) => `| \`${name}\` | ${support} | ${note.replaceAll('|', '\\|')} |`),
	].join('\n')}\n`;
}
