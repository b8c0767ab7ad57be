/** The code blocks of a page, and what a page's console blocks do when they are typed. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export type Block = { readonly kind: string; readonly text: string; readonly line: number };

export function readPage(name: string): string {
	return readFileSync(join(root, name), 'utf8');
}

export function blocksOf(page: string): Block[] {
	return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
		kind: match[1] ?? '',
		text: match[2] ?? '',
		line: page.slice(0, match.index).split('\n').length,
	}));
}

/** A folder with bin/ and the examples in it, and a home and sessions of its own. */
export type Desk = {
	readonly folder: string;
	/** Types the commands of a console block; what would then be on the screen, `$` lines too. */
	type(transcript: string): string;
	/** A yaml block whose first line is `# name.yaml` becomes that file. */
	keep(yaml: string): string;
	remove(): void;
};

export function openDesk(): Desk {
	// Not below /tmp, which is the script's own scratch.
	const top = mkdtempSync('/var/tmp/approve-run-docs-');
	const folder = join(top, 'project');
	mkdirSync(join(top, 'home'));
	mkdirSync(join(folder, 'node_modules'), { recursive: true });
	mkdirSync(join(folder, 'bin'));
	symlinkSync(join(root, 'bin/approve-run'), join(folder, 'bin/approve-run'));
	symlinkSync(root, join(folder, 'node_modules/approve-run'));
	cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
	const env = {
		PATH: `/usr/local/bin:/usr/bin:/bin:${dirname(process.execPath)}`,
		HOME: join(top, 'home'),
		LANG: 'C.UTF-8',
		TZ: 'UTC',
		XDG_STATE_HOME: join(top, 'state'),
		XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
	};
	return {
		folder,
		type(transcript) {
			const script = commandsOf(transcript).map(step).join('\n');
			// A session of its own has no terminal. Both outputs go the same way, as on a screen.
			const shell = ['-w', 'sh', '-c', `exec 2>&1\n${script}`];
			const { stdout } = spawnSync('setsid', shell, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
			// Whoever edits the source while this runs is told that it is built.
			return stdout.replaceAll(/^approve-run: setting up .* s\n/gm, '');
		},
		keep(yaml) {
			const name = /^# ([\w.-]+\.yaml)$/m.exec(yaml)?.[1];
			if (name === undefined) throw new Error(`a yaml block has no "# name.yaml" line: ${yaml}`);
			writeFileSync(join(folder, name), yaml);
			return name;
		},
		remove: () => rmSync(top, { recursive: true, force: true }),
	};
}

export function commandsOf(transcript: string): string[] {
	return transcript.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));
}

/** What a transcript promises: `…` stands for any text, on a line of its own for any lines. */
export function patternOf(transcript: string): RegExp {
	const escaped = transcript.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
	const lines = escaped.replaceAll(/^…\n/gm, '(?:.*\\n)*').replaceAll('…', '.*');
	return new RegExp(`^${lines}$`);
}

/** Shows the command, and runs it with the status of the one before in `$?`. SESSION is the newest session. */
function step(command: string): string {
	const newest = '"$(bin/approve-run sessions | head -n 1 | cut -c 1-26)"';
	const shown = `'$ ${command.replaceAll("'", "'\\''")}'`;
	return `status=$?; printf '%s\\n' ${shown}; (exit $status); ${command.replaceAll(/\bSESSION\b/g, newest)}`;
}
