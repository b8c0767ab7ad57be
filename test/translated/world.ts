/** The files that a recorded conversation has seen, made anew below a folder: as large and of the same kinds. */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

type Operation = { readonly op: string; readonly data?: string; readonly errno?: number };
type Recorded = {
	readonly call: string;
	readonly args: readonly (number | null)[];
	readonly ops: readonly Operation[];
	readonly ret: { readonly value: number };
};

export const fixtures = new URL('../fixtures/sandbox/', import.meta.url).pathname;
export const names = fs
	.readdirSync(join(fixtures, 'traces'))
	.map((name) => name.replace('.jsonl.gz', ''))
	.sort();

export function recording(name: string): Recorded[] {
	const text = gunzipSync(fs.readFileSync(join(fixtures, 'traces', `${name}.jsonl.gz`))).toString();
	return text
		.trim()
		.split('\n')
		.map((line): Recorded => JSON.parse(line));
}

/** Makes them below `root`. */
export function populate(root: string, name: string): void {
	fs.mkdirSync(join(root, 'tmp'), { recursive: true });
	let directory: string | undefined;
	for (const { call, ops, ret } of recording(name)) {
		const path = text(ops);
		if (call.startsWith('opendir') && ret.value !== 0 && path !== undefined) directory = path;
		if (call.startsWith('fdopendir')) directory = undefined;
		if (call.startsWith('readdir') && directory !== undefined) listed(root, directory, ops);
		if ((call.startsWith('stat64') || call.startsWith('lstat64')) && ret.value === 0 && path?.startsWith('/'))
			seen(root, path, ops);
	}
	for (const [path, content] of [
		['tmp/input/config.ini', '[app]\ndebug = true\nport = 8080\n'.slice(0, 29)],
		['tmp/input/old.log', 'old\n'],
		['tmp/input/rows.csv', 'a,b\n1,2\n3,4\n'],
		['tmp/input/cache/deep/c', 'c\n'],
	] as const) {
		fs.mkdirSync(dirname(join(root, path)), { recursive: true });
		fs.writeFileSync(join(root, path), content);
	}
	fs.writeFileSync(join(root, `${name}.py`), '');
}

function seen(root: string, path: string, ops: readonly Operation[]): void {
	if (!/^\/(lib|script)/.test(path)) return;
	const bytes = Buffer.from(ops.find(({ op }) => op === 'W')?.data ?? '', 'base64');
	const place = join(root, path);
	if ((bytes.readUInt32LE(24) & 0o170000) === 0o040000) return void fs.mkdirSync(place, { recursive: true });
	fs.mkdirSync(dirname(place), { recursive: true });
	fs.closeSync(fs.openSync(place, 'a'));
	fs.truncateSync(place, Number(bytes.readBigInt64LE(48)));
	fs.chmodSync(place, bytes.readUInt32LE(24) & 0o777);
}

function listed(root: string, directory: string, ops: readonly Operation[]): void {
	if (!directory.startsWith('/lib')) return;
	const bytes = Buffer.from(ops.find(({ op }) => op === 'W')?.data ?? '', 'base64');
	if (bytes.length < 20) return;
	const place = join(root, directory, bytes.toString('utf8', 19, bytes.indexOf(0, 19)));
	if (fs.existsSync(place)) return;
	if (bytes[18] === 4) fs.mkdirSync(place, { recursive: true });
	else {
		fs.mkdirSync(dirname(place), { recursive: true });
		fs.writeFileSync(place, '');
	}
}

function text(ops: readonly Operation[]): string | undefined {
	const data = ops.find(({ op }) => op === 'Z')?.data;
	return data === undefined ? undefined : Buffer.from(data, 'base64').toString('latin1');
}
