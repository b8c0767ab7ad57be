/** A policy's answer to the text of a shell: its commands and redirections are judged one by one, and the strictest counts. */
import type { Verdict } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import { commandHazards } from './command-hazards.ts';
import type { Policy } from './compile.ts';
import type { Rule } from './compile-rule.ts';
import { isHarmlessVariable } from './environment.ts';
import {
	about,
	alone,
	argvPart,
	ask,
	atLeastAsk,
	type Judge,
	type Part,
	type RunJudgement,
	shadowed,
	strictestOf,
} from './judge.ts';
import { ownWords, readsNothing, unsafeBuiltins } from './shell-builtins.ts';
import type { ShellCommand, ShellRedirection } from './shell-program.ts';
import type { ShellWord } from './shell-word.ts';

/** `rule` and `outer`: what the policy says of the whole command that starts the shell. */
export function shellJudgement(judge: Judge, rule: Rule | undefined, outer: Verdict): RunJudgement {
	const { policy, facts } = judge;
	const { shell, script } = facts;
	if (rule?.decision === 'allow') {
		// The rule has this very text. What it redirects to may be denied all the same, and its names may be taken.
		const commands = shell.kind === 'string' ? shell.commands : [];
		const taken = commands.map(([name = '']) => (name === '' ? undefined : shadowed(judge, name)));
		const shadow = taken.find((why) => why !== undefined);
		const denied = redirectionParts(judge, script?.redirections ?? [], Number.POSITIVE_INFINITY).find(
			({ verdict }) => verdict.decision === 'deny',
		);
		if (denied !== undefined) return { verdict: about(denied), parts: [denied] };
		return alone(shadow === undefined ? outer : ask(policy, shadow));
	}
	if (script === undefined) return alone(outer);
	const parts = scriptParts(judge);
	const doubt = facts.changed.length > 0 ? [`the script set ${facts.changed.join(', ')}`] : script.doubts;
	const judged = parts.filter(({ verdict }) => verdict.decision !== 'allow');
	const [worst] = judged.toSorted((a, b) =>
		a.verdict.decision === 'deny' ? -1 : b.verdict.decision === 'deny' ? 1 : 0,
	);
	if (rule !== undefined) return { verdict: worst === undefined ? outer : strictestOf([outer, about(worst)]), parts };
	if (worst !== undefined) return { verdict: strictestOf([about(worst), atLeastAsk(outer)]), parts };
	if (doubt[0] !== undefined) return { verdict: strictestOf([atLeastAsk(outer), ask(policy, doubt[0])]), parts };
	// Where commands are denied by default, a shell is not started only to hear it talk.
	const ruled = parts.filter(({ verdict }) => verdict.by !== ownCommands);
	const [first] = ruled.length > 0 ? ruled : parts;
	if (!facts.systemShell || first === undefined) return { verdict: outer, parts };
	if (ruled.length === 0 && outer.decision === 'deny') return { verdict: outer, parts };
	return {
		verdict: Object.freeze({ decision: 'allow', by: first.verdict.by, because: 'each command in it is allowed' }),
		parts,
	};
}

const ownCommands = Object.freeze({ rule: 'the commands of a shell that only print or compare' });

function isDefault(policy: Policy, { by }: Verdict): boolean {
	return 'rule' in by && by.rule === `${policy.file} (default)`;
}

/** The commands and redirections of a shell string. */
function scriptParts(judge: Judge): readonly Part[] {
	const { script } = judge.facts;
	const { commands = [], redirections = [] } = script ?? {};
	const moves = commands.filter(({ words: [word] }) => word?.kind === 'text' && word.text === 'cd');
	// From where on it is in a folder that is not known; in a loop, what stands before a `cd` is run after it too.
	const moved = moves.some(({ loops }) => loops)
		? -1
		: moves[0] === undefined
			? commands.length
			: commands.indexOf(moves[0]);
	return [
		...commands.flatMap((command, at) => shellCommandParts(judge, command, at <= moved)),
		...redirectionParts(judge, redirections, moved),
	];
}

