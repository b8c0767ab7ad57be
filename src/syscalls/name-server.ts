/** Questions of the guest's resolver, which the controller answers in place of the host's name servers. RFC 1035, 4.1. */
import { SysError } from '../abi/errno.ts';
import type { InetSocket } from '../kernel/inet-socket.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import type { ConnectEffect } from '../model/effect.ts';
import type { Context } from './context.ts';
import { packAnswer, type Question, questionOf, responseCode } from './dns-message.ts';
import type { InetAddress } from './inet-address.ts';
import { networkOf } from './inet-network.ts';
import { judge } from './judging.ts';

/**
 * A question leaves the machine only where its name may be connected to: labels can carry anything. Denied: ECONNREFUSED,
 * as from a name server that is not there. The answer comes as a datagram, like a real one.
 */
export function answerQuestion(c: Context, file: InetSocket, to: InetAddress, bytes: Buffer): Outcome {
	const question = questionOf(bytes);
	if (question === undefined) throw new SysError('ECONNREFUSED');
	const give = (code: number, addresses: readonly string[]): number => {
		file.answer(to.raw, packAnswer(bytes, question, code, addresses));
		return bytes.length;
	};
	// The name of an address is nothing that anybody decided about. A script that prints one has the address instead.
	if (question.type === 'PTR') return give(responseCode.noSuchName, []);
	if (question.type !== 'A' && question.type !== 'AAAA') return give(responseCode.notImplemented, []);
	if (isOwnName(c, question.name)) return give(responseCode.noSuchName, []);
	const { world } = c.kernel;
	const effect: ConnectEffect = { kind: 'connect', host: question.name, port: 0 };
	const verdict = world.decide(effect);
	if (verdict.decision === 'deny' && wasCompleted(c, question.name)) return give(responseCode.noSuchName, []);
	const judgement = judge(c, { effect, verdict });
	const go = (): number => {
		if (judgement.approval?.approved !== true) throw new SysError('ECONNREFUSED');
		lookUp(c, question, give);
		return bytes.length;
	};
	if (judgement.approval !== undefined) return go();
	if (file.blocking) return waitFor(() => (judgement.approval === undefined ? undefined : go()));
	// A resolver's socket does not block. Its datagram is taken, and answered when somebody has decided.
	judgement.later.push((approval) => {
		if (approval.approved) lookUp(c, question, give);
		else give(responseCode.refused, []);
	});
	return bytes.length;
}

/** Asks the host, once in a run for each name: so no name leads to another address later on. */
function lookUp(c: Context, question: Question, give: (code: number, addresses: readonly string[]) => void): void {
	const network = networkOf(c);
	network.lookUp(question.name, c.kernel.world.lookUp, (found) => {
		if (found.kind === 'failed') {
			give(found.exists === false ? responseCode.noSuchName : responseCode.failure, []);
			return;
		}
		const wanted = question.type === 'A' ? 4 : 6;
		network.learn(question.name, found.addresses);
		give(
			responseCode.fine,
			found.addresses.filter((address) => (address.includes(':') ? 6 : 4) === wanted),
		);
	});
}

/** The machine's own name: a script that asks what it is called wants to reach nobody. */
function isOwnName(c: Context, name: string): boolean {
	const own = c.kernel.identity.hostname.toLowerCase();
	return name === own || name.startsWith(`${own}.`);
}

/** The resolver tries a name with the machine's own domains added; the host does the same when it is asked for the plain one. */
function wasCompleted(c: Context, name: string): boolean {
	return c.kernel.world.searchDomains().some((domain) => {
		if (!name.endsWith(`.${domain}`)) return false;
		const host = name.slice(0, -domain.length - 1);
		return c.kernel.world.decide({ kind: 'connect', host, port: 0 }).decision !== 'deny';
	});
}
