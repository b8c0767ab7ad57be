import * as fs from 'node:fs';
import { expect, test } from 'vitest';
import { applyNaively } from './applier.ts';
import { at, guest, openFile, read, write } from './guest.ts';

const plain = { noReplace: false, exchange: false };

/** Kind and path below the working directory, and a rename's old path. */
function told(g: ReturnType<typeof guest>): string[] {
	const short = (path: string) => path.slice(g.work.length + 1);
	return g.fs.changeSet().map((change) => {
		const from = change.kind === 'rename' ? `${short(change.from)} -> ` : '';
		return `${change.kind} ${from}${short(change.path)}`;
	});
}

test('what was made and removed again, or put back as it was, is nothing', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/f`, 'same');
	fs.symlinkSync('f', `${g.work}/link`);
	write(g, 'temporary', 'x');
	g.fs.unlink(at(g, 'temporary'));
	write(g, 'f', 'other');
	write(g, 'f', 'same');
	g.fs.unlink(at(g, 'link'));
	g.fs.symlink('f', at(g, 'link'));
	g.fs.chmod(at(g, 'f'), 0o600);
	g.fs.chmod(at(g, 'f'), 0o644);
	g.fs.rename(at(g, 'f'), at(g, 'g'), plain);
	g.fs.rename(at(g, 'g'), at(g, 'f'), plain);
	expect(told(g)).toEqual([]);
	g.fs.chmod(at(g, 'f'), 0o600);
	expect(told(g)).toEqual(['modify f']);
});

test('a file that is written beside and renamed over another is a change of that other', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/config`, 'old');
	write(g, 'config.tmp', 'new');
	g.fs.rename(at(g, 'config.tmp'), at(g, 'config'), plain);
	expect(told(g)).toEqual(['modify config']);
});

test('a directory that goes is a delete for it and for each thing in it, children first', () => {
	const g = guest();
	fs.mkdirSync(`${g.work}/d/e`, { recursive: true });
	fs.writeFileSync(`${g.work}/d/e/f`, '');
	fs.writeFileSync(`${g.work}/d/g`, '');
	g.fs.chmod(at(g, 'd'), 0o700);
	g.fs.unlink(at(g, 'd/e/f'));
	g.fs.rmdir(at(g, 'd/e'));
	g.fs.unlink(at(g, 'd/g'));
	g.fs.rmdir(at(g, 'd'));
	expect(told(g)).toEqual(['delete d/e/f', 'delete d/e', 'delete d/g', 'delete d']);
	write(g, 'd', 'a file now');
	expect(told(g)).toEqual(['delete d/e/f', 'delete d/e', 'delete d/g', 'replace d']);
});

test('a rename says what it replaces, and two that change places replace nothing', () => {
	const g = guest();
	for (const name of ['a', 'b', 'c']) fs.writeFileSync(`${g.work}/${name}`, name);
	g.fs.rename(at(g, 'a'), at(g, 'b'), { noReplace: false, exchange: true });
	expect(told(g)).toEqual(['rename a -> b', 'rename b -> a']);
	expect(g.fs.changeSet().map((change) => 'replaces' in change)).toEqual([false, false]);
	g.fs.rename(at(g, 'c'), at(g, 'a'), plain);
	expect(told(g)).toEqual(['rename a -> b', 'rename c -> a']);
	expect(g.fs.changeSet().map((change) => 'replaces' in change)).toEqual([true, false]);
	write(g, 'b', 'more', 'a');
	expect(g.fs.changeSet()[0]).toMatchObject({ kind: 'rename', after: { size: 5 } });
});

test('a second name is a link, and when the first one goes the second is a rename', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/a`, 'a');
	g.fs.link(at(g, 'a'), at(g, 'b'));
	expect(g.fs.changeSet()).toMatchObject([{ kind: 'create', after: { type: 'link', link: `${g.work}/a` } }]);
	g.fs.unlink(at(g, 'a'));
	expect(told(g)).toEqual(['rename a -> b']);
});

test('what was deleted inside a directory that moved is named as the machine names it', () => {
	const g = guest();
	fs.mkdirSync(`${g.work}/d`);
	for (const name of ['x', 'y', 'z']) fs.writeFileSync(`${g.work}/d/${name}`, name);
	g.fs.rename(at(g, 'd'), at(g, 'e'), plain);
	g.fs.unlink(at(g, 'e/x'));
	write(g, 'e/y', 'new');
	write(g, 'e/n', 'new');
	g.fs.mkdir(at(g, 'd'), 0o755);
	expect(told(g)).toEqual(['rename d -> e', 'delete d/x', 'rename d/y -> e/y', 'create e/n', 'create d']);
});

test('after a rebase a command that changes the file is seen, by its name and through an open file', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/old`, 'old');
	write(g, 'input', 'from the script');
	const open = openFile(g, 'input', 'r+');
	write(g, 'old', 'pending');
	const changes = g.fs.changeSet().filter((change) => change.path.endsWith('input'));
	applyNaively(changes, g.work, g.work, `${g.session}/upper/content`);
	g.fs.rebase(changes);
	expect(told(g)).toEqual(['modify old']);
	fs.writeFileSync(`${g.work}/input`, 'from a command');
	fs.writeFileSync(`${g.work}/output`, 'made');
	expect([read(g, 'input'), read(g, 'output'), read(g, 'old')]).toEqual(['from a command', 'made', 'pending']);
	open.write(Buffer.from('F'), 0);
	open.close();
	expect(read(g, 'input')).toBe('From a command');
	expect(told(g)).toEqual(['modify old', 'modify input']);
});

test('a directory shows by its time that a command has made something in it', async () => {
	const g = guest();
	write(g, 'mine', 'x');
	const before = g.fs.stat(g.work).mtimeNs;
	await new Promise((done) => setTimeout(done, 20));
	fs.writeFileSync(`${g.work}/theirs`, 'x');
	expect(g.fs.stat(g.work).mtimeNs).toBeGreaterThan(before);
});

test('a base has the hash of a file up to 64 MiB and of a symlink', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/f`, 'text');
	fs.symlinkSync('f', `${g.work}/l`);
	fs.writeFileSync(`${g.work}/big`, '');
	fs.truncateSync(`${g.work}/big`, (64 << 20) + 1);
	for (const name of ['f', 'l', 'big']) g.fs.unlink(at(g, name));
	const hashes = g.fs.changeSet().map((change) => (change.kind === 'create' ? '' : change.base.sha256));
	expect(hashes).toEqual([
		'982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1',
		'252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111',
		undefined,
	]);
});
