/** The main thread's part of the guest's network: starts the process that holds the sockets, and asks for names. */
import { lookUpHost } from '../host/names.ts';
import { type NetworkProcess, startNetworkProcess } from '../host/network.ts';
import type { ToWorker } from './messages.ts';

export class NetworkService {
	readonly #launcher: string;
	readonly #channelFolder: string;
	readonly #post: (message: ToWorker) => void;
	#process: NetworkProcess | undefined;
	#ended = false;

	constructor(launcher: string, channelFolder: string, post: (message: ToWorker) => void) {
		this.#launcher = launcher;
		this.#channelFolder = channelFolder;
		this.#post = post;
	}

	/** `launcherPid`: of the launcher whose guest the sockets are for. */
	async start(launcherPid: number): Promise<void> {
		if (this.#process !== undefined || this.#ended) return;
		this.#process = startNetworkProcess(this.#launcher, this.#channelFolder, launcherPid);
		const ready = await this.#process.ready;
		this.#post({ kind: 'network', privateLoopback: ready?.privateLoopback });
	}

	async lookUp(id: number, name: string): Promise<void> {
		const found = await lookUpHost(name);
		if (!this.#ended) this.#post({ kind: 'looked-up', id, found });
	}

	end(): void {
		this.#ended = true;
		this.#process?.end();
	}
}
