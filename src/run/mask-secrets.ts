/**
 * Keeps values that look like secrets out of the record and the report: of variables and options that are called like one, and
 * keys in the forms that their makers gave them. What is masked was decided on as it is; only what is kept of it is without the value.
 */
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { RunEvent } from '../model/event.ts';
import { mayHoldSecrets } from '../policy/secrets.ts';

const masked = '(masked)';

const secretName =
	/token|secret|passw|passphrase|api_?-?key|access_?-?key|private_?-?key|credential|_?auth(?:$|_|orization)|cookie/i;

/** Bounded everywhere: the words are the script's, and a long one must not hold the controller up. `NAME=value`, `--name=value`, `name: value` in a word or a shell string; the value alone is masked. */
const assignment =
	/([\w-]{0,40}(?:token|secret|passw|passphrase|api_?-?key|access_?-?key|private_?-?key|credential|authorization|cookie)[\w-]{0,40}\s{0,4}[=:]\s{0,4}(?:(?:bearer|basic|token)\s{1,4})?)("[^"]*"|'[^']*'|[^\s"';&|]+)/gi;

/** The event as it is kept. */
export function maskEvent(event: RunEvent): RunEvent {
	switch (event.kind) {
		case 'effect':
		case 'decided':
			return {
				...event,
				effect: maskEffect(event.effect),
				approval: maskApproval(event.approval),
			};
		default:
			return event;
	}
}

/** Words of a command without the values that look like secrets. */
export function maskWords(words: readonly string[]): readonly string[] {
	return words.map((word, index) => {
		const before = words[index - 1] ?? '';
		// `--password hunter2`: the option before says what the word is.
		if (/^--?[a-z]/i.test(before) && !before.includes('=') && secretName.test(before) && !word.startsWith('-'))
			return masked;
		const without = word.replace(assignment, `$1${masked}`);
		return mayHoldSecrets(without) ? masked : without;
	});
}

function maskEffect(effect: Effect): Effect {
	if (effect.kind !== 'run') return effect;
	const env = Object.entries(effect.env).map(([name, value]) => {
		const isSecret = value !== '' && (secretName.test(name) || mayHoldSecrets(value));
		return [name, isSecret ? masked : value] as const;
	});
	return { ...effect, argv: maskWords(effect.argv), env: Object.fromEntries(env) };
}

function maskApproval(approval: Approval): Approval {
	const { edit } = approval;
	if (edit?.kind !== 'command') return approval;
	return { ...approval, edit: { ...edit, argv: maskWords(edit.argv) } };
}
