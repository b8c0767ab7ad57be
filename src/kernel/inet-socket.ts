/** A socket of AF_INET or AF_INET6 (or of AF_UNIX, to a server of the machine). A real one stands behind it; here is what Linux must not be asked. ip(7), tcp(7), udp(7). */
import { SysError, sysErrorOf } from '../abi/errno.ts';
import { S_IFSOCK } from '../abi/file-mode.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { Datagrams } from './datagrams.ts';
import type { SocketTable } from './guest-network.ts';
import {
	type GuestPlace,
	makeSocket,
	type NetworkAnswer,
	type NetworkCall,
	operation,
	perform,
	type Received,
	received,
	type Side,
	type SocketKind,
	type Traffic,
} from './network.ts';
import { OpenFile, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDHUP } from './open-file.ts';
import { ReadAhead } from './read-ahead.ts';
import { Readiness } from './readiness.ts';
import { resetAtClose, SocketOptions, setOption } from './socket-options.ts';
import { Dialed, type StandInStream } from './stand-in-stream.ts';
import { SOCK_DGRAM } from './unix-end.ts';

const AF_UNIX = 1;
const EAGAIN = 11;
/** A number that no socket has: what is done with it is EBADF. */
const gone = -1;
const SIOCINQ = 0x541b;
const MSG_OOB = 0x1;
const MSG_PEEK = 0x2;
const secretPiece = 256 * 1024;
/** POLLPRI too: a read goes over the mark of a byte out of band. tcp(7) */
const incoming = POLLIN | POLLPRI | POLLERR | POLLHUP | POLLRDHUP;

export class InetSocket extends OpenFile {
	readonly kind = 'socket';
	readonly family: number;
	readonly type: number;
	readonly protocol: number;
	readonly options = new SocketOptions();
	/** Whom a datagram socket was connected to while nobody had to know; struct sockaddr. */
	peer: Buffer | undefined;
	readonly inbox = new Datagrams();
	/** bind(2) was called. */
	bound = false;
	/** A connect that a person decides about. */
	asking = false;
	traffic: Traffic | undefined;
	/** Whom it was connected to, and what secrets are for that host. */
	readonly dialed = new Dialed();
	receiveTimeoutNs: bigint | undefined;
	sendTimeoutNs: bigint | undefined;
	readonly #ahead = new ReadAhead();
	#failure = 0;
	#side: Side = 'guest';
	#socket: number;
	readonly #ready = new Readiness();
	#activity = 0;
	readonly #table: SocketTable;
	readonly #stat: Stat;

