/** The two sides of the comparison: the interpreter on the machine itself, and the same one inside approve-run. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { environmentFor, type Suite } from './obtain.ts';
import type { Side } from './run-module.ts';

const withoutInherited = new URL('../without-inherited.sh', import.meta.url).pathname;

/** Changes stay where the tests work and in scratch. A shell string is allowed by its own rule alone: see learnCommands. */
const policy = `name: testsuite
default: { read: allow, write: deny, delete: deny, run: allow, connect: deny }
limits: { time: 2h, cpu: 2h, memory: 4GiB, output: 200MiB, tasks: 120, disk: 16GiB, files: 200000 }
env: { pass: [PATH, HOME, LANG, TZ, USER, TMPDIR] }
scratch: [/tmp]
denied: ignore
rules:
  - { allow: [write, delete], path: "./**" }
  - { allow: connect, host: ["localhost:*", "127.0.0.1:*", "[::1]:*"] }
`;

export type Sides = {
	readonly native: Side;
	/** Works in scratch. */
	readonly inside: Side;
	/** Works in a folder of the machine, so that commands see the tests' files, as they see a person's own. */
	readonly insideMachine: Side;
	readonly place: string;
	/** Allows the shell strings that the last run inside was refused too; how many are new. */
	readonly learnCommands: () => number;
	readonly forgetCommands: () => void;
};

/** `place` is a new folder; `root` that of the repository. */
export function openSides(suite: Suite, root: string, place: string): Sides {
	const env = environmentFor(suite.folder);
	const file = join(place, 'policy.yaml');
	const report = join(place, 'report.json');
	const commands = new Set<string>();
	const write = (): void => {
		const rules = [...commands].map((command) => `  - { allow: run, command: ${JSON.stringify(command)} }\n`);
		fs.writeFileSync(file, policy + rules.join(''));
	};
	const forgetCommands = (): void => {
		commands.clear();
		write();
	};
	forgetCommands();
	const program = join(root, 'dist/approve-run.cjs');
	const flags = ['--unattended', '--runtime', suite.folder, '--policy', file, '--report', report];
	const { XDG_CACHE_HOME } = process.env;
	const machine = join(place, 'm');
	fs.mkdirSync(machine);
	const inside: Side = {
		name: 'inside',
		command: [process.execPath, program, ...flags],
		env: { ...env, XDG_STATE_HOME: join(place, 'state'), ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }) },
		cwd: machine,
		work: '/tmp',
		testTime: 60_000,
		moduleTime: 1_200_000,
	};
	return {
		place,
		learnCommands: () => {
			const before = commands.size;
			for (const command of refusedCommands(report)) commands.add(command);
			write();
			return commands.size - before;
		},
		forgetCommands,
		native: {
			name: 'native',
			command: [withoutInherited, suite.program, '-B'],
			env,
			cwd: machine,
			work: '/tmp',
			testTime: 60_000,
			moduleTime: 1_200_000,
		},
		inside,
		insideMachine: { ...inside, work: machine },
	};
}

/** `sh -c '…'`, as a policy has it. */
function refusedCommands(report: string): string[] {
	if (!fs.existsSync(report)) return [];
	const { effects }: { effects: { kind: string; decision: string; argv?: string[] }[] } = JSON.parse(
		fs.readFileSync(report, 'utf8'),
	);
	const refusedLine = ({ kind, decision, argv }: (typeof effects)[number]): string[] =>
		kind === 'run' && decision === 'deny' && argv !== undefined ? [argv.map(quoted).join(' ')] : [];
	fs.rmSync(report);
	return [...new Set(effects.flatMap(refusedLine))];
}

function quoted(word: string): string {
	return /^[\w./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
