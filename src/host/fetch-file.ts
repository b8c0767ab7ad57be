/** Downloads one file whose SHA-256 is known: resumes what was interrupted, keeps nothing that does not match. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

export type FetchOptions = {
	/** https, or http for a server on this machine. */
	readonly url: string;
	/** Hex. */
	readonly sha256: string;
	/** Where the file goes; what has come so far lies beside it as `.part`. */
	readonly to: string;
	/** A server that sends nothing for so long counts as gone. Milliseconds. */
	readonly stallMs?: number;
	/** PEM file of further certificate authorities (NODE_EXTRA_CA_CERTS). */
	readonly extraAuthorities?: string;
	/** Bytes so far, and of all where the server tells. */
	readonly onProgress?: (received: number, total: number | undefined) => void;
};

/** Why a download failed, as a clause: `downloads.python.org answered 404`. */
export class FetchError extends Error {
	readonly canRetry: boolean;

	constructor(message: string, canRetry: boolean) {
		super(message);
		this.name = 'FetchError';
		this.canRetry = canRetry;
	}
}

/**
 * Throws FetchError. A broken transfer goes on from where it stopped as long as each try brings bytes; a file with
 * the wrong hash is deleted, and loaded once more in whole where a part of it was from an earlier try.
 */
export async function fetchFile(options: FetchOptions): Promise<void> {
	mkdirSync(dirname(options.to), { recursive: true, mode: 0o700 });
	const part = `${options.to}.part`;
	const resumed = sizeOf(part) > 0;
	await transferAll(options, part);
	if ((await hashFile(part)) !== options.sha256) {
		rmSync(part, { force: true });
		if (resumed) {
			await fetchFile(options);
			return;
		}
		throw new FetchError(`what ${hostOf(options.url)} sent does not have the expected SHA-256`, false);
	}
	renameSync(part, options.to);
}

/** SHA-256 of a file, hex. */
export async function hashFile(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(path), hash);
	return hash.digest('hex');
}

const triesWithoutBytes = 3;
const redirects = 5;

async function transferAll(options: FetchOptions, part: string): Promise<void> {
	for (let idle = 0; ; ) {
		const before = sizeOf(part);
		try {
			await transfer(options, part, before);
			return;
		} catch (error) {
			const failure = asFetchError(error, options.url);
			idle = sizeOf(part) > before ? 0 : idle + 1;
			if (!failure.canRetry || idle >= triesWithoutBytes) throw failure;
		}
	}
}

async function transfer(options: FetchOptions, part: string, have: number): Promise<void> {
	const response = await ask(options, new URL(options.url), have, redirects);
	const status = response.statusCode ?? 0;
	if (status === 416 && have > 0) {
		response.destroy();
		return;
	}
	if (status !== 200 && status !== 206) {
		response.destroy();
		throw new FetchError(`${hostOf(options.url)} answered ${status}`, status >= 500);
	}
	const start = status === 206 ? have : 0;
	if (status === 206 && !response.headers['content-range']?.startsWith(`bytes ${have}-`)) {
		response.destroy();
		rmSync(part, { force: true });
		throw new FetchError(`${hostOf(options.url)} sent another part than was asked for`, true);
	}
	const length = Number(response.headers['content-length'] ?? Number.NaN);
	const total = Number.isFinite(length) ? start + length : undefined;
	let received = start;
	response.on('data', (chunk: Buffer) => {
		received += chunk.length;
		options.onProgress?.(received, total);
	});
	response.setTimeout(options.stallMs ?? 30_000, () => response.destroy(new Error('it sends nothing any more')));
	await pipeline(response, createWriteStream(part, { flags: start > 0 ? 'a' : 'w', mode: 0o600 }));
	if (total !== undefined && received < total) throw new FetchError('the transfer ended early', true);
}

async function ask(options: FetchOptions, url: URL, from: number, left: number): Promise<IncomingMessage> {
	const response = await request(options, url, from);
	const { location } = response.headers;
	if (location === undefined || ![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) return response;
	response.destroy();
	const next = new URL(location, url);
	if (left === 0) throw new FetchError(`${url.host} redirects without end`, false);
	if (url.protocol === 'https:' && next.protocol !== 'https:') {
		throw new FetchError(`${url.host} redirects to an unprotected address`, false);
	}
	return ask(options, next, from, left - 1);
}

async function request(options: FetchOptions, url: URL, from: number): Promise<IncomingMessage> {
	const { get } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
	const authorities = await certificateAuthorities(options.extraAuthorities);
	const headers = from > 0 ? { range: `bytes=${from}-` } : {};
	return new Promise((resolve, reject) => {
		const sent = get(url, { headers, ...(authorities && { ca: authorities }) }, resolve);
		sent.setTimeout(options.stallMs ?? 30_000, () => sent.destroy(new Error('it does not answer')));
		sent.once('error', reject);
	});
}

/** Node reads NODE_EXTRA_CA_CERTS only when it starts, and bin/approve-run keeps it from that. */
async function certificateAuthorities(file: string | undefined): Promise<string[] | undefined> {
	if (file === undefined) return undefined;
	const { rootCertificates } = await import('node:tls');
	return [...rootCertificates, readFileSync(file, 'utf8')];
}

function asFetchError(error: unknown, url: string): FetchError {
	if (error instanceof FetchError) return error;
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new FetchError(`${hostOf(url)} can not be found`, false);
	if (code === 'ENOSPC') return new FetchError('the disk is full', false);
	return new FetchError(`${hostOf(url)}: ${error instanceof Error ? error.message : String(error)}`, true);
}

function hostOf(url: string): string {
	return new URL(url).host;
}

function sizeOf(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
