/**
 * JSON files of a session that carry their version and a SHA-256 of their data. An edited, truncated or newer file is
 * told apart from a missing one, and never trusted. (The seal shows accidents and careless edits; it is no signature.)
 */
import { createHash, hash } from 'node:crypto';
import type * as z from 'zod/mini';
import type { SessionFiles } from '../host/session-files.ts';

export type Unsealed<T> =
	| { readonly kind: 'ok'; readonly data: T }
	| { readonly kind: 'missing' }
	/** `why` is one sentence that names the file. */
	| { readonly kind: 'untrusted'; readonly why: string };

/** `sync`: it is on the disk when this returns; else a power failure may take it. */
export function writeSealed(files: SessionFiles, path: string, version: number, data: unknown, sync: boolean): void {
	const body = JSON.stringify(data) ?? '';
	const seal = sealOf(version, body);
	const text =
		body.length < readableBytes
			? JSON.stringify({ version, seal, data }, undefined, '\t')
			: `{"version":${version},"seal":"${seal}","data":${body}}`;
	files.writeWhole(path, Buffer.from(`${text}\n`), sync);
}

/** What is larger nobody reads in an editor: it is written as it is sealed. */
const readableBytes = 1 << 16;
/** What stands before the data is shorter. */
const headBytes = 128;

/** Reads data of exactly `version`. Throws SysError where the file cannot be read. */
export function readSealed<T>(
	files: SessionFiles,
	path: string,
	version: number,
	shape: z.ZodMiniType<T>,
): Unsealed<T> {
	const bytes = files.readWhole(path);
	if (bytes === undefined) return { kind: 'missing' };
	const opened = openLarge(bytes, version) ?? openSmall(bytes, version, path);
	if (opened.kind === 'untrusted') return opened;
	const parsed = shape.safeParse(opened.data);
	if (parsed.success) return { kind: 'ok', data: parsed.data };
	const [issue] = parsed.error.issues;
	return untrusted(`${path} is not as it should be: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`);
}

type Opened =
	| { readonly kind: 'opened'; readonly data: unknown }
	| { readonly kind: 'untrusted'; readonly why: string };

/** As a large file is written: the seal is held against its bytes as they are. Undefined where it does not fit, for whatever reason. */
function openLarge(bytes: Buffer, version: number): Opened | undefined {
	const head = /^\{"version":(\d+),"seal":"([0-9a-f]{64})","data":/.exec(bytes.toString('latin1', 0, headBytes));
	if (head === null || head[1] !== String(version) || bytes.toString('latin1', bytes.length - 2) !== '}\n')
		return undefined;
	const body = bytes.subarray(head[0].length, -2);
	const seal = createHash('sha256').update(`approve-run ${version}\n`).update(body).digest('hex');
	const whole = seal === head[2] ? parse(`{"data":${body.toString('utf8')}}`) : undefined;
	return whole === undefined ? undefined : { kind: 'opened', data: whole['data'] };
}

function openSmall(bytes: Buffer, version: number, path: string): Opened {
	const whole = parse(bytes.toString('utf8'));
	if (whole === undefined) return untrusted(`${path} is not whole: it was cut off or edited.`);
	if (typeof whole['version'] === 'number' && whole['version'] > version) {
		return untrusted(
			`${path} was written by a newer approve-run (version ${whole['version']}, this one reads ${version}).`,
		);
	}
	if (typeof whole['version'] === 'number' && whole['version'] < version) {
		return untrusted(
			`${path} was written by an older approve-run (version ${whole['version']}, this one reads ${version}): run the script again.`,
		);
	}
	if (whole['version'] !== version) return untrusted(`${path} has no version that this approve-run reads.`);
	if (whole['seal'] !== sealOf(version, JSON.stringify(whole['data']) ?? ''))
		return untrusted(`${path} was edited: its seal does not match.`);
	return { kind: 'opened', data: whole['data'] };
}

function untrusted(why: string): { readonly kind: 'untrusted'; readonly why: string } {
	return { kind: 'untrusted', why };
}

/** `body`: the data as JSON without spaces. */
function sealOf(version: number, body: string): string {
	return hash('sha256', `approve-run ${version}\n${body}`);
}

function parse(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
