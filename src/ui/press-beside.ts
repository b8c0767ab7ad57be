/** The keys of what is looked at beside the decisions: the script's text, what it read, its limits. */
import type { BesideKind } from './beside.ts';
import { motion } from './motion.ts';
import type { Mode, View, World } from './view.ts';

/** The key that opens each, and that goes on to it from another one. */
const keys: Readonly<Record<string, BesideKind>> = { t: 'script', R: 'reads', L: 'limits' };

/** The view with what a key opens; undefined: it opens none of them. */
export function openBeside(view: View, name: string, { item }: World): View | undefined {
	const what = Object.hasOwn(keys, name) ? keys[name] : undefined;
	if (what === undefined) return undefined;
	const origin = item?.origin;
	const mode = { kind: 'beside', what, scroll: undefined, side: 0, isUnfolded: false } as const;
	return { ...view, mode: { ...mode, file: origin?.file, line: origin?.line } };
}

export function pressBeside(view: View, mode: Extract<Mode, { kind: 'beside' }>, name: string, world: World): View {
	const page = Math.max(1, world.layout.fullRows);
	const scroll = mode.scroll ?? 0;
	const most = Math.max(0, world.besideLines - page);
	const to = (at: number): View => ({ ...view, mode: { ...mode, scroll: Math.min(most, Math.max(0, at)) } });
	const move = motion(name, page);
	if (move !== undefined) return to(scroll + move);
	switch (name) {
		case 'g':
		case 'home':
			return to(0);
		case 'G':
		case 'end':
			return to(most);
		case 'right':
		case 'l':
			return world.goesOn(mode.side) ? { ...view, mode: { ...mode, side: mode.side + 8 } } : view;
		case 'left':
		case 'h':
			return { ...view, mode: { ...mode, side: Math.max(0, mode.side - 8) } };
		case 'f':
			return mode.what === 'reads' ? { ...view, mode: { ...mode, isUnfolded: !mode.isUnfolded } } : view;
		case 'q':
		case 'escape':
		case 'enter':
			return { ...view, mode: { kind: 'items' } };
		default: {
			const isSame = keys[name] === mode.what;
			return isSame ? { ...view, mode: { kind: 'items' } } : (openBeside(view, name, world) ?? view);
		}
	}
}
