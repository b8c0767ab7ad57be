/**
 * The host's end of a socket that listens. The guest's own end stays on its loopback, where the guest connects as ever; others reach
 * this one, which is there only where a decision allows it. listen(2)
 */
import type { SocketTable } from './guest-network.ts';
import type { InetSocket } from './inet-socket.ts';
import { operation } from './network.ts';
import { RealSocket } from './real-socket.ts';

export class OuterEnd {
	readonly #owner: InetSocket;
	readonly #table: SocketTable;
	#real: RealSocket | undefined;
	#decision: number | undefined;

	constructor(owner: InetSocket, table: SocketTable) {
		this.#owner = owner;
		this.#table = table;
	}

	/** Undefined: it is not there, or nobody is heard there yet. */
	get heard(): { readonly real: RealSocket; readonly decision: number } | undefined {
		const [real, decision] = [this.#real, this.#decision];
		return real === undefined || decision === undefined ? undefined : { real, decision };
	}

	/** Takes a name of the machine (struct sockaddr), where nobody is heard yet; the name that it has then. Throws SysError: EADDRINUSE, EADDRNOTAVAIL. */
	take(name: Buffer): Buffer {
		this.close();
		const real = RealSocket.onHost(this.#table.network, this.#owner, name);
		this.#real = real;
		this.#table.sockets.set(real.number, this.#owner);
		return real.name;
	}

	/** Whoever connects is heard from now on: `decision` allowed it. Throws SysError: EADDRINUSE. */
	listen(name: Buffer, backlog: number, decision: number): void {
		if (this.#real === undefined) this.take(name);
		this.#real?.perform({ operation: operation.listen, a: backlog });
		this.#real?.ready.forget();
		this.#decision = decision;
	}

	/** What is done with the socket is done here too; where Linux does not let it, it stays as it is. */
	same(call: {
		readonly operation: number;
		readonly a?: number;
		readonly b?: number;
		readonly bytes?: readonly Buffer[];
	}): void {
		if (this.#real !== undefined) this.#table.network.call({ ...call, socket: this.#real.number });
	}

	forget(): void {
		this.#real?.ready.forget();
	}

	poll(): number {
		return this.heard?.real.poll() ?? 0;
	}

	close(): void {
		if (this.#real === undefined) return;
		this.#table.sockets.delete(this.#real.number);
		this.#real.close();
		this.#real = undefined;
		this.#decision = undefined;
	}
}
