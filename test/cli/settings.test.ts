import { expect, it } from 'vitest';
import { parseSettings } from '../../src/cli/settings.ts';

const file = '/home/u/.config/approve-run/settings.yaml';
const day = 86_400_000;

it('sessions are kept for 90 days and up to 10 GiB, with what a replay needs, unless the file says otherwise', () => {
	const size = 10 * 2 ** 30;
	expect(parseSettings(file, '')).toEqual({ keep: { age: 90 * day, size }, replay: true });
	expect(parseSettings(file, 'sessions: { age: 7d }\n')).toEqual({ keep: { age: 7 * day, size }, replay: true });
	const other = 'sessions:\n  age: any\n  size: any\n  replay: false\n';
	expect(parseSettings(file, other)).toEqual({ keep: {}, replay: false });
});

it.each([
	['session: {}\n', ':1:1: unknown key "session"; the nearest right key is "sessions"'],
	['sessions: { ages: 1d }\n', ':1:13: unknown key "ages"; the nearest right key is "age"'],
	['sessions:\n  age: 90\n', ':2:8: "age" is text, such as 90d'],
	['sessions:\n  age: soon\n', ':2:8: "soon": give days, such as 90d, or any'],
	['sessions:\n  size: 10GB\n', ':2:9: "10GB": give a size, such as 10GiB, or any'],
	['sessions: { replay: off }\n', ':1:21: "replay" is true or false'],
	['sessions:\n', ':1:10: "sessions" is a mapping'],
	['[]', ':1:1: the file is a mapping'],
	['sessions: {', ':1:12: not YAML'],
	['sessions: {}\nsessions: {}\n', ':2:1: the key "sessions" stands twice'],
])('a mistake is told with its place: %j', (text, message) => {
	expect(() => parseSettings(file, text)).toThrow(`${file}${message}`);
});
