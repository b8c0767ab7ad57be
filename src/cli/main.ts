/** The command line: design of commands, options and exit statuses. Each command is loaded when it is asked for. */
import { Command, Option } from '@commander-js/extra-typings';
import { releaseGoneTerminal } from '../host/terminal.ts';
import { commandNames } from './command-names.ts';
import { exitWithError } from './exit-with-error.ts';
import { finish, leave } from './finish.ts';
import { runCommand } from './run-command.ts';
import { printVersion } from './version.ts';

const words = process.argv.slice(2);
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
		if (words.length === 0) return finish(import('./list-command.ts').then((list) => list.listCommand()));
		return leave(runCommand(script, args, flags));
	});

process.on('exit', releaseGoneTerminal);

// Whatever escapes every other net: the guest dies with this process, and the session is kept.
process.on('uncaughtException', (error) => {
	exitWithError(error);
	process.exit();
});
start().catch(exitWithError);

async function start(): Promise<void> {
	// Without one of these words a script is run, and sooner where nothing else is made ready.
	if (words.some((word) => commandNames.includes(word) || /^(?:help|--help|-\w*h\w*)$/.test(word)))
		(await import('./commands.ts')).addCommands(program);
	await program.parseAsync();
}

function limit<Name extends string>(name: Name, about: string): Option<`--${Name} <value>`> {
	return new Option(`--${name} <value>`, `${about}; at most what the policy allows`);
}
