/**
 * The change set as it was when the run ended, beside the log that it comes from: of 100,000 files it is read in a third of the
 * time. The log is what counts. What is kept holds good for a log of exactly these bytes alone, and for nothing where a byte
 * of it is another: then the log is read, which says what is wrong with itself.
 */
import { hash } from 'node:crypto';
import { SysError } from '../abi/errno.ts';
import type { Change } from '../model/change.ts';
import type { HostFiles } from './api.ts';
import { isChange } from './change-shape.ts';
import { join } from './path.ts';
import { contentFolder, logPath } from './restore.ts';

/** After the last record of the log. Where there is no room for it, nothing is kept. */
export function keepChanges(host: HostFiles, upperFolder: string, changes: readonly Change[]): void {
	const path = pathOf(upperFolder);
	if (changes.length === 0) return;
	const lines = changes.map(textOf);
	if (lines.reduce((sum, line) => sum + line.length, 0) > largest) return;
	try {
		const body = Buffer.from(`[${lines.join(',\n')}]\n`);
		const bytes = Buffer.concat([Buffer.from(headOf(host.hash(logPath(upperFolder)), body)), body]);
		const fd = host.openSession(path, 'create');
		try {
			host.write(fd, bytes, 0);
		} finally {
			host.close(fd);
		}
	} catch (error) {
		if (!(error instanceof SysError)) throw error;
		host.removeSession(path);
	}
}

/** Undefined: there are none that hold good. */
export function keptChanges(host: HostFiles, upperFolder: string): Change[] | undefined {
	const path = pathOf(upperFolder);
	const size = host.lstat(path)?.size ?? 0;
	if (size < headLength || size > largest) return undefined;
	const bytes = readAll(host, path, size);
	const body = bytes.subarray(headLength);
	if (bytes.toString('latin1', 0, headLength) !== headOf(host.hash(logPath(upperFolder)), body)) return undefined;
	const changes = parse(body.toString('utf8'));
	if (!Array.isArray(changes) || !changes.every(isChange)) return undefined;
	return hasContents(changes, new Set(host.names(contentFolder(upperFolder)))) ? changes : undefined;
}

/** Characters; a longer text is none in JavaScript. */
const largest = 1 << 28;

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function pathOf(upperFolder: string): string {
	return join(upperFolder, 'changes.json');
}

/** The SHA-256 of what follows, and of the log. */
function headOf(log: string, body: Uint8Array): string {
	return `approve-run changes 1 ${hash('sha256', body)} ${log}\n`;
}

const headLength = headOf('0'.repeat(64), new Uint8Array(0)).length;

/** Without what only the running session knows. */
function textOf(change: Change): string {
	if (change.kind === 'delete' || change.after.type !== 'file' || change.after.revision === undefined)
		return JSON.stringify(change);
	const { revision: _revision, ...after } = change.after;
	return JSON.stringify({ ...change, after });
}

function hasContents(changes: readonly Change[], names: ReadonlySet<string>): boolean {
	return changes.every((change) => {
		const content = change.kind !== 'delete' && change.after.type === 'file' ? change.after.content : undefined;
		return content === undefined || names.has(content);
	});
}

function readAll(host: HostFiles, path: string, size: number): Buffer {
	const fd = host.openRead(path);
	try {
		const bytes = Buffer.alloc(size);
		let at = 0;
		for (let got = -1; got !== 0 && at < size; at += got) got = host.read(fd, bytes.subarray(at), at);
		return bytes.subarray(0, at);
	} finally {
		host.close(fd);
	}
}
