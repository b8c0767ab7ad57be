/** The pages agree with the code and with each other. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { limitNames } from '../../src/policy/limits.ts';
import { readPage, root } from './blocks.ts';

const pages = [
	...['README.md', 'ARCHITECTURE.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
	...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

test.each(pages)('every link of %s leads somewhere', (name) => {
	const page = readPage(name);
	for (const [, target = ''] of page.matchAll(/\]\(([^)\s]+)\)/g)) {
		if (target.startsWith('https:')) continue;
		const [path = '', anchor] = target.split('#');
		const file = path === '' ? name : join(dirname(name), path);
		expect(existsSync(join(root, file)), `${name}: ${target}`).toBe(true);
		if (anchor !== undefined) expect(anchorsOf(readPage(file)), `${name}: ${target}`).toContain(anchor);
	}
});

test.each(pages)('%s names no place on the machine of whoever wrote it', (name) => {
	expect(readPage(name)).not.toMatch(/\/root\b|\/work\/|\/tmp\/[a-z]/);
});

test('docs/system-calls.md is what scripts/system-calls.mjs makes of the table', () => {
	const made = spawnSync(process.execPath, [join(root, 'scripts/system-calls.mjs'), '--print'], { encoding: 'utf8' });
	expect(made.stderr).toBe('');
	expect(readPage('docs/system-calls.md')).toBe(made.stdout);
});

test('every option that README.md names is one of the program', () => {
	const text = ['src/cli/main.ts', 'src/cli/commands.ts', 'bin/setup']
		.map((file) => readFileSync(join(root, file), 'utf8'))
		.join('\n');
	const limits = [...text.matchAll(/limit\('(\w+)'/g)].map(([, name]) => `--${name}`);
	const known = new Set([...limits, ...[...text.matchAll(/--[a-z]+(?:-[a-z]+)*/g)].map(([option]) => option)]);
	// Of PyPy's own build, and not of ours.
	known.add('--sandbox');
	// Console blocks are typed in by another test; yaml blocks name options of git.
	const prose = readPage('README.md').replaceAll(/^```(?:console|yaml)$.*?^```$/gms, '');
	const named = prose.match(/(?<![\w-])--[a-z]+(?:-[a-z]+)*/g) ?? [];
	expect(named.filter((option) => !known.has(option))).toEqual([]);
	expect(named.length).toBeGreaterThan(5);
});

test('README.md and docs/policy.md name each policy that ships, and docs/policy.md each limit', () => {
	const shipped = readdirSync(join(root, 'policies')).filter((name) => name.endsWith('.yaml'));
	for (const page of ['README.md', 'docs/policy.md']) {
		for (const name of shipped) expect(readPage(page), name).toContain(`policies/${name})`);
	}
	const limits = readPage('docs/policy.md').matchAll(/^\| `(\w+)` +\|/gm);
	expect([...limits].map(([, name]) => name)).toEqual(expect.arrayContaining([...limitNames]));
});

test('ARCHITECTURE.md says what each folder of src is for', () => {
	const ladder: Record<string, unknown> = JSON.parse(readFileSync(join(root, 'src/ladder.json'), 'utf8'));
	const section = /^## Folders$.*?^## /ms.exec(readPage('ARCHITECTURE.md'))?.[0] ?? '';
	const rows = [...section.matchAll(/^\| `(\w+)\/` +\|/gm)].map(([, name]) => name);
	expect(rows).toEqual(Object.keys(ladder).filter((name) => name !== 'comment'));
});

test('every file that ARCHITECTURE.md, SECURITY.md and CONTRIBUTING.md name is there', () => {
	for (const name of ['ARCHITECTURE.md', 'SECURITY.md', 'CONTRIBUTING.md']) {
		for (const [, path = ''] of readPage(name).matchAll(
			/`((?:src|test|scripts|pypy|policies|docs|bin|bench|\.ci)\/[\w./-]*)`/g,
		)) {
			expect(existsSync(join(root, path)), `${name}: ${path}`).toBe(true);
		}
	}
});

test('a picture has the text of the screen in the place and the colour that it had', async () => {
	const { pictureOf } = await import(join(root, 'scripts/terminal-svg.mjs'));
	const svg = pictureOf('\u001b[1mbold\u001b[0m \u001b[31m<red>\u001b[39m\n\u001b[7minverse', {
		columns: 20,
		rows: 2,
		title: 'a & b',
	});
	expect(svg).toContain('<title>a &amp; b</title>');
	expect(svg).toMatch(/<text x="14" y="57" textLength="33.6"[^>]* font-weight="bold">bold<\/text>/);
	expect(svg).toMatch(/<text x="56"[^>]* fill="#e5736f">&lt;red&gt;<\/text>/);
	expect(svg).toMatch(
		/<g transform="translate\(0 18\)"><rect x="14" y="44" width="58.8" height="18" fill="#d7dae0"\/><text [^>]*>inverse</,
	);
});

test('a recording shows each screen in its time, has a row of several once, and stands still where nothing may move', async () => {
	const { recordingOf } = await import(join(root, 'scripts/terminal-svg.mjs'));
	const frames = [
		{ screen: 'same\nfirst', seconds: 1 },
		{ screen: 'same\nsecond', seconds: 3, still: true },
	];
	const svg: string = recordingOf(frames, { columns: 20, rows: 2, title: 't' });
	expect(svg.match(/>same</g)).toHaveLength(1);
	expect(svg).toContain('@keyframes f0{0%{visibility:visible}25%{visibility:hidden}}');
	expect(svg).toContain('@keyframes f1{0%{visibility:hidden}25%{visibility:visible}}');
	expect(svg).toMatch(/<g class="f f1 still"><use href="#r0" y="0"\/><use href="#r2" y="18"\/><\/g>/);
	expect(svg).toContain('prefers-reduced-motion');
});

test.each(['review', 'command', 'script', 'recording'])(
	'docs/pictures/%s.svg shows a neutral home and nothing of a machine',
	(name) => {
		const svg = readPage(`docs/pictures/${name}.svg`);
		if (name !== 'script') expect(svg).toContain('/home/elisabeth');
		expect(svg).not.toMatch(/\/root|\/tmp|\/var\/tmp/);
	},
);

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
	return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
		title
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} -]/gu, '')
			.replaceAll(' ', '-'),
	);
}
