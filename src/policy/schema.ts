/** The schema of a policy file: every key, every value, and what they mean. `policies/schema.json` is generated from it. */
import * as z from 'zod/mini';
import type { LimitName } from '../model/limits.ts';
import { commandPatternProblem } from './command-pattern.ts';
import { passProblem } from './environment.ts';
import { hostPatternProblem, ruleHostProblem } from './host-pattern.ts';
import { hoursProblem } from './hours.ts';
import { limitExample, parseLimit } from './limits.ts';
import { pathPatternProblem } from './path-problem.ts';
import { expandPath } from './path-text.ts';
import { parseSize } from './units.ts';

const decision = z.enum(['allow', 'ask', 'deny']);
const effectKind = z.enum(['read', 'write', 'delete', 'run', 'connect', 'listen']);

const kinds = described(oneOrMore(effectKind), 'One effect or a list: read, write, delete, run, connect, listen.');

const rule = z.strictObject({
	allow: z.optional(kinds),
	ask: z.optional(kinds),
	deny: z.optional(kinds),
	path: z.optional(
		described(
			oneOrMore(checkedText(pathPatternProblem)),
			'For read, write, delete. "./" is the working directory, "~" the home, "*" a name or a part of it, "**" any depth; ' +
				'"/etc/**" is what is in /etc and not /etc itself. Matched after symlinks were resolved.',
		),
	),
	command: z.optional(
		described(
			oneOrMore(checkedText(commandPatternProblem)),
			'For run. Words: "*" is one word or part of one, "**" at the end the rest. A program without a slash is the one on the ' +
				'fixed system path. A shell string is allowed only by a pattern that is exactly that string.',
		),
	),
	host: z.optional(
		described(
			oneOrMore(checkedText(ruleHostProblem)),
			'For connect: host:port, such as "*.example.com:443" or "*:*". A star is never this machine, its neighbours or its cloud: ' +
				'those are named, "127.0.0.1:8000", "10.1.0.0/16:5432" or by kind, "@loopback:*" (also @private, @link-local, @metadata, ' +
				'@multicast, @reserved), and so are sockets of this machine, "unix:/run/x.sock". ' +
				'For listen: the address and port of this machine at which others may connect, "127.0.0.1:8000"; "0.0.0.0:8000" and ' +
				'"[::]:8000" are all of its addresses, "*:8000" is any, and port 0 is one that the machine chooses.',
		),
	),
	except: z.optional(
		described(oneOrMore(z.string()), 'Patterns of the same kind as the rule has: what they match, the rule does not.'),
	),
	smaller: z.optional(
		described(
			sizeText(),
			'For write: only files smaller than this. What is larger falls to the other rules and the default.',
		),
	),
	larger: z.optional(described(sizeText(), 'For write, in a deny or ask: only files of this size and more.')),
	holds: z.optional(
		described(z.enum(['secrets']), 'For write, in a deny or ask: only files in which keys or tokens are found.'),
	),
	above: z.optional(
		described(
			z.int('above takes a whole number').check(z.minimum(1, 'above takes a whole number from 1')),
			'In a deny or ask: from this many different things on which the rule is about; 20 means that the 21st is asked.',
		),
	),
	hours: z.optional(
		described(checkedText(hoursProblem), 'When the rule holds, in local time: "09:00-17:30", "mon-fri 09:00-17:30".'),
	),
	because: z.optional(described(checkedText(emptyProblem), 'Why; shown to the person and in the report.')),
	examples: z.optional(
		described(
			z.strictObject({
				match: z.optional(oneOrMore(z.string())),
				not: z.optional(oneOrMore(z.string())),
			}),
			'What the rule must match and must not match; checked when the policy is loaded.',
		),
	),
});

const limits = z.strictObject({
	time: z.optional(described(limit('time'), 'Wall clock, without the time a person takes to answer.')),
	cpu: z.optional(described(limit('cpu'), 'Processor time.')),
	memory: z.optional(described(limit('memory'), 'Memory of all processes of the script together.')),
	output: z.optional(described(limit('output'), 'What the script may print.')),
	tasks: z.optional(described(countLimit('tasks'), 'Threads and processes at one time.')),
	disk: z.optional(described(limit('disk'), 'What its changes and scratch files may take.')),
	files: z.optional(described(countLimit('files'), 'Files, directories and links it may create or change.')),
	sent: z.optional(described(limit('sent'), 'What it may send to hosts.')),
	received: z.optional(described(limit('received'), 'What it may receive from hosts.')),
});

const defaults = z.strictObject({
	read: z.optional(decision),
	write: z.optional(decision),
	delete: z.optional(decision),
	run: z.optional(decision),
	connect: z.optional(decision),
	listen: z.optional(
		described(
			decision,
			'Whether others may connect to the servers of the script; deny where left out: then it alone does.',
		),
	),
});

const variable = checkedText(passProblem);

