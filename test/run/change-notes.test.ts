import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { createChangeDecisions } from '../../src/run/change-decisions.ts';
import { carefulTest } from '../../src/run/change-notes.ts';

const file = (path: string, order: number, mode = 0o644): Change => ({
	kind: 'create',
	order,
	path,
	after: { type: 'file', mode, size: 1, content: `${order}` },
});

describe('the mark of danger in the list', () => {
	it('is on changes of which the detail tells something dangerous, by place or by mode, and on no others', () => {
		const decisions = createChangeDecisions(() => ({ decision: 'ask', by: { built: 'plan' } }));
		decisions.set([file('/p/a.txt', 1), file('/p/.bashrc', 2), file('/p/open.txt', 3, 0o666)]);
		const isCareful = carefulTest(decisions, '/p');
		expect(decisions.items().map(isCareful)).toEqual([false, true, true]);
	});

	it('of a command is about the words that would run, edited or not', () => {
		const isCareful = carefulTest(
			createChangeDecisions(() => ({ decision: 'ask', by: { built: 'plan' } })),
			'/p',
		);
		const effect = { kind: 'run', argv: ['rm', '-rf', 'x'], program: '/usr/bin/rm', cwd: '/p', env: {} } as const;
		const item = { id: 1, effect, state: { kind: 'pending', live: true } } as const;
		expect(isCareful(item)).toBe(true);
		const edit = { kind: 'command', argv: ['rm', 'x'], program: '/usr/bin/rm' } as const;
		expect(isCareful({ ...item, edit })).toBe(false);
	});
});
