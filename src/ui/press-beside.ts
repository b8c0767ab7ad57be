/** The keys of what is looked at beside the decisions: the script's text, what it read, its limits. */
import type { BesideKind } from './beside.ts';
import { scrolled, slid } from './motion.ts';
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
	const scroll = scrolled(name, mode.scroll ?? 0, Math.max(1, world.layout.fullRows), world.besideLines);
	if (scroll !== undefined) return { ...view, mode: { ...mode, scroll } };
	const side = slid(name, mode.side, world.goesOn);
	if (side !== undefined) return { ...view, mode: { ...mode, side } };
	if (name === 'f' && mode.what === 'reads') return { ...view, mode: { ...mode, isUnfolded: !mode.isUnfolded } };
	const leaves = ['q', 'escape', 'enter'].includes(name) || keys[name] === mode.what;
	return leaves ? { ...view, mode: { kind: 'items' } } : (openBeside(view, name, world) ?? view);
}
