/**
 * JSON files of a session that carry their version and a SHA-256 of their data. An edited, truncated or newer file is
 * told apart from a missing one, and never trusted. (The seal shows accidents and careless edits; it is no signature.)
 */
import { createHash } from 'node:crypto';
import type * as z from 'zod/mini';
import type { SessionFiles } from '../host/session-files.ts';

export type Unsealed<T> =
	| { readonly kind: 'ok'; readonly data: T }
	| { readonly kind: 'missing' }
	/** `why` is one sentence that names the file. */
	| { readonly kind: 'untrusted'; readonly why: string };

/** `sync`: it is on the disk when this returns; else a power failure may take it. */
export function writeSealed(files: SessionFiles, path: string, version: number, data: unknown, sync: boolean): void {
	const text = JSON.stringify({ version, seal: sealOf(version, data), data }, undefined, '\t');
	files.writeWhole(path, Buffer.from(`${text}\n`), sync);
}

/** Reads data of exactly `version`. Throws SysError where the file cannot be read. */
export function readSealed<T>(
	files: SessionFiles,
	path: string,
	version: number,
	shape: z.ZodMiniType<T>,
): Unsealed<T> {
	const bytes = files.readWhole(path);
	if (bytes === undefined) return { kind: 'missing' };
	const whole = parse(bytes.toString('utf8'));
	if (whole === undefined) return untrusted(`${path} is not whole: it was cut off or edited.`);
	if (typeof whole['version'] === 'number' && whole['version'] > version) {
		return untrusted(
			`${path} was written by a newer approve-run (version ${whole['version']}, this one reads ${version}).`,
		);
	}
	if (whole['version'] !== version) return untrusted(`${path} has no version that this approve-run reads.`);
	if (whole['seal'] !== sealOf(version, whole['data']))
		return untrusted(`${path} was edited: its seal does not match.`);
	const parsed = shape.safeParse(whole['data']);
	if (parsed.success) return { kind: 'ok', data: parsed.data };
	const [issue] = parsed.error.issues;
	return untrusted(`${path} is not as it should be: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`);
}

function untrusted(why: string): { readonly kind: 'untrusted'; readonly why: string } {
	return { kind: 'untrusted', why };
}

function sealOf(version: number, data: unknown): string {
	return createHash('sha256')
		.update(`approve-run ${version}\n${JSON.stringify(data) ?? ''}`)
		.digest('hex');
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
