import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reportJsonSchema } from '../../src/session/report-schema.ts';

it('docs/report.schema.json is what `approve-run audit schema --report` prints', () => {
	const file = new URL('../../docs/report.schema.json', import.meta.url);
	expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(reportJsonSchema());
});
