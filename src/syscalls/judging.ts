/** Who may be reached, and who may reach the guest: a wish meets the policy, a host under each name that the guest may mean. */
import type { Judgement } from '../kernel/guest-network.ts';
import type { Traffic } from '../kernel/network.ts';
import { StandInStream } from '../kernel/stand-in-stream.ts';
import type { Approval, Decision, Verdict } from '../model/decision.ts';
import type { ConnectEffect, ListenEffect } from '../model/effect.ts';
import type { Context } from './context.ts';
import type { InetAddress } from './inet-address.ts';
import { networkOf } from './inet-network.ts';
import { noteOrigin } from './origin.ts';

export type Wish = { readonly effect: ConnectEffect; readonly verdict: Verdict };

const order: Readonly<Record<Decision, number>> = { allow: 0, ask: 1, deny: 2 };

/** The name under which the policy lets an address be reached most freely; an address that no name led to is judged as it is. */
export function permissive(c: Context, to: InetAddress): Wish {
	const plain: ConnectEffect = { kind: 'connect', host: to.host, port: to.port };
	const wishes = hostsAt(c, to).map((effect) => ({ effect, verdict: c.kernel.world.decide(effect) }));
	const [first = { effect: plain, verdict: c.kernel.world.decide(plain) }, ...rest] = wishes;
	return rest.reduce(
		(best, wish) => (order[wish.verdict.decision] < order[best.verdict.decision] ? wish : best),
		first,
	);
}

/** The hosts that the guest may mean by an address: the names that led to it, or the address where none did. */
export function hostsAt(c: Context, { host: address, port }: InetAddress): readonly ConnectEffect[] {
	const names = networkOf(c).namesOf(address);
	if (names.length === 0) return [{ kind: 'connect', host: address, port }];
	return names.map((host) => ({ kind: 'connect', host, port, address }));
}

/** A connection's stand-ins and secrets, where the policy has some for one of these hosts. */
export function secretsOf(c: Context, traffic: Traffic, hosts: readonly ConnectEffect[]): StandInStream | undefined {
	const standIns = c.kernel.world.standIns(hosts);
	return standIns.length === 0 ? undefined : new StandInStream(standIns, (name) => traffic.secret(name));
}

/** What was decided, or the question that is open about it. A question is asked once in a run. */
export function judge(
	c: Context,
	{ effect, verdict }: { readonly effect: ConnectEffect | ListenEffect; readonly verdict: Verdict },
): Judgement {
	const { world } = c.kernel;
	noteOrigin(c, effect);
	const because = verdict.because === undefined ? {} : { because: verdict.because };
	if (verdict.decision !== 'ask') {
		const approval = { approved: verdict.decision === 'allow', by: verdict.by, ...because };
		return { id: world.record(effect, approval), approval, later: [] };
	}
	const { judgements } = networkOf(c);
	const key = `${effect.kind} ${effect.host}:${effect.port}`;
	const known = judgements.get(key);
	if (known !== undefined) return known;
	const later: ((approval: Approval) => void)[] = [];
	let asked: Judgement | undefined;
	const id = world.ask(effect, verdict, (approval) => {
		if (asked === undefined) return;
		asked.approval = approval;
		for (const run of later.splice(0)) run(approval);
		c.kernel.changed();
	});
	asked = { id, approval: undefined, later };
	judgements.set(key, asked);
	return asked;
}
