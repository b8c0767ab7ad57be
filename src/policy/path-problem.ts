/** Finds what is wrong with a path pattern. */
import { Minimatch } from 'minimatch';
import { expandBraces } from './braces.ts';
import { globOptions } from './path-pattern.ts';
import { afterAnchor } from './path-text.ts';

const longestPattern = 4096;

/** What is wrong with a path pattern, or undefined. Needs no machine. */
export function pathPatternProblem(text: string): string | undefined {
	if (text === '') return 'a path pattern is empty; write "/**" for every path';
	if (text.length > longestPattern) return `a path pattern has more than ${longestPattern} characters`;
	if (text.includes('\0')) return 'a path has no NUL byte';
	const expansion = expandBraces(text);
	if (expansion.kind === 'problem') return expansion.message;
	for (const alternative of expansion.texts) {
		const problem = alternativeProblem(alternative);
		if (problem !== undefined) return problem;
	}
	return undefined;
}

function anchorProblem(text: string): string {
	if (text.startsWith('~')) return `"${text}" names another user's home; write the whole path`;
	if (text.startsWith('..')) return `"${text}" has a ".."; write the whole path`;
	const meant = text.startsWith('*') ? `**/${text.replace(/^\*+/, '*')}` : `./${text}`;
	return `"${text}" does not say where it begins; write "${meant}", or begin with "/", "./", "~/" or "**/"`;
}

/** What is wrong with a pattern that has no braces any more. */
function alternativeProblem(text: string): string | undefined {
	const rest = afterAnchor(text);
	if (rest === undefined) return anchorProblem(text);
	if (rest === '') return undefined;
	if (rest.endsWith('/')) {
		return `"${text}" ends with a slash and never matches; write "${text}**" for what is in the directory, "${text.slice(0, -1)}" for itself`;
	}
	if (rest.startsWith('/') || rest.includes('//')) return `"${text}" has an empty part between two slashes`;
	const bare = rest.replace(/\\./gs, 'x');
	if (bare.endsWith('\\')) return `"${text}" ends with a backslash; write "\\\\" for one`;
	if (/[@!+*?]\(.*\)/.test(bare))
		return `"${text}" has a "(" after a wildcard; alternatives are written {a,b}, a parenthesis \\(`;
	for (const part of bare.split('/')) {
		if (/\[[^\]]*$/.test(part)) return `"${text}" has a "[" that is never closed; write "\\[" for the character itself`;
		if (part !== '**' && part.includes('**')) {
			return `"${text}" has a "**" beside other characters; "**" stands alone between slashes, "*" within a name`;
		}
	}
	const dots = new Minimatch(rest, globOptions).set.flat().find((part) => part === '..' || part === '.');
	if (dots === undefined) return undefined;
	return `"${text}" has a "${String(dots)}" in it; a path is matched after it was resolved: write it without`;
}