export const policySchema = described(
	z.strictObject({
		name: z.optional(described(checkedText(nameProblem), 'What the policy is called in reports.')),
		about: z.optional(described(z.string(), 'What it is for, in a sentence.')),
		extends: z.optional(
			described(
				oneOrMore(checkedText(emptyProblem)),
				'Policies that this one begins with: a shipped one by name, or a file beside this one. Rules add up and the strictest wins; ' +
					'other keys go over those of the policy that is extended.',
			),
		),
		sealed: z.optional(
			described(
				z.boolean(),
				'Whoever extends this policy may only tighten it: nothing is allowed that it does not allow.',
			),
		),
		default: z.optional(
			described(
				defaults,
				'What happens to an effect that no rule matches; as the policy that is extended has it, else ask, where left out.',
			),
		),
		rules: z.optional(
			described(
				z.array(rule),
				'All matching rules count and the strictest wins: deny over ask over allow. Their order means nothing.',
			),
		),
		unattended: z.optional(
			described(
				z.strictObject({ default: z.optional(defaults), rules: z.optional(z.array(rule)) }),
				'What is otherwise where nobody watches (--unattended): other defaults, and rules besides.',
			),
		),
		hide: z.optional(
			described(paths(), 'Paths that are not there for the script: not listed, not opened, not written.'),
		),
		readonly: z.optional(described(paths(), 'Paths that are neither written nor deleted, whatever a rule allows.')),
		limits: z.optional(limits),
		env: z.optional(
			z.strictObject({
				set: z.optional(
					described(z.record(checkedText(setProblem), z.string()), 'Variables that the script gets with these values.'),
				),
				secrets: z.optional(
					described(
						z.record(checkedText(setProblem), oneOrMore(checkedText(hostPatternProblem))),
						'Variables that the script gets a stand-in for, and the hosts that get the secret in its place: { API_TOKEN: "api.example.com:80" }. Over TLS nothing is replaced.',
					),
				),
				mask: z.optional(
					described(
						z.array(variable),
						'Of the variables that are passed: those that the script sees with the value "masked", such as *_TOKEN.',
					),
				),
				pass: z.optional(
					described(
						z.array(variable),
						'Environment variables the script gets; LC_* names all that begin so. PATH, HOME, LANG, USER and TZ where left out.',
					),
				),
			}),
		),
		scratch: z.optional(
			described(
				z.array(checkedText(scratchProblem)),
				'Directories that are private and thrown away; /tmp where left out.',
			),
		),
		commands: z.optional(
			z.strictObject({
				network: z.optional(
					described(
						z.enum(['host', 'none']),
						"Whether commands that run have this machine's network (host, where left out) or none. No rule is asked about whom a command reaches.",
					),
				),
			}),
		),
		denied: z.optional(
			described(
				z.enum(['exit', 'ignore']),
				'What a script that was denied something ends with: status 126 (exit), or its own status (ignore).',
			),
		),
	}),
	'A policy of approve-run: what a script may do, what is asked, and what is denied.',
);

export type PolicyFile = z.infer<typeof policySchema>;
export type PolicyFileRule = z.infer<typeof rule>;

/** A place that holds rules. */
export const rulePlaces: readonly (readonly string[])[] = [['rules'], ['unattended', 'rules']];

/** One rule alone, so that a rule without a mistake is checked further although another one has some. */
export const ruleSchema = rule;

/** Known keys at a place in the file, for "the nearest right key". */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
	const [first, second, third] = path;
	if (first === undefined) return Object.keys(policySchema.shape);
	if (first === 'default') return effectKind.options;
	if (first === 'limits') return Object.keys(limits.shape);
	if (first === 'commands') return ['network'];
	if (first === 'env') return ['pass', 'set', 'mask', 'secrets'];
	if (first === 'unattended') return second === undefined ? ['default', 'rules'] : knownKeys(path.slice(1));
	return third === 'examples' ? ['match', 'not'] : Object.keys(rule.shape);
}

function described<T extends z.ZodMiniType>(schema: T, description: string): T {
	z.globalRegistry.add(schema, { description });
	return schema;
}

function oneOrMore<T extends z.ZodMiniType>(item: T) {
	return z.union([
		item,
		z.array(item).check(z.minLength(1, 'a list with nothing in it matches nothing; leave the key out')),
	]);
}

/** Text that `problem` finds nothing wrong with. */
function checkedText(problem: (text: string) => string | undefined) {
	return z.string().check((context) => {
		const message = problem(context.value);
		if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
	});
}

function paths() {
	return z.array(checkedText(pathPatternProblem));
}

function sizeText() {
	const message = 'a size such as 1MiB, 512KiB or 100B';
	return z.string(`it takes ${message}`).check((context) => {
		if (parseSize(context.value) !== undefined) return;
		context.issues.push({ code: 'custom', message: `"${context.value}" is not ${message}`, input: context.value });
	});
}

function limit(name: LimitName) {
	return z.string(`${name} takes ${limitExample(name)}`).check((context) => {
		if (parseLimit(name, context.value) !== undefined) return;
		const message = `"${context.value}" is not ${limitExample(name)}`;
		context.issues.push({ code: 'custom', message, input: context.value });
	});
}

function countLimit(name: LimitName) {
	const message = `${name} takes ${limitExample(name)}`;
	return z.int(message).check(z.minimum(parseLimit(name, '0') ?? 1, message));
}

function emptyProblem(text: string): string | undefined {
	return text.trim() === '' ? 'the text is empty; leave the key out' : undefined;
}

function setProblem(text: string): string | undefined {
	return /^[A-Za-z_]\w*$/.test(text) ? undefined : `"${text}" is no name of an environment variable`;
}

function nameProblem(text: string): string | undefined {
	if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return undefined;
	return `"${text}" is no name for a policy; use letters, digits, ".", "_" and "-"`;
}

function scratchProblem(text: string): string | undefined {
	if (/[*?[\]{}]/.test(text)) return `"${text}" has a wildcard; scratch names directories`;
	const path = expandPath(text, { home: '/home', cwd: '/work' });
	if (path === undefined)
		return `"${text}" is no directory; begin with "/", "./" or "~/", without ".." and without a slash at the end`;
	return path === '/' ? '"/" cannot be scratch: all would be thrown away' : undefined;
}
