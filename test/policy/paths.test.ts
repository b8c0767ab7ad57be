import fc from 'fast-check';
import { Minimatch } from 'minimatch';
import { expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { compilePathPattern, matchesPath } from '../../src/policy/path-pattern.ts';
import { processorTime } from '../setup/processor-time.ts';
import { policyOf } from './machine.ts';

/** Whether one rule on `pattern` matches a read of `path`. */
function matches(pattern: string, path: string, decision: 'allow' | 'deny' = 'deny'): boolean {
	const policy = policyOf(JSON.stringify({ rules: [{ [decision]: 'read', path: pattern }] }));
	return decide(policy, { kind: 'read', path }).decision === decision;
}

test.each([
	['/etc/**', '/etc/passwd', true],
	['/etc/**', '/etc/a/b/c', true],
	['/etc/**', '/etc', false],
	['/etc/**', '/etcetera/x', false],
	['/etc', '/etc', true],
	['/etc', '/etc/passwd', false],
	['/', '/', true],
	['/**', '/x', true],
	['~', '/home/me', true],
	['~/.ssh/**', '/home/me/.ssh/id_rsa', true],
	['~/.ssh/**', '/home/me/.sshrc', false],
	['.', '/home/me/work', true],
	['./**', '/home/me/work/a', true],
	['./**', '/home/me/work', false],
	['./**', '/home/me/workshop', false],
	['./*.py', '/home/me/work/.hidden.py', true],
	['./*.py', '/home/me/work/sub/a.py', false],
	['./**/*.py', '/home/me/work/a.py', true],
	['./**/*.py', '/home/me/work/x/.y/a.py', true],
	['**/.env', '/.env', true],
	['**/.env', '/a/b/.env', true],
	['**/.env', '/a/b/x.env', false],
	['**/.env', '/a/.env/b', false],
	['./{a,b}/**', '/home/me/work/b/x', true],
	['./{a,b/{c,d}}', '/home/me/work/b/d', true],
	['{/etc,~}/x', '/home/me/x', true],
	['./[a-c]x', '/home/me/work/bx', true],
	['./[!a-c]x', '/home/me/work/bx', false],
	['./a?', '/home/me/work/a🐍', true],
	['./\\*', '/home/me/work/*', true],
	['./\\*', '/home/me/work/x', false],
	['./\\{a,b\\}', '/home/me/work/{a,b}', true],
	['./!a', '/home/me/work/!a', true],
	['./!\\(a)', '/home/me/work/!(a)', true],
	['./x(1).py', '/home/me/work/x(1).py', true],
	['./[]a]*/[x]', '/home/me/work/]y/x', true],
	['./#x', '/home/me/work/#x', true],
	['/ETC/passwd', '/etc/passwd', false],
])('%s on %s: %j', (pattern, path, expected) => {
	expect(matches(pattern, path)).toBe(expected);
});

test('a working directory with wildcards in its name is taken as it is', () => {
	const policy = policyOf(JSON.stringify({ rules: [{ allow: 'write', path: './**' }] }), { cwd: '/srv/{a,b}/*[x]' });
	expect(decide(policy, { kind: 'write', path: '/srv/{a,b}/*[x]/f' }).decision).toBe('allow');
	expect(decide(policy, { kind: 'write', path: '/srv/a/x/f' }).decision).toBe('ask');
});

test.each(['/a/../etc/passwd', '/a/./b', '/a//b', '/a/', 'a', '', '/a\0b', '/..'])(
	'the path %j, which is not resolved, is denied whatever the rules say',
	(path) => {
		const policy = policyOf('default: { read: allow }\nrules: [{ allow: read, path: "/**" }]');
		expect(decide(policy, { kind: 'read', path }).decision).toBe('deny');
	},
);

test('names that are not UTF-8, or hold newlines or escape sequences, do not evade a deny', () => {
	for (const name of ['\udc80', 'a\udcffb', '\n', 'x\ny', '\u001b[31m', '\u202e', '...', '-rf', '🐍', ' ']) {
		for (const pattern of ['./**', './*', './**/*', '/home/**', '/home/*/*/*', '**/*', '**']) {
			expect(matches(pattern, `/home/me/work/${name}`), `${pattern} ${JSON.stringify(name)}`).toBe(true);
		}
		expect(matches('./*.txt', `/home/me/work/${name}.txt`)).toBe(true);
		expect(matches('**/.env', `/home/${name}/.env`)).toBe(true);
	}
	expect(matches('./a\\udc80'.replace('\\udc80', '\udc80'), '/home/me/work/a\udc80')).toBe(true);
	expect(matches('./a?b', '/home/me/work/a\udc80b')).toBe(true);
});

test('a deny holds for where its own words lead, an allow does not', () => {
	expect(matches('/var/run/secret', '/run/secret')).toBe(true);
	expect(matches('/var/run/**', '/run/new/file')).toBe(true);
	expect(matches('~/dotfiles-link/**', '/home/me/dotfiles/x')).toBe(true);
	expect(matches('~/dotfiles-link/**', '/home/me/dotfiles/x', 'allow')).toBe(false);
	const except = policyOf('rules: [{ deny: read, path: "/run/**", except: "/var/run/**" }]');
	expect(decide(except, { kind: 'read', path: '/run/x' }).decision).toBe('deny');
	const narrower = policyOf('rules: [{ allow: read, path: "/run/**", except: "/var/run/**" }]');
	expect(decide(narrower, { kind: 'read', path: '/run/x' }).decision).toBe('ask');
});

test('no pattern backtracks for ever', () => {
	const name = 'a'.repeat(255);
	const deep = `/${'a/'.repeat(2000)}c`;
	const nasty = [
		`/${'*a'.repeat(100)}b`,
		`/**/${'a*'.repeat(120)}b`,
		`/${'?*'.repeat(60)}b`,
		`/${'[a]*'.repeat(60)}b`,
		`/${'**/a/'.repeat(60)}b`,
		`/${'**/*a*/'.repeat(60)}b`,
	];
	for (const pattern of nasty) {
		const policy = policyOf(JSON.stringify({ rules: [{ deny: 'read', path: pattern }] }));
		const took = processorTime(() => {
			for (const path of [`/${name}`, `/${name}/${name}/${name}/c`, deep])
				expect(decide(policy, { kind: 'read', path }).decision).toBe('ask');
		});
		expect(took, pattern.slice(0, 20)).toBeLessThan(5000);
	}
});

test('patterns match what minimatch alone matches', () => {
	const part = fc.constantFrom('a', 'b', 'ab', '*', '**', '?', '*b', 'a*', '[ab]', '[!a]', '\\*', '.a');
	const name = fc.constantFrom('a', 'b', 'ab', 'ba', 'abb', '.a', '*', 'a\n', '\udc80');
	const some = (one: fc.Arbitrary<string>) =>
		fc.array(one, { minLength: 1, maxLength: 5 }).map((all) => `/${all.join('/')}`);
	fc.assert(
		fc.property(some(part), fc.array(some(name), { minLength: 1, maxLength: 10 }), (pattern, all) => {
			const oracle = new Minimatch(pattern, { dot: true, nonegate: true, nocomment: true, noext: true, nobrace: true });
			const compiled = compilePathPattern(pattern, { home: '/h', cwd: '/c' }, false);
			for (const path of all) {
				expect(
					compiled.some((one) => matchesPath(one, path)),
					`${pattern} ${path}`,
				).toBe(oracle.match(path));
			}
		}),
		{ numRuns: 3000 },
	);
});

test('a directory pattern matches exactly what is below the directory', () => {
	const part = fc
		.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
		.filter((text) => !/^\.{1,2}$|[/\0]/.test(text));
	const parts = fc.array(part, { minLength: 1, maxLength: 5 });
	const policy = policyOf('rules: [{ deny: read, path: "/srv/data/**" }]');
	fc.assert(
		fc.property(parts, (names) => {
			const below = `/srv/data/${names.join('/')}`;
			const beside = `/srv/data${names.join('/')}`;
			expect(decide(policy, { kind: 'read', path: below }).decision).toBe('deny');
			expect(decide(policy, { kind: 'read', path: beside }).decision).toBe('ask');
		}),
	);
});
