import { expect, test } from 'vitest';
import { failureHint, rememberErrors } from '../../src/cli/failure-hint.ts';

const python39 = '7.3.11 (Python 3.9.16)';
const trace = 'Traceback (most recent call last):\n  File "/x/a.py", line 1, in <module>\n    import m\n';
const syntax = (line: string) => `  File "/x/a.py", line 7\n    ${line}\n        ^\nSyntaxError: invalid syntax\n`;

test('a module that is missing is named, but no package to install: who made up the script may have made it up', () => {
	const hint = failureHint(`${trace}ModuleNotFoundError: No module named 'requests.adapters'\n`, python39);
	expect(hint).toBe(
		'the script needs the module requests, which this PyPy does not have; how to give it packages: README.md, "Packages for a script"',
	);
	expect(hint).not.toContain('pip');
});

test('what a newer Python has is said with its version', () => {
	const missing = (module: string) => `${trace}ModuleNotFoundError: No module named '${module}'\n`;
	expect(failureHint(missing('tomllib'), python39)).toContain(
		'needs Python 3.11 (the module tomllib); this PyPy is 3.9',
	);
	expect(failureHint(missing('tomllib'), '7.3.19 (Python 3.11.11)')).toContain('the module tomllib, which this PyPy');
	expect(failureHint(syntax('match command.split():'), python39)).toContain('needs Python 3.10 (line 7: match)');
	expect(failureHint(syntax('except* ValueError:'), python39)).toContain('needs Python 3.11 (line 7: except*)');
	expect(failureHint(syntax('type Row = list[str]'), python39)).toContain('needs Python 3.12');
	expect(failureHint(syntax('def first[T](all: list[T]) -> T:'), python39)).toContain('needs Python 3.12');
	const union = `${trace}TypeError: unsupported operand type(s) for |: 'type' and 'NoneType'\n`;
	expect(failureHint(union, python39)).toContain('needs Python 3.10 (types joined with |)');
	expect(failureHint(union, '7.3.16 (Python 3.10.14)')).toBeUndefined();
});

test('other failures get no hint', () => {
	for (const errors of [
		'',
		'ValueError: no\n',
		syntax('if x print(1)'),
		syntax('matches x:'),
		'SyntaxError: \n',
		'\n'.repeat(4000),
	]) {
		expect(failureHint(errors, python39)).toBeUndefined();
	}
	expect(failureHint(`${trace}ModuleNotFoundError: No module named '\x1b[2Jx'\n`, python39)).toBeUndefined();
	expect(failureHint(`ModuleNotFoundError: No module named '${'x'.repeat(70)}'`, python39)).toBeUndefined();
});

test('the end of standard error is kept, whatever comes before it and however it is cut', async () => {
	const written: string[] = [];
	const streams = rememberErrors({
		write: async (stream, bytes) => {
			written.push(`${stream} ${bytes.length}`);
			return true;
		},
		read: () => undefined,
		pause: () => undefined,
	});
	await streams.write(2, Buffer.alloc(1 << 20, 'x'));
	await streams.write(1, Buffer.from('not this'));
	for (const char of 'the end') await streams.write(2, Buffer.from(char));
	expect(streams.lastErrors()).toHaveLength(4096);
	expect(streams.lastErrors()).toMatch(/xthe end$/);
	expect(written.slice(0, 2)).toEqual(['2 1048576', '1 8']);
});
