import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { cleanup, render } from 'ink-testing-library';
import { afterEach, expect, test } from 'vitest';
import { SafeRows } from '../../src/ui/safe-text.tsx';
import { themeOf } from '../../src/ui/theme.ts';
import { anyText } from './any-text.ts';
import { hostile } from './fake.ts';

const theme = themeOf({ TERM: 'xterm', LANG: 'C.UTF-8' });
afterEach(cleanup);

test('SafeRows shows any text without a control character or a sequence that is not ours', () => {
	fc.assert(
		fc.property(anyText, (text) => {
			const { lastFrame, unmount } = render(
				<SafeRows rows={[{ body: { text } }]} width={60} height={1} theme={theme} />,
			);
			// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
			const bare = (lastFrame() ?? '').replace(/\x1b\[[0-9;]*m/g, '');
			expect(bare).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
			unmount();
		}),
		{ numRuns: 100 },
	);
});

test('SafeRows shows hostile names by their symbols', () => {
	const rows = Object.values(hostile).map((text) => ({ body: { text } }));
	const { lastFrame } = render(
		<SafeRows rows={rows} width={40} height={rows.length} theme={{ ...theme, styling: 'none' }} />,
	);
	expect(lastFrame()).toContain('x␛]52;c;ZXZpbA==␇y\na␛[2J␛[Hb\n␛[8mhidden␛[0m');
	expect(lastFrame()).toContain('文件.txt 🐍 naïve');
});

test("no other file of the screen writes text through Ink's Text", () => {
	const folder = new URL('../../src/ui/', import.meta.url);
	const users = readdirSync(folder).filter((name) =>
		/\bText\b[^;]*from 'ink'/.test(readFileSync(new URL(name, folder), 'utf8')),
	);
	expect(users).toEqual(['safe-text.tsx']);
});
