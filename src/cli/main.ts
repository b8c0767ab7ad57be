/** The command line: design of commands, options and exit statuses. Each command is loaded when it is asked for. */
import '../run/early-worker.ts';
import { Command, Option } from '@commander-js/extra-typings';
import { exitWithError } from './exit-with-error.ts';
import { addExamples } from './help-examples.ts';
import { runCommand } from './run-command.ts';
import { printVersion } from './version.ts';

const sessions = () => import('./session-commands.ts');
const policies = () => import('./policy-commands.ts');

const program = new Command('approve-run')
	.description(
		'Run a Python script that nobody trusts yet: see what it wants to do, decide, and only then let it happen.',
	)
	.option('-V, --version', 'print the version')
	.usage(
		'[options] SCRIPT [ARG…]\n       approve-run [options] -c CODE [ARG…]\n       approve-run COMMAND\n       approve-run                            the list of sessions, in a terminal',
	)
	.enablePositionalOptions()
	.passThroughOptions()
	.argument('[script]', 'a Python script; `-` reads it from standard input')
	.argument('[args...]', "the script's own arguments")
	.option('-c <code>', 'run this code instead of a script')
	.option('--policy <name|file>', 'a shipped policy by name, or a file', 'review')
	.option('--unattended', 'no person: an ask counts as deny; what is allowed is applied at the end')
	.option('--plan', 'run, capture, ask nothing, apply nothing; the session waits for `review`')
	.option('--plain', 'review line by line: for screen readers and simple terminals')
	.option('--report <file>', 'write the report (JSON)')
	.option('--junit <file>', "write the report as JUnit's XML")
	.option(
		'--runtime <trapped|translated|path>',
		"which interpreter: trapped (a stock PyPy 3, found by itself), translated (PyPy's own sandbox), or a binary or folder",
	)
	.option('--trace <file>', 'write each system call of the script: arguments, result, time')
	.addOption(limit('time', 'wall clock, such as 30s'))
	.addOption(limit('cpu', 'processor time, such as 10s'))
	.addOption(limit('memory', 'memory, such as 512MiB'))
	.addOption(limit('output', 'bytes printed, such as 1MiB'))
	.addOption(limit('tasks', 'threads and processes at one time'))
	.addOption(limit('disk', 'bytes written, such as 100MiB'))
	.addOption(limit('files', 'files made or changed'))
	.addOption(limit('sent', 'bytes to hosts, such as 1MiB'))
	.addOption(limit('received', 'bytes from hosts, such as 1GiB'))
	.showHelpAfterError('(approve-run --help tells more)')
	.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'approve-run: ')) })
	.addHelpText(
		'after',
		`
Examples:
  approve-run tidy.py                                 run it, review what it wants, apply what you approve
  approve-run --unattended --policy project tidy.py   let a policy decide
  approve-run --plan tidy.py                          run it now, decide later with: approve-run review
  approve-run rollback 01M8                           take back what a session changed (the beginning of its name is enough)

Exit status: the script's own; 124 a limit, 125 approve-run itself, 126 something was denied, 127 no such script.`,
	)
	.exitOverride()
	.action((script, args, flags) => {
		if (flags.version === true) return finish(printVersion());
		const isAlone = process.argv.length === 2;
		return finish(
			isAlone ? import('./list-command.ts').then((list) => list.listCommand()) : runCommand(script, args, flags),
		);
	});

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

const trials = () => import('./policy-trials.ts');
const policy = program.command('policy').description('check, explain, show, test, compare and learn policies');
policy
	.command('check <file...>')
	.description(
		'find mistakes in policies; warn of patterns that can never win, where that is so on every machine (the same pattern, or one that is wholly below it, in a stricter rule without conditions and exceptions)',
	)
	.action(async (files) => finish((await policies()).policyCheckCommand(files)));
policy
	.command('explain <kind> <what...>')
	.description('what a policy says of an effect: read|write|delete PATH, run WORD…, connect HOST:PORT')
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

const audits = () => import('./audit-commands.ts');
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

// Whatever escapes every other net: the guest dies with this process, and the session is kept.
process.on('uncaughtException', (error) => {
	exitWithError(error);
	process.exit();
});
program.parseAsync().catch(exitWithError);

async function finish(status: number | Promise<number>): Promise<void> {
	process.exitCode = await status;
}

function limit<Name extends string>(name: Name, about: string): Option<`--${Name} <value>`> {
	return new Option(`--${name} <value>`, `${about}; at most what the policy allows`);
}
