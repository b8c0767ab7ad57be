import { expect, test } from 'vitest';
import { withdrawn } from '../../src/gate/approver.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { createEffectRecord } from '../../src/run/effect-record.ts';

const effect = { kind: 'delete', path: '/a' } as const;

test('an answer that came too late is recorded as a question withdrawn, and denies nothing', () => {
	const events: RunEvent[] = [];
	const record = createEffectRecord(
		(event) => events.push(event),
		() => 1,
	);
	record.add(1, effect, { approved: true, by: { person: 'mia' } });
	record.add(1, effect, { approved: false, by: { built: 'kernel' }, because: withdrawn });
	expect(record.all().map(({ approval }) => approval.because)).toEqual([withdrawn]);
	expect(record.denied()).toBe(false);
	expect(events).toHaveLength(2);
});
