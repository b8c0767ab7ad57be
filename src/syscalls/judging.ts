/** Who may be reached: a wish to connect meets the policy, under each name that the guest may mean. */
import type { Judgement } from '../kernel/guest-network.ts';
import type { Approval, Decision, Verdict } from '../model/decision.ts';
import type { ConnectEffect } from '../model/effect.ts';
import type { Context } from './context.ts';
import type { InetAddress } from './inet-address.ts';
import { networkOf } from './inet-network.ts';
import { noteOrigin } from './origin.ts';

export type Wish = { readonly effect: ConnectEffect; readonly verdict: Verdict };

const order: Readonly<Record<Decision, number>> = { allow: 0, ask: 1, deny: 2 };

/** The name under which the policy lets an address be reached most freely; an address that no name led to is judged as it is. */
export function permissive(c: Context, to: InetAddress): Wish {
	const { host: address, port } = to;
	const plain: ConnectEffect = { kind: 'connect', host: address, port };
	const named = networkOf(c)
		.namesOf(address)
		.map((host): ConnectEffect => ({ kind: 'connect', host, port, address }));
	const wishes = (named.length === 0 ? [plain] : named).map((effect) => ({
		effect,
		verdict: c.kernel.world.decide(effect),
	}));
	const [first = { effect: plain, verdict: c.kernel.world.decide(plain) }, ...rest] = wishes;
	return rest.reduce(
		(best, wish) => (order[wish.verdict.decision] < order[best.verdict.decision] ? wish : best),
		first,
	);
}

/** What was decided, or the question that is open about it. A question is asked once in a run. */
export function judge(c: Context, { effect, verdict }: Wish): Judgement {
	const { world } = c.kernel;
	noteOrigin(c, effect);
	const because = verdict.because === undefined ? {} : { because: verdict.because };
	if (verdict.decision !== 'ask') {
		const approval = { approved: verdict.decision === 'allow', by: verdict.by, ...because };
		return { id: world.record(effect, approval), approval, later: [] };
	}
	const { judgements } = networkOf(c);
	const key = `${effect.host}:${effect.port}`;
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