	/** Throws SysError: EAFNOSUPPORT, EPROTONOSUPPORT, EMFILE. `socket`: one that accept(2) gave. */
	constructor(
		table: SocketTable,
		stat: Stat,
		kind: SocketKind,
		place: { readonly socket?: number; readonly side?: Side } = {},
	) {
		super(O_RDWR);
		this.#table = table;
		this.#stat = { ...stat, mode: S_IFSOCK | 0o777 };
		this.family = kind.family;
		this.type = kind.type;
		this.protocol = kind.protocol;
		// Where there is no loopback of the guest's own, all is the host's: then each bind(2) is decided.
		this.#side = place.side ?? (table.network.privateLoopback ? 'guest' : 'host');
		this.#socket = place.socket ?? makeSocket(table.network, this.#side, kind);
		table.sockets.set(this.#socket, this);
	}

	get side(): Side {
		return this.#side;
	}

	get datagrams(): boolean {
		return this.type === SOCK_DGRAM;
	}

	/** Something happened to the real socket. */
	news(): void {
		this.#ready.forget();
		this.#activity += 1;
	}

	/** Throws SysError where Linux gives an errno. */
	perform(call: Omit<NetworkCall, 'socket'>): NetworkAnswer {
		return perform(this.#table.network, { ...call, socket: this.#socket });
	}

	/** The real socket's own name, struct sockaddr. */
	get name(): Buffer {
		return Buffer.from(this.perform({ operation: operation.name }).bytes);
	}

	connect(to: Buffer): void {
		this.#ready.forget();
		this.perform({ operation: operation.connect, bytes: [to] });
	}

	bind(to: Buffer): void {
		this.perform({ operation: operation.bind, bytes: [to] });
		this.bound = true;
	}

	/** Takes another real socket, on the host's side, with the same options and name. */
	moveToHost(): void {
		if (this.#socket === gone) throw new SysError('EBADF');
		if (this.#side === 'host') return;
		const name = this.bound ? this.name : undefined;
		const next = makeSocket(this.#table.network, 'host', this);
		const last = this.#socket;
		this.#socket = next;
		try {
			this.options.repeat(this.#table.network, next);
			if (name !== undefined) this.bind(name);
		} catch (error) {
			this.#table.network.call({ operation: operation.close, socket: next });
			this.#socket = last;
			throw error;
		}
		this.#table.sockets.delete(last);
		this.#table.network.call({ operation: operation.close, socket: last });
		this.#table.sockets.set(next, this);
		this.#side = 'host';
		this.#ready.forget();
	}

	/** The next connection; undefined: nobody yet. */
	accept(stat: Stat): { readonly file: InetSocket; readonly peer: Buffer } | undefined {
		if (!this.mayBe(POLLIN)) return undefined;
		const answer = this.#call({ operation: operation.accept }, incoming);
		if (answer === undefined) return undefined;
		const peer = Buffer.from(answer.bytes);
		const file = new InetSocket(this.#table, stat, this, { socket: answer.result, side: this.#side });
		this.#ready.was(incoming);
		return { file, peer };
	}

	/** Whether something of `bits` may hold, without asking. */
	mayBe(bits: number): boolean {
		return this.#ready.mayBe(bits | POLLERR | POLLHUP) || this.#failure !== 0;
	}

	/** The error that SO_ERROR tells, and forgets. */
	takeError(): number {
		const error = this.#failure;
		this.#failure = 0;
		return error;
	}

	/** A connect that was going on has failed. */
	fail(errno: number): void {
		this.asking = false;
		this.#failure = errno;
		this.#activity += 1;
		this.#table.changed();
	}

	override get pending(): number {
		const [own] = this.inbox.answers;
		if (own !== undefined) return own.bytes.length;
		return this.#ahead.length + this.perform({ operation: operation.query, a: SIOCINQ }).bytes.readInt32LE(0);
	}

	override get activity(): number {
		return this.#activity;
	}

	read(into: Buffer): number | undefined {
		const got = this.receive(into.length, 0, 0);
		if (got === undefined) return undefined;
		got.data.copy(into);
		return got.data.length;
	}

	write(bytes: Buffer): number | undefined {
		return this.send([bytes], 0);
	}

	/** recvmsg(2); what it gives is valid until the next call. undefined: nothing there yet. */
	receive(length: number, flags: number, control: number): Received | undefined {
		this.#throwFailure();
		const own = this.inbox.take(length, flags);
		if (own !== undefined) return own;
		const ahead = this.#ahead.take(length, flags);
		if (ahead !== undefined) return ahead;
		if (this.dialed.secrets !== undefined) return this.#receiveShown(this.dialed.secrets, length, flags);
		const wanted = this.#ahead.wanted(length, flags === 0 && control === 0);
		const urgent = (flags & MSG_OOB) !== 0;
		for (;;) {
			if (!urgent && !this.mayBe(incoming)) return undefined;
			const call = { operation: operation.receive, a: flags, b: wanted, c: control };
			const answer = this.#call(call, urgent ? 0 : incoming);
			if (answer === undefined) return undefined;
			this.#ready.was(incoming);
			const got = received(answer);
			if (this.#stranger(got.name)) {
				if ((flags & MSG_PEEK) !== 0) this.#call({ operation: operation.receive }, incoming);
				continue;
			}
			if ((flags & MSG_PEEK) === 0) this.traffic?.received(got.data.length);
			return this.datagrams ? got : this.#ahead.keep(got, length, wanted);
		}
	}

	/**
	 * The same from a stream into the memory of a guest process that waits for it; `put` takes what could not be put there. How many bytes;
	 * undefined: nothing there yet; false: not this way.
	 */
	receiveInto(place: GuestPlace, put: (at: number, bytes: Buffer) => void): number | undefined | false {
		if (this.datagrams || this.#ahead.length > 0 || this.dialed.secrets !== undefined) return false;
		this.#throwFailure();
		if (!this.mayBe(incoming)) return undefined;
		const asked = this.#table.network.receiveInto(this.#socket, place);
		if (asked === undefined) return false;
		const answer = this.#unlessEmpty(asked, incoming);
		if (answer === undefined) return undefined;
		this.#ready.was(incoming);
		this.traffic?.received(answer.result);
		if (answer.bytes.length > 0) put(place.address + answer.result - answer.bytes.length, answer.bytes);
		return answer.result;
	}

	/** sendmsg(2). undefined: no room yet. */
	send(bytes: readonly Uint8Array[], flags: number, to?: Buffer, control?: Buffer): number | undefined {
		this.#throwFailure();
		if (this.asking || !this.mayBe(POLLOUT)) return undefined;
		if (this.traffic?.sending(bytes) === false) return undefined;
		const taken =
			this.dialed.secrets === undefined
				? this.#put(bytes, flags, to, control)
				: this.dialed.secrets.send(Buffer.concat(bytes), (piece) => this.#put([piece], flags));
		if (taken !== undefined) this.traffic?.sent(bytes, taken);
		return taken;
	}

	#put(bytes: readonly Uint8Array[], flags: number, to?: Buffer, control?: Buffer): number | undefined {
		const parts = [to ?? Buffer.alloc(0), control ?? Buffer.alloc(0), ...bytes];
		const call = { operation: operation.send, a: flags, b: to?.length ?? 0, c: control?.length ?? 0, bytes: parts };
		const answer = this.#call(call, POLLOUT);
		if (answer !== undefined) this.#ready.was(POLLOUT);
		return answer?.result;
	}

	/** Before the guest waits for an answer, or sends no more. */
	flush(all = false): void {
		this.dialed.secrets?.flush((piece) => this.#put([piece], 0), all);
	}

	/** What comes is looked at in large pieces, however few bytes the guest asks for. */
	#receiveShown(secrets: StandInStream, length: number, flags: number): Received | undefined {
		this.flush();
		// The queue of errors has packets that were sent, with the secrets in them.
		if ((flags & ~MSG_PEEK) !== 0) throw new SysError((flags & MSG_OOB) !== 0 ? 'EINVAL' : 'EAGAIN');
		if (!this.mayBe(incoming)) return undefined;
		const answer = this.#call({ operation: operation.receive, b: secretPiece }, incoming);
		if (answer === undefined) return undefined;
		this.#ready.was(incoming);
		const got = received(answer);
		this.traffic?.received(got.data.length);
		if (got.data.length === 0) return got;
		this.#ahead.put(secrets.shown(got.data));
		return this.#ahead.take(length, flags);
	}

	/** Whether a send may find room, without asking. */
	writableNow(): boolean {
		return !this.asking && this.mayBe(POLLOUT);
	}

	poll(): number {
		if (this.asking) return 0;
		this.flush();
		if (this.#failure !== 0) return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP;
		const mask = this.#ready.mask(() => this.perform({ operation: operation.poll }).result);
		return mask | (this.inbox.answers.length > 0 || this.#ahead.length > 0 ? POLLIN : 0);
	}

	/** Puts a datagram of our own where the next receive finds it. */
	answer(from: Buffer, bytes: Buffer): void {
		this.inbox.answers.push({ from, bytes });
		this.#activity += 1;
		this.#table.changed();
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return `socket:[${this.#stat.ino}]`;
	}

	/** For one that nobody got to hold. */
	abandon(): void {
		this.dispose();
	}

	protected dispose(): void {
		this.asking = false;
		this.flush(true);
		this.#table.sockets.delete(this.#socket);
		if (this.#ahead.length > 0) setOption(this.#table.network, this.#socket, resetAtClose);
		this.#table.network.call({ operation: operation.close, socket: this.#socket });
		// A task that still waits here must not meet the socket that gets this number next.
		this.#socket = gone;
		this.#table.changed();
	}

	#stranger(name: Buffer): boolean {
		if (!this.datagrams || this.#side === 'guest' || this.family === AF_UNIX) return false;
		return !this.inbox.isHeard(name);
	}

	#throwFailure(): void {
		const error = this.takeError();
		if (error !== 0) throw sysErrorOf(error);
	}

	/** undefined for EAGAIN, and then `bits` are known not to hold. */
	#call(call: Omit<NetworkCall, 'socket'>, bits: number): NetworkAnswer | undefined {
		return this.#unlessEmpty(this.#table.network.call({ ...call, socket: this.#socket }), bits);
	}

	#unlessEmpty(answer: NetworkAnswer, bits: number): NetworkAnswer | undefined {
		if (answer.result === -EAGAIN) {
			this.#ready.isNot(bits);
			return undefined;
		}
		if (answer.result < 0) {
			this.#ready.forget();
			throw sysErrorOf(-answer.result);
		}
		return answer;
	}
}
