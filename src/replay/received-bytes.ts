/** What would go straight into the guest's memory, by way of us: else nobody could keep it, or give it again. */
import { mostData, type Network, type NetworkAnswer, operation, received } from '../kernel/network.ts';

export function receiveByWayOfUs(call: Network['call']): Network['receiveInto'] {
	return (socket, { length }): NetworkAnswer => {
		const answer = call({ operation: operation.receive, socket, b: Math.min(length, mostData) });
		if (answer.result < 0) return answer;
		const { data } = received(answer);
		return { result: data.length, flags: answer.flags, bytes: data };
	};
}
