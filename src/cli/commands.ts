/** Every command but that of running a script. The modules of each are loaded when it is asked for. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { finish } from './finish.ts';
import { addExamples } from './help-examples.ts';

const sessions = () => import('./session-commands.ts');
const policies = () => import('./policy-commands.ts');
const trials = () => import('./policy-trials.ts');
const audits = () => import('./audit-commands.ts');

export function addCommands(program: CommandUnknownOpts): void {
	program
		.command('review [session]')
		.description('review a session that is waiting')
		.option('--plain', 'ask line by line: for screen readers and simple terminals')
		.action(async (id, flags) => finish((await sessions()).reviewCommand(id, flags)));
	program
		.command('apply <session>')
		.description('apply what was approved')
		.option('--merge', 'merge with what has changed meanwhile, where both touch different lines')
		.option('--force', 'go over what has changed meanwhile (with --merge: over what does not merge)')
		.action(async (id, flags) => finish((await sessions()).applyCommand(id, flags)));
	program
		.command('discard <session>')
		.description('throw away what a session wants')
		.action(async (id) => finish((await sessions()).discardCommand(id)));
	program
		.command('rollback <session>')
		.description('put back what applying changed')
		.option('--force', 'go over what has changed meanwhile')
		.action(async (id, flags) => finish((await sessions()).rollbackCommand(id, flags)));
	const list = program
		.command('sessions')
		.description('list the sessions, newest first')
		.action(async () => finish((await sessions()).sessionsCommand()));
	list
		.command('prune')
		.description('remove old sessions, as the settings say; never one that waits for you')
		.option('--waiting', 'those that wait too')
		.option('--dry-run', 'only say what would be removed')
		.action(async (flags) => finish((await import('./prune-command.ts')).pruneCommand(flags)));
	program
		.command('show <session>')
		.description('tell what a session did and wants')
		.option('--json', 'the report, as JSON')
		.action(async (id, flags) => finish((await sessions()).showCommand(id, flags)));
	program
		.command('replay <session>')
		.description(
			'run the script again with every answer taken from the record: does it do the same? Nothing is run, reached or changed',
		)
		.option('--script <file>', 'try this script in the place of the one that ran')
		.option('--runtime <path>', 'the interpreter of the run, where it is not the one that is found')
		.action(async (id, flags) => finish((await import('./replay-command.ts')).replayCommand(id, flags)));
	program
		.command('diff <session>')
		.description('what a session wants as a patch that git apply takes')
		.action(async (id) => finish((await sessions()).diffCommand(id)));
	program
		.command('doctor')
		.description('what works on this machine, and how to mend what does not')
		.option('--runtime <trapped|translated|PATH>', 'the interpreter to look at')
		.action(async ({ runtime }) =>
			finish((await import('./doctor.ts')).doctorCommand(runtime === 'trapped' ? undefined : runtime)),
		);

	const policy = program.command('policy').description('check, explain, show, test, compare and learn policies');
	policy
		.command('check <file...>')
		.description(
			'find mistakes in policies; warn of patterns that can never win, where that is so on every machine (the same pattern, or one that is wholly below it, in a stricter rule without conditions and exceptions), and of allow rules for which a narrower pattern has all of their examples (two or more)',
		)
		.action(async (files) => finish((await policies()).policyCheckCommand(files)));
	policy
		.command('explain <kind> <what...>')
		.description(
			'what a policy says of an effect: read|write|delete PATH, run WORD…, connect HOST:PORT, listen ADDRESS:PORT',
		)
		.option('--policy <name|file>', 'the policy', 'review')
		.passThroughOptions()
		.action(async (kind, what, flags) => finish((await policies()).policyExplainCommand(flags.policy, kind, what)));
	policy
		.command('show <name|file>')
		.description('print a policy with all that it extends as one, each rule with the place where it stands')
		.action(async (given) => finish((await policies()).policyShowCommand(given)));
	policy
		.command('test <file|session>')
		.description(
			'hold a policy against a file of cases (allow, ask, deny: lists of effects as explain takes them), or against what was decided in a session; status 1 where they differ',
		)
		.option('--policy <name|file>', 'the policy', 'review')
		.option('--unattended', 'as in an unattended run: an ask of what was approved in a session differs too')
		.option('--junit <file>', "write the result as JUnit's XML too")
		.action(async (given, flags) => finish((await trials()).policyTestCommand(given, flags)));
	policy
		.command('diff <before> <after> [session...]')
		.description(
			'which recorded effects (of all sessions, where none is named) two policies decide otherwise; then status 1',
		)
		.action(async (before, after, ids) => finish((await trials()).policyDiffCommand(before, after, ids)));
	policy
		.command('learn <session...>')
		.description('print a policy that allows what was approved in sessions, and nothing that was denied in one of them')
		.option('--name <name>', 'what the policy calls itself', 'learned')
		.option('--policy <name|file>', 'what it extends, instead of the policy of the sessions')
		.action(async (ids, flags) => finish((await trials()).policyLearnCommand(ids, flags)));
	policy
		.command('schema')
		.description('the JSON schema of policies, for editors')
		.action(async () => finish((await policies()).policySchemaCommand()));

	const audit = program.command('audit').description('the record of a session');
	audit
		.command('verify <session>')
		.description('check that nobody has edited the record')
		.action(async (id) => finish((await audits()).auditVerifyCommand(id)));
	audit
		.command('show <session>')
		.description('every event, with its time and who decided')
		.option('--json', 'as JSON, one event a line')
		.action(async (id, flags) => finish((await audits()).auditShowCommand(id, flags)));
	audit
		.command('schema')
		.description('the JSON schema of the lines of events.jsonl')
		.option('--report', 'that of the report instead')
		.action(async (flags) => finish((await audits()).auditSchemaCommand(flags)));
	addExamples(program);
}
