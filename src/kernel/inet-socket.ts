/** A socket of AF_INET or AF_INET6 (or of AF_UNIX, to a server of the machine). A real one stands behind it; here is what Linux must not be asked. ip(7), tcp(7), udp(7). */
import { SysError, sysErrorOf } from '../abi/errno.ts';
import { S_IFSOCK } from '../abi/file-mode.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { Datagrams } from './datagrams.ts';
import type { SocketTable } from './guest-network.ts';
import {
	type GuestPlace,
	type NetworkAnswer,
	type NetworkCall,
	operation,
	type Received,
	received,
	type Side,
	type SocketKind,
	type Traffic,
} from './network.ts';
import { OpenFile, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDHUP } from './open-file.ts';
import { OuterEnd } from './outer-end.ts';
import { ReadAhead } from './read-ahead.ts';
import { RealSocket } from './real-socket.ts';
import { resetAtClose, SocketOptions, setOption } from './socket-options.ts';
import { Dialed, type StandInStream } from './stand-in-stream.ts';
import { SOCK_DGRAM } from './unix-end.ts';

const AF_UNIX = 1;
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
	/** Where others reach it too. */
	readonly outer: OuterEnd;
	/** Which port was left to the machine. */
	anyPort = true;
	/** listen(2) was called. */
	listening = false;
	readonly #ahead = new ReadAhead();
	#failure = 0;
	#real: RealSocket;
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
		this.outer = new OuterEnd(this, table);
		this.protocol = kind.protocol;
		// Where there is no loopback of the guest's own, all is the host's.
		const side = place.side ?? (table.network.privateLoopback ? 'guest' : 'host');
		const { network } = table;
		this.#real =
			place.socket === undefined ? RealSocket.make(network, side, kind) : new RealSocket(network, side, place.socket);
		table.sockets.set(this.#real.number, this);
	}

	get side(): Side {
		return this.#real.side;
	}

	get datagrams(): boolean {
		return this.type === SOCK_DGRAM;
	}

	/** Something happened to the real socket. */
	news(): void {
		this.#real.ready.forget();
		this.outer.forget();
		this.#activity += 1;
	}

	/** Throws SysError where Linux gives an errno. */
	perform(call: Omit<NetworkCall, 'socket'>): NetworkAnswer {
		return this.#real.perform(call);
	}

	/** The real socket's own name, struct sockaddr. */
	get name(): Buffer {
		return this.#real.name;
	}

	connect(to: Buffer): void {
		this.#real.ready.forget();
		this.perform({ operation: operation.connect, bytes: [to] });
	}

	bind(to: Buffer): void {
		this.perform({ operation: operation.bind, bytes: [to] });
		this.bound = true;
	}

	/** Takes another real socket, on the host's side, with the same options and name. */
	moveToHost(): void {
		if (this.#real.closed) throw new SysError('EBADF');
		if (this.side === 'host') return;
		this.outer.close();
		const last = this.#real;
		const next = RealSocket.onHost(this.#table.network, this, this.bound ? this.name : undefined);
		this.#table.sockets.delete(last.number);
		last.close();
		this.#table.sockets.set(next.number, this);
		this.#real = next;
	}

	/** The next connection, and the decision that let it come in from outside; undefined: nobody yet. */
	accept(stat: Stat): { readonly file: InetSocket; readonly peer: Buffer; readonly decision?: number } | undefined {
		const inside = this.#acceptAt(this.#real, stat);
		const { heard } = this.outer;
		if (inside !== undefined || heard === undefined) return inside;
		const outside = this.#acceptAt(heard.real, stat);
		return outside === undefined ? undefined : { ...outside, decision: heard.decision };
	}

	#acceptAt(real: RealSocket, stat: Stat): { readonly file: InetSocket; readonly peer: Buffer } | undefined {
		if (!real.mayBe(POLLIN)) return undefined;
		const answer = real.attempt({ operation: operation.accept }, incoming);
		if (answer === undefined) return undefined;
		const peer = Buffer.from(answer.bytes);
		const file = new InetSocket(this.#table, stat, this, { socket: answer.result, side: real.side });
		real.ready.was(incoming);
		return { file, peer };
	}

	/** Whether something of `bits` may hold, without asking. */
	mayBe(bits: number): boolean {
		return this.#real.mayBe(bits) || this.#failure !== 0;
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
			const answer = this.#real.attempt(call, urgent ? 0 : incoming);
			if (answer === undefined) return undefined;
			this.#real.ready.was(incoming);
			const got = received(answer);
			if (this.#stranger(got.name)) {
				if ((flags & MSG_PEEK) !== 0) this.#real.attempt({ operation: operation.receive }, incoming);
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
		const asked = this.#table.network.receiveInto(this.#real.number, place);
		if (asked === undefined) return false;
		const answer = this.#real.unlessEmpty(asked, incoming);
		if (answer === undefined) return undefined;
		this.#real.ready.was(incoming);
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
		const answer = this.#real.attempt(call, POLLOUT);
		if (answer !== undefined) this.#real.ready.was(POLLOUT);
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
		const answer = this.#real.attempt({ operation: operation.receive, b: secretPiece }, incoming);
		if (answer === undefined) return undefined;
		this.#real.ready.was(incoming);
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
		const mask = this.#real.poll() | this.outer.poll();
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
		this.listening = false;
		this.flush(true);
		this.outer.close();
		this.#table.sockets.delete(this.#real.number);
		if (this.#ahead.length > 0) setOption(this.#table.network, this.#real.number, resetAtClose);
		this.#real.close();
		this.#table.changed();
	}

	#stranger(name: Buffer): boolean {
		if (!this.datagrams || this.side === 'guest' || this.family === AF_UNIX) return false;
		return !this.inbox.isHeard(name);
	}

	#throwFailure(): void {
		const error = this.takeError();
		if (error !== 0) throw sysErrorOf(error);
	}
}