function shellCommandParts(judge: Judge, command: ShellCommand, cwdKnown: boolean): readonly Part[] {
	const { policy, effect } = judge;
	const what = command.words.map(tellWord).join(' ');
	const refuse = (because: string): readonly Part[] => [{ what, verdict: ask(policy, because) }];
	for (const { name, value } of command.variables) {
		const harmless = value?.kind === 'text' && isHarmlessVariable(name, value.text);
		if (!harmless) return refuse(`it is started with another ${name}`);
	}
	const [first, ...rest] = command.words;
	if (first?.kind !== 'text') return refuse(`which program it is is known only when it runs (${what})`);
	const name = first.text;
	if (name === 'cd') return [changeOfFolder(judge, rest, cwdKnown)];
	if (unsafeBuiltins.has(name)) return refuse(`${name} changes what the shell does next, or runs text`);
	const quiet = readsNothing(name, rest);
	// The shell's own: another program than the one a rule means. printf -v 'a[$(id)]' runs id.
	if (!quiet && ownWords.has(name)) return refuse(`the shell's own ${name} may run what is in its words`);
	const itself: readonly Part[] = [{ what, verdict: { decision: 'allow', by: ownCommands } }];
	const unknown = rest.find((word) => word.kind === 'unknown');
	if (quiet && (unknown !== undefined || policy.ground.find(name, effect.cwd) === undefined)) return itself;
	if (unknown !== undefined) return refuse(`it depends on a value that is known only when it runs (${unknown.text})`);
	const part = anyNumber(command.words).flatMap((argv) => {
		const real = withoutShellWrapper(argv);
		if (real === undefined) return [{ what, verdict: ask(policy, `${name} is given options that are not known here`) }];
		// `command printf -v x`: the shell's own again, behind a word.
		const [hidden = ''] = real;
		if (real !== argv && (hidden === 'cd' || unsafeBuiltins.has(hidden) || ownWords.has(hidden)))
			return [{ what, verdict: ask(policy, `${hidden} is the shell's own, behind another word`) }];
		return real.length === 0 ? [] : [argvPart(judge, real, cwdKnown)];
	});
	if (part.length === 0) return itself;
	const [worst = part[0]] = part.filter(({ verdict }) => verdict.decision !== 'allow');
	if (worst === undefined) return refuse('it is empty');
	// The shell's own echo needs no rule, but a rule against it counts.
	return quiet && isDefault(policy, worst.verdict) ? itself : [worst];
}

/** What `command`, `builtin` and `exec`, which are the shell's own, run: perhaps nothing. */
function withoutShellWrapper(argv: readonly string[]): readonly string[] | undefined {
	const [name = '', ...words] = argv;
	if (!/^(?:command|builtin|exec)$/.test(name)) return argv;
	const { inner, words: odd } = commandHazards(name, words);
	if (inner === undefined) return odd.size === 0 ? [] : undefined;
	return inner.kind === 'argv' && inner.transparent ? inner.argv : undefined;
}

/** A word that stands for names is one word with any end, or two: only `**` covers both. */
function anyNumber(words: readonly ShellWord[]): readonly (readonly string[])[] {
	const spell = (times: number) =>
		words.flatMap((word) =>
			word.kind === 'text' ? [word.text] : word.kind === 'names' ? Array<string>(times).fill(`${word.start}\0`) : [],
		);
	return words.some((word) => word.kind === 'names') ? [spell(1), spell(2)] : [spell(1)];
}

function changeOfFolder(judge: Judge, words: readonly ShellWord[], cwdKnown: boolean): Part {
	const { policy, effect, decide } = judge;
	const what = `cd ${words.map(tellWord).join(' ')}`;
	const [word] = words;
	if (words.length !== 1 || word?.kind !== 'text' || word.text.startsWith('-') || effect.env['CDPATH'] !== undefined) {
		return { what, verdict: ask(policy, 'which folder it goes to is known only when it runs') };
	}
	const path = cwdKnown || word.text.startsWith('/') ? policy.ground.resolve(word.text, effect.cwd) : undefined;
	if (path === undefined) return { what, verdict: ask(policy, 'which folder it goes to is not known here') };
	return { what, verdict: decide({ kind: 'read', path }) };
}

const nowhere = /^\/dev\/(?:null|zero|full|stdin|stdout|stderr|tty|fd\/\d+)$/;

/** `moved`: after which command (by number) the folder is not known any more. */
function redirectionParts(judge: Judge, redirections: readonly ShellRedirection[], moved: number): readonly Part[] {
	const { policy, effect, decide } = judge;
	return redirections.flatMap(({ kind, target, after }): readonly Part[] => {
		const what = `${kind} ${tellWord(target)}`;
		if (target.kind !== 'text') {
			return [{ what, verdict: ask(policy, 'which file it is is known only when it runs') }];
		}
		if (nowhere.test(target.text)) return [];
		const net = /^\/dev\/(?:tcp|udp)\/([^/]+)\/(\d+)$/.exec(target.text);
		if (net !== null) {
			const verdict = decide({ kind: 'connect', host: net[1] ?? '', port: Number(net[2]) });
			return [{ what, verdict: verdict.decision === 'deny' ? verdict : ask(policy, 'bash connects to that host') }];
		}
		const elsewhere = !target.text.startsWith('/') && moved < after;
		const path = elsewhere ? undefined : policy.ground.resolve(target.text, effect.cwd);
		if (path === undefined) return [{ what, verdict: ask(policy, 'where the file is is not known here') }];
		const wanted: Effect = { kind, path };
		return [{ what: `${kind} ${path}`, verdict: decide(wanted), effect: wanted }];
	});
}

function tellWord(word: ShellWord): string {
	return word.kind === 'names' ? `${word.start}*` : word.text;
}
