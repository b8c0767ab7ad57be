/** A policy's answer to a wish to reach a host, where it is more than a matter of rules. */
import type { Decision, Verdict } from '../model/decision.ts';
import type { ConnectEffect } from '../model/effect.ts';
import type { AddressRange } from './address-range.ts';
import type { Policy } from './compile.ts';
import type { HostPattern, HostSubject } from './host-pattern.ts';

const order: Readonly<Record<Decision, number>> = { allow: 0, ask: 1, deny: 2 };

const what: Readonly<Record<AddressRange, string>> = {
	loopback: 'this machine itself',
	private: 'a private network',
	'link-local': 'a neighbour on the same link',
	metadata: "the cloud's metadata service",
	multicast: 'a multicast group',
	reserved: 'a reserved address',
	unix: 'a socket of this machine',
};

/** What no rule names and no default is meant for; undefined: the default decides. */
export function specialVerdict(subject: HostSubject, unruled: Decision): Verdict | undefined {
	const { range, host, address, port, listens } = subject;
	if (listens === true) return unruled === 'ask' ? quietVerdict(subject) : undefined;
	if (range === undefined) return undefined;
	const is = address === undefined || address === host ? host : `${host} leads to ${address}, which`;
	const rule = range === 'unix' ? host : `@${range}:${port === 0 ? '*' : port}`;
	return Object.freeze({
		decision: 'deny',
		by: { built: 'kernel' } as const,
		because: `${is} is ${what[range]}; a rule has to name it: host: "${rule}"`,
	});
}

/** A server that only the script itself needs, a test's mostly, is not to be asked about. */
function quietVerdict({ range, port }: HostSubject): Verdict | undefined {
	if (range !== 'loopback' && port !== 0) return undefined;
	const where = range === 'loopback' ? 'on the loopback' : 'at a port that the machine chooses';
	const because = `a server ${where} is for the script alone, and not asked about unless a rule names it`;
	return Object.freeze({ decision: 'deny', by: { built: 'kernel' } as const, because });
}

/**
 * Whether a name may be looked up: as freely as it may be connected to at the port where the policy is most free. Before that no
 * packet leaves, for a name alone can carry what must not.
 */
export function decideLookUp(
	policy: Policy,
	effect: ConnectEffect,
	decide: (effect: ConnectEffect) => Verdict,
): Verdict {
	const verdicts = portsOf(policy).map((port) => decide({ ...effect, port }));
	return verdicts.reduce((best, one) => (order[one.decision] < order[best.decision] ? one : best));
}

/** Every port that a rule names, and one that none does. */
function portsOf(policy: Policy): readonly number[] {
	const patterns = policy.rules.connect.flatMap(({ patterns: has, except }): readonly HostPattern[] => [
		...has.host,
		...except.host,
	]);
	const named = new Set(patterns.flatMap(({ port }) => (port === undefined || port === 0 ? [] : [port])));
	let other = 443;
	while (named.has(other)) other = (other % 65_535) + 1;
	return [...named, other];
}
