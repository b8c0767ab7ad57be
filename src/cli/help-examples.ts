/** What stands below a command's --help: lines that can be typed as they are, but for the session and the file. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';

type Example = readonly [line: string, about: string];

/** By the command's words. */
const examples: Readonly<Record<string, readonly Example[]>> = {
	review: [
		['review', 'the session that waits, or a list of them'],
		['review --plain 01M8', 'in plain lines; the beginning of a name is enough'],
	],
	apply: [
		['apply 01M8', 'what was approved in its review'],
		['apply --merge 01M8', 'together with what has changed since'],
	],
	discard: [['discard 01M8', 'its changes are gone, its record stays']],
	rollback: [
		['rollback 01M8', 'the files are as they were before'],
		['rollback --force 01M8', 'those too that others have changed since'],
	],
	sessions: [
		['sessions', 'all of them'],
		['sessions | grep waiting', 'those that wait for you'],
	],
	'sessions prune': [['sessions prune --dry-run', 'what would be removed']],
	show: [
		['show 01M8', 'in plain lines'],
		['show --json 01M8', 'the report, for a program'],
	],
	diff: [
		['diff 01M8 | less', 'read it'],
		['diff 01M8 | git apply --check', 'see whether it fits'],
	],
	doctor: [
		['doctor', 'what works here'],
		['doctor --runtime /opt/pypy', 'with the PyPy in that folder'],
	],
	policy: [
		['policy check my.yaml', 'is there a mistake in it?'],
		['policy explain --policy my.yaml run git status', 'what does it say of this command?'],
	],
	'policy check': [['policy check policies/*.yaml', 'several at once']],
	'policy explain': [
		['policy explain write ./build/out.txt', 'a file, by the policy review'],
		['policy explain --policy ci run git push', 'a command, by another policy'],
		['policy explain connect pypi.org:443', 'a host'],
	],
	'policy test': [
		['policy test --policy my.yaml cases.yaml', 'against effects that you list'],
		['policy test --policy my.yaml 01M8', 'against what you decided'],
	],
	'policy diff': [['policy diff review my.yaml', 'over all sessions']],
	'policy learn': [['policy learn 01M8 > my.yaml', 'a policy that answers as you did']],
	'policy show': [['policy show my.yaml', 'with all that it extends']],
	'policy schema': [['policy schema > policy.schema.json', 'for an editor']],
	replay: [
		['replay 01M8', 'does the script do the same again?'],
		['replay 01M8 --script new.py', 'where would this one depart?'],
	],
	audit: [['audit verify 01M8', 'was the record edited?']],
	'audit verify': [['audit verify 01M8', 'status 125 where it was']],
	'audit show': [
		['audit show 01M8', 'a line for each event'],
		['audit show --json 01M8', 'the same for a program'],
	],
	'audit schema': [['audit schema > events.schema.json', 'for a program that reads it']],
};

/** Gives each command below `program` its examples. */
export function addExamples(program: CommandUnknownOpts, above = ''): void {
	for (const command of program.commands) {
		const words = `${above}${command.name()}`;
		const own = examples[words];
		if (own !== undefined) command.addHelpText('after', () => textOf(own));
		addExamples(command, `${words} `);
	}
}

function textOf(own: readonly Example[]): string {
	const width = Math.max(...own.map(([line]) => line.length));
	const lines = own.map(([line, about]) => `  approve-run ${line.padEnd(width)}   ${about}`);
	return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`;
}
