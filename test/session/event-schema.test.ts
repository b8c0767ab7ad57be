import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventJsonSchema } from '../../src/session/event-schema.ts';

it('docs/events.schema.json is what `approve-run audit schema` prints', () => {
	const file = new URL('../../docs/events.schema.json', import.meta.url);
	expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(eventJsonSchema());
});
