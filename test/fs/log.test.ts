import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { loadChangeSet } from '../../src/fs/change-set.ts';
import { keepChanges, keptChanges } from '../../src/fs/kept-changes.ts';
import { UpperLogError } from '../../src/fs/log.ts';
import { createHostFiles } from '../../src/host/host-files.ts';
import { at, guest, read, temporary, write } from './guest.ts';

function session(): { upper: string; log: string; load: () => string[] } {
	const g = guest();
	fs.writeFileSync(`${g.work}/f`, 'x');
	write(g, 'new', 'text');
	g.fs.unlink(at(g, 'f'));
	g.fs.close();
	const upper = `${g.session}/upper`;
	const load = () => loadChangeSet(upper, createHostFiles(g.session)).map((change) => change.kind);
	return { upper, log: `${upper}/log.jsonl`, load };
}

test('a last line without its end is left out, at whatever byte it was torn, and the next session writes on after it', () => {
	const { log, load } = session();
	const whole = fs.readFileSync(log);
	expect(load()).toEqual(['create', 'delete']);
	const last = whole.lastIndexOf(10, whole.length - 2) + 1;
	for (const end of [last, last + 1, last + 40, whole.length - 1]) {
		fs.writeFileSync(log, whole.subarray(0, end));
		expect(load()).toEqual(['create']);
	}
	const top = path.resolve(log, '../../..');
	const again = guest({}, top);
	write(again, 'more', 'x');
	again.fs.close();
	expect(load()).toEqual(['create', 'create']);
});

test('anything else that is wrong in it is an error that names file and line', () => {
	const { log, load, upper } = session();
	const lines = fs.readFileSync(log, 'utf8').split('\n');
	const damaged = [
		['{"upper":2}', 1, /first line/],
		['no JSON', 3, /not JSON/],
		['{}', 3, /not a list/],
		['[{"op":"unlink"}]', 3, /unknown step "unlink"/],
		['[{"op":"__proto__"}]', 3, /unknown step/],
		['[{"op":"count","id":1,"sub":1,"more":1}]', 3, /unknown more/],
		['[{"op":"content","id":1,"content":"../../x"}]', 3, /wrong content/],
		['[{"op":"set","dir":1,"name":"a/b","id":1,"order":1,"sub":0}]', 3, /wrong name/],
		['[{"op":"attr","id":999,"mode":1}]', 3, /no node 999/],
	] as const;
	for (const [text, number, why] of damaged) {
		fs.writeFileSync(log, lines.with(number - 1, text).join('\n'));
		expect(load).toThrow(UpperLogError);
		expect(load).toThrow(why);
		expect(load).toThrow(`${log}:${number}:`);
	}
	fs.writeFileSync(log, lines.join('\n'));
	for (const name of fs.readdirSync(`${upper}/content`)) fs.rmSync(`${upper}/content/${name}`);
	expect(load).toThrow(/missing/);
});

