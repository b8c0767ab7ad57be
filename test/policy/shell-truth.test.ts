/** Whatever a policy allows of a shell string is run by real shells, with a program beside it that must never run. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePolicy, type Policy } from '../../src/policy/compile.ts';
import { decide } from '../../src/policy/decide.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { PolicyError } from '../../src/policy/problem.ts';

let folder = '';
let work = '';
let policy: Policy;
const shells = ['bash', 'dash'].filter((name) => existsSync(`/bin/${name}`));

/** `ls` and `cat` of this machine only tell what they were given; `evil` leaves a mark. */
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'approve-run-truth-'));
	work = join(folder, 'work');
	const bin = join(folder, 'bin');
	mkdirSync(work);
	mkdirSync(bin);
	const program = (name: string, text: string) => {
		writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
		chmodSync(join(bin, name), 0o755);
	};
	for (const name of ['ls', 'cat', 'wc']) program(name, 'exit 0');
	program('evil', `: > '${folder}/mark'`);
	const document = parsePolicy({
		name: 'p.yaml',
		text: 'default: { read: allow, write: ask, run: ask }\nrules: [{ allow: run, command: ["ls **", "cat **", "wc -l"] }]',
	});
	if (document instanceof PolicyError) throw document;
	policy = compilePolicy(document, {
		home: folder,
		cwd: work,
		systemPath: [bin],
		env: { PATH: bin, HOME: folder },
		realpath: (path) => (existsSync(path) ? path : path === '/usr/bin/sh' ? '/usr/bin/sh' : undefined),
		which: (name) => (name === 'sh' ? ['/usr/bin/sh'] : []),
	});
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function allowed(text: string): boolean {
	const env = { PATH: join(folder, 'bin'), HOME: folder };
	const effect = { kind: 'run', argv: ['sh', '-c', text], program: '/usr/bin/sh', cwd: work, env } as const;
	return decide(policy, effect).decision === 'allow';
}

/** What a shell did that was not allowed: ran `evil`, or made a file. */
function damage(text: string): string | undefined {
	for (const shell of shells) {
		const env = { PATH: join(folder, 'bin'), HOME: folder };
		spawnSync(`/bin/${shell}`, ['-c', text], { cwd: work, env, timeout: 2000, stdio: 'ignore' });
		if (existsSync(join(folder, 'mark'))) return `${shell} ran evil`;
		const [file] = readdirSync(work);
		if (file !== undefined) return `${shell} made ${file}`;
	}
	return undefined;
}

const tokens = [
	...[
		'ls',
		'ls -l',
		'cat x',
		'wc -l',
		'evil',
		'evil',
		'x',
		'echo',
		' ',
		' ',
		' ',
		'\n',
		';',
		'&',
		'&&',
		'|',
		'||',
		'(',
		')',
	],
	...[
		'{ ',
		'; }',
		'$(',
		'`',
		'"',
		"'",
		'\\',
		'\\\n',
		'#',
		'>',
		'>>',
		'<',
		'<<E\n',
		'\nE\n',
		'<<<',
		'2>&1',
		'>/dev/null',
	],
	...[
		'&>',
		'>|',
		'<(',
		'>(',
		'$',
		'${',
		'}',
		'$((',
		'))',
		'[[',
		']]',
		'[',
		']',
		'!',
		'if ',
		'; then ',
		'; fi',
		'for i in ',
	],
	...[
		'; do ',
		'; done',
		'while ',
		'case x in ',
		') ',
		';;',
		' esac',
		'f() ',
		'function f ',
		'eval ',
		'exec ',
		'command ',
		'. ',
	],
	...[
		'a=',
		'ls=',
		'IFS=',
		'~',
		'~/',
		'*',
		'?',
		"$'",
		'$"',
		'\\x65',
		'-',
		'--',
		'=',
		',',
		'{a,b}',
		'time ',
		'!(',
		'@(',
		'\t',
		'\r',
	],
	...[
		'alias ls=evil\n',
		'trap evil EXIT',
		'cd ',
		'/',
		'..',
		'%s',
		'printf ',
		'coproc ',
		'select ',
		'until ',
		'$ls',
		'$0',
		'"$@"',
	],
];

test('no text that is allowed runs anything else, or writes a file, in bash or in dash', () => {
	let tried = 0;
	const text = fc.array(fc.constantFrom(...tokens), { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''));
	fc.assert(
		fc.property(text, (one) => {
			if (!allowed(one)) return;
			tried += 1;
			expect(damage(one), JSON.stringify(one)).toBeUndefined();
		}),
		{ numRuns: Number(process.env['FUZZ_RUNS'] ?? 4000) },
	);
	expect(tried).toBeGreaterThan(5);
}, 600_000);
