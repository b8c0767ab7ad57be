/** What is known of the three sides of a conflict: base, machine and script, and what can be done with them. */
import { SysError } from '../abi/errno.ts';
import type { Change } from '../model/change.ts';
import type { ChoiceKind, ConflictView } from '../model/conflict.ts';
import { regionLines, twoSides } from '../session/conflict-lines.ts';
import type { Conflict } from '../session/conflicts.ts';
import { markedText, mergedText, threeWay } from '../session/three-way.ts';
import { contentOf } from './change-content.ts';
import type { SessionWork } from './session-work.ts';

export type MergeSides = Pick<ConflictView, 'choices' | 'lines' | 'draft'> & {
	/** Both sides' changes, where they touch different lines. */
	readonly merged?: Buffer;
	/** Of the merged file: the machine's, unless the script changed it. */
	readonly mode?: number;
};

/** `change`: undefined where no approved change has the path of the conflict. */
export function sidesOf(change: Change | undefined, against: readonly Conflict[], work: SessionWork): MergeSides {
	const forceable = change !== undefined && against.every((conflict) => conflict.forceable);
	const choices: ChoiceKind[] = forceable ? ['machine', 'script'] : ['machine'];
	const [only, ...more] = against;
	const name = change === undefined ? undefined : contentOf(change);
	if (!forceable || only === undefined || more.length > 0 || name === undefined || only.kind !== 'changed')
		return { choices, lines: [] };
	try {
		const machine = work.readers.file(only.path);
		const script = work.readers.content(name);
		const base = baseBytes(change, work);
		const regions = base === undefined ? undefined : threeWay(base, machine, script);
		if (regions === undefined) {
			const why = base === undefined ? 'what it was before is not kept' : 'it is not text, or too large or different';
			const lines = [{ kind: 'note', text: `no merge: ${why}` } as const, ...twoSides(machine, script)];
			return { choices: [...choices, 'edited'], lines, draft: script };
		}
		const merged = mergedText(regions);
		return {
			choices: [...choices, ...(merged === undefined ? [] : (['merged'] as const)), 'edited'],
			lines: regionLines(regions),
			draft: merged ?? markedText(regions),
			...(merged === undefined ? {} : { merged }),
			...modeOf(change, work.modeOf(only.path)),
		};
	} catch (error) {
		if (error instanceof SysError) return { choices, lines: [{ kind: 'note', text: error.message }] };
		throw error;
	}
}

function baseBytes(change: Change | undefined, work: SessionWork): Buffer | undefined {
	if (change?.kind !== 'modify' && change?.kind !== 'rename') return undefined;
	const { type, sha256 } = change.base;
	return type === 'file' && sha256 !== undefined ? work.base(sha256) : undefined;
}

function modeOf(change: Change | undefined, machine: number | undefined): { readonly mode?: number } {
	if (change?.kind !== 'modify' || change.after.type !== 'file' || machine === undefined) return {};
	return { mode: change.after.mode === change.base.mode ? machine : change.after.mode };
}