test('the change set that a run kept at its end is that of its log, and nothing where a byte of either is another', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/f`, 'x');
	fs.writeFileSync(`${g.work}/same`, 'same');
	write(g, 'new "name" \n', 'text');
	write(g, 'same', 'other');
	g.fs.symlink('a target\u{dcff}', at(g, 'link'));
	g.fs.unlink(at(g, 'f'));
	g.fs.rename(at(g, 'same'), at(g, 'moved'), { noReplace: false, exchange: false });
	const changes = g.fs.changeSet();
	g.fs.close(g.fs.revisedChanges());
	const upper = `${g.session}/upper`;
	const load = () => loadChangeSet(upper, createHostFiles(g.session));
	expect(load()).toEqual(changes);
	const [kept, log] = [`${upper}/changes.json`, `${upper}/log.jsonl`];
	const good = fs.readFileSync(kept);
	expect(changes.length).toBe(4);
	for (let byte = 0; byte < good.length; byte += 7) {
		const bytes = Buffer.from(good);
		bytes[byte] = (bytes[byte] ?? 0) ^ 1;
		fs.writeFileSync(kept, bytes);
		expect(load()).toEqual(changes);
		fs.writeFileSync(kept, good.subarray(0, byte));
		expect(load()).toEqual(changes);
	}
	fs.writeFileSync(kept, good);
	const text = fs.readFileSync(log, 'utf8');
	fs.writeFileSync(log, text.slice(0, text.lastIndexOf('[')));
	expect(load()).not.toEqual(changes);
	fs.writeFileSync(log, `${text}no record\n`);
	expect(load).toThrow(/not JSON/);
	fs.writeFileSync(log, text);
	const [content = ''] = fs.readdirSync(`${upper}/content`);
	fs.rmSync(`${upper}/content/${content}`);
	expect(load).toThrow(/missing/);
});

test('of what was kept only what is a change is taken, and no path outside of the contents', () => {
	const g = guest();
	write(g, 'new', 'text');
	const [change] = g.fs.changeSet();
	if (change?.kind !== 'create' || change.after.type !== 'file') throw new Error('no new file');
	const good = [change];
	const bad: unknown[] = [
		{ ...change, kind: 'chmod' },
		{ ...change, kind: 'toString' },
		{ ...change, path: 'relative' },
		{ ...change, order: -1 },
		{ ...change, more: 1 },
		{ ...change, after: { ...change.after, content: '../../x' } },
		{ ...change, after: { ...change.after, size: '4' } },
		{ ...change, after: { ...change.after, owner: { uid: 0 } } },
		{ ...change, after: { type: 'link', link: 'relative' } },
		{ kind: 'delete', order: 1, path: '/x', base: { type: 'file' } },
	];
	g.fs.close();
	const [host, upper] = [createHostFiles(g.session), `${g.session}/upper`];
	keepChanges(host, upper, good);
	expect(keptChanges(host, upper)).toEqual(good);
	for (const one of bad) {
		keepChanges(host, upper, JSON.parse(JSON.stringify([change, one])));
		expect(keptChanges(host, upper), JSON.stringify(one)).toBeUndefined();
	}
});

test('after kill -9 all is there that the script was told of', async () => {
	const top = temporary();
	const work = path.join(top, 'work');
	fs.mkdirSync(work);
	for (let i = 0; i < 400; i++) fs.writeFileSync(`${work}/old${i}`, 'old');
	await build({
		stdin: { contents: endless(top), resolveDir: import.meta.dirname, loader: 'ts' },
		...{ bundle: true, platform: 'node', format: 'esm', outfile: `${top}/run.mjs`, logLevel: 'silent' },
	});
	const child = spawn(process.execPath, [`${top}/run.mjs`], { stdio: ['ignore', 'pipe', 'inherit'] });
	let told = '';
	await new Promise<void>((done) => {
		child.stdout.on('data', (data: Buffer) => {
			told += data.toString();
			if (told.length > 400) child.kill('SIGKILL');
		});
		child.on('close', () => done());
	});
	const done = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1));
	expect(done).toBeGreaterThan(50);
	const g = guest({}, top);
	for (let i = 0; i <= done; i++) {
		expect(read(g, `d/new${i}`)).toBe(`text ${i}`);
		expect(g.fs.resolve(`old${i}`, work).stat).toBeUndefined();
		expect(read(g, `moved${i}`)).toBe('old');
	}
	const changes = g.fs.changeSet();
	expect(changes.length).toBeGreaterThanOrEqual(2 * done + 2);
	expect(changes.length).toBeLessThanOrEqual(2 * done + 6);
}, 30_000);

function endless(top: string): string {
	return `
		import { writeSync } from 'node:fs';
		import { at, guest, write } from './guest.ts';
		const g = guest({}, ${JSON.stringify(top)});
		g.fs.mkdir(at(g, 'd'), 0o755);
		for (let i = 0; i < 400; i++) {
			write(g, 'd/new' + i, 'text ' + i);
			g.fs.rename(at(g, 'old' + i), at(g, 'moved' + i), { noReplace: false, exchange: false });
			writeSync(1, i + '\\n');
		}
		setTimeout(() => {}, 60000);
	`;
}
