/** A web server on this machine that serves one file, and misbehaves as told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How each request, in turn, is answered; the last one goes for all after it. */
export type Manner =
	| { readonly kind: 'whole' }
	/** Takes the range as asked. */
	| { readonly kind: 'ranges' }
	/** Promises everything, sends so many bytes of it, and closes. */
	| { readonly kind: 'breaks'; readonly after: number }
	/** The same, and then nothing. */
	| { readonly kind: 'stalls'; readonly after: number }
	| { readonly kind: 'status'; readonly status: number }
	| { readonly kind: 'redirect'; readonly to: string };

export type FileServer = AsyncDisposable & {
	readonly url: string;
	/** The Range header of each request so far; `-` where there was none. */
	readonly ranges: string[];
};

export async function serve(bytes: Buffer, manners: readonly Manner[]): Promise<FileServer> {
	const ranges: string[] = [];
	const server = createServer((request, response) => {
		const manner = manners[Math.min(ranges.length, manners.length - 1)] ?? { kind: 'whole' };
		ranges.push(request.headers.range ?? '-');
		answer(manner, bytes, request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = addressOf(server.address());
	return {
		url: `http://127.0.0.1:${port}/pypy.tar.bz2`,
		ranges,
		[Symbol.asyncDispose]: () =>
			new Promise<void>((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

function answer(manner: Manner, bytes: Buffer, request: IncomingMessage, response: ServerResponse): void {
	const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
	const start = asked && manner.kind !== 'whole' ? Number(asked[1]) : 0;
	if (manner.kind === 'status') {
		response.writeHead(manner.status).end();
		return;
	}
	if (manner.kind === 'redirect') {
		response.writeHead(302, { location: manner.to }).end();
		return;
	}
	if (start >= bytes.length) {
		response.writeHead(416).end();
		return;
	}
	response.writeHead(start > 0 ? 206 : 200, {
		'content-length': bytes.length - start,
		...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
	});
	switch (manner.kind) {
		case 'breaks':
			response.write(bytes.subarray(start, start + manner.after), () => setTimeout(() => response.destroy(), 20));
			return;
		case 'stalls':
			response.write(bytes.subarray(start, start + manner.after));
			return;
		case 'whole':
		case 'ranges':
			response.end(bytes.subarray(start));
	}
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return address;
}
