/** What the script read, one row a file; what every script reads of the system is folded into one. */
import type { ReadFile } from '../model/review.ts';
import type { Row } from './row.ts';
import type { Theme } from './theme.ts';

export type ReadLook = {
	readonly isUnfolded: boolean;
	/** Paths below it are shown without it. */
	readonly cwd: string | undefined;
	readonly theme: Theme;
};

export function readRows(reads: readonly ReadFile[], look: ReadLook): readonly Row[] {
	const own = reads.filter((read) => !isSystem(read));
	const system = reads.filter(isSystem);
	return [
		words(`${own.length} ${own.length === 1 ? 'path' : 'paths'}; the interpreter's own library is not listed`),
		{},
		...own.map((read) => readRow(read, look)),
		...(system.length === 0
			? []
			: [{}, words(`${system.length} more of the system and of packages${look.isUnfolded ? '' : ': f shows them'}`)]),
		...(look.isUnfolded ? system.map((read) => readRow(read, look)) : []),
	];
}

/** Programs, libraries, locales, time zones: the machine's, and no secret. What was refused is always shown. */
function isSystem({ path, approved }: ReadFile): boolean {
	return (
		approved &&
		/^\/(?:usr|lib|lib64|bin|sbin)\/|^\/etc\/(?:locale\.alias|localtime|ld\.so\.\w+|ssl\/openssl\.cnf)$|\/(?:site|dist)-packages(?:\/|$)/.test(
			path,
		)
	);
}

function readRow({ path, approved }: ReadFile, { cwd, theme }: ReadLook): Row {
	const isBelow = cwd !== undefined && cwd !== '/' && path.startsWith(`${cwd}/`) && path.length > cwd.length + 1;
	const { glyphs } = theme;
	return {
		left: [
			{
				text: ` ${approved ? glyphs.approved : glyphs.denied} `,
				style: approved ? { colour: 'green' } : { colour: 'red', bold: true },
			},
		],
		body: { text: isBelow ? path.slice(cwd.length + 1) : path, edges: true },
		slides: true,
	};
}

function words(text: string): Row {
	return { body: { text: ` ${text}`, style: { colour: 'cyan' } }, slides: true };
}
