/**
 * A shell string, parsed: its simple commands, its redirections, and whatever makes it impossible to say what they will be.
 * Bash's grammar read by unbash. What bash and dash take differently, or what only the run decides, is a doubt.
 */
import {
	type Command,
	type DoubleQuotedChild,
	forEachChild,
	type ParsedScript,
	parse,
	type Redirection,
	type SyntaxNode,
	type Word,
	type WordPart,
} from 'unbash';

/** A word of a command as far as it is known before it runs. */
export type ShellWord =
	| { readonly kind: 'text'; readonly text: string }
	/** Any number of names that begin with `start` (never empty, never an option). */
	| { readonly kind: 'names'; readonly start: string }
	| { readonly kind: 'unknown'; readonly text: string };

export type ShellCommand = {
	readonly words: readonly ShellWord[];
	/** Assignments before it: its environment. */
	readonly variables: readonly { readonly name: string; readonly value: ShellWord | undefined }[];
};

export type ShellRedirection = {
	readonly kind: 'read' | 'write';
	readonly target: ShellWord;
	/** How many commands come before it: a `cd` among them moves it. */
	readonly after: number;
};

export type ShellProgram = {
	/** In the order of the text. */
	readonly commands: readonly ShellCommand[];
	readonly redirections: readonly ShellRedirection[];
	/** Why it can not be judged by its parts, each for a person to read. */
	readonly doubts: readonly string[];
};

const mostText = 16 * 1024;
const mostCommands = 256;

/** Never throws. */
export function readShell(text: string, home: string | undefined): ShellProgram {
	if (text.length > mostText) return { commands: [], redirections: [], doubts: ['it is too long to be read'] };
	const reader = new Reader(text, home);
	const odd = /[^\n\t\x20-\x7e\p{L}\p{N}\p{M}\p{P}\p{S}]/u.exec(text)?.[0];
	if (odd !== undefined) reader.doubt(`it has a character (${codeOf(odd)}) that shells take in different ways`);
	try {
		reader.script(parse(text));
	} catch {
		reader.doubt('it can not be parsed');
	}
	return { commands: reader.commands, redirections: reader.redirections, doubts: [...reader.doubts] };
}

class Reader {
	readonly commands: ShellCommand[] = [];
	readonly redirections: ShellRedirection[] = [];
	readonly doubts = new Set<string>();
	readonly #home: string | undefined;
	/** What positions count in. */
	#source: string;
	#depth = 0;

	constructor(text: string, home: string | undefined) {
		this.#source = text;
		this.#home = home;
	}

	doubt(why: string): void {
		if (this.doubts.size < 8) this.doubts.add(why);
	}

	script(script: ParsedScript | undefined): void {
		if (script === undefined) return this.doubt('it has a substitution that can not be parsed');
		const [error] = script.errors ?? [];
		if (error !== undefined) this.doubt(`it is no complete shell program (${error.message})`);
		if (++this.#depth > 32) return this.doubt('it is nested too deeply');
		const around = this.#source;
		this.#source = script.source ?? around;
		for (const statement of script.commands) this.node(statement);
		this.#source = around;
		this.#depth -= 1;
	}

	/** Looks at a node and all below it. */
	node(node: SyntaxNode): void {
		switch (node.type) {
			case 'Script':
				return this.script(node);
			case 'Command':
				return this.#command(node);
			case 'Redirect':
			case 'HereString':
			case 'HereDoc':
				return this.#redirection(node);
			case 'Function':
				this.doubt('it defines a function');
				break;
			case 'Coproc':
				this.doubt('it has a coprocess');
				break;
			case 'TestCommand':
			case 'ArithmeticCommand':
			case 'ArithmeticFor':
			case 'ArithmeticExpansion':
				// An arithmetic value is evaluated again and again: a[$(id)] in a variable runs id.
				this.doubt('it has arithmetic or [[ ]], whose values a shell may run');
				break;
			case 'ParameterExpansion':
				if (node.prefix !== undefined || node.operation !== undefined || node.index !== undefined) {
					this.doubt(`it depends on a value that is known only when it runs (${node.text})`);
				}
				break;
			case 'Assignment':
				if (node.index !== undefined || node.value.type === 'ArrayValue') this.doubt('it has an array');
				break;
			default:
				break;
		}
		forEachChild(node, (child) => this.node(child));
	}

	#command(command: Command): void {
		if (this.commands.length >= mostCommands) return this.doubt('it has too many commands');
		this.#spelling(command);
		// Redirections are made before the command runs, and what is substituted runs before that.
		for (const part of [...command.prefix, ...command.suffix]) this.node(part);
		if (command.name !== undefined) this.node(command.name);
		const variables = command.prefix.flatMap((part) => {
			if (part.type !== 'Assignment') return [];
			return [{ name: part.name, value: part.value.type === 'Word' ? this.word(part.value) : undefined }];
		});
		const words = [...(command.name === undefined ? [] : [command.name]), ...command.suffix].flatMap((part) => {
			if (part.type === 'Word') return [this.word(part)];
			if (part.type !== 'Assignment') return [];
			this.doubt('it declares variables');
			return [{ kind: 'unknown', text: part.text } as const];
		});
		if (words.length > 0) this.commands.push({ words, variables });
		else for (const { name } of variables) this.#assigned(name);
	}

	/** Spellings that nobody uses who does not hide a command from a list of forbidden ones: asked about, whatever they mean. */
	#spelling(command: Command): void {
		const parts = [...command.prefix, ...(command.name === undefined ? [] : [command.name]), ...command.suffix];
		for (const [index, part] of parts.entries()) {
			const before = parts[index - 1];
			const gap = before === undefined ? '' : this.#source.slice(before.end, part.pos);
			if (/^[ \t]+$/.test(gap) && gap !== ' ') this.doubt('its words are spaced in an unusual way');
			const texts = part.type !== 'Word' ? [] : (part.parts ?? [{ type: 'Literal', text: part.text } as const]);
			const escaped = texts.some((one) => one.type === 'Literal' && /\\[\p{L}\p{N}]/u.test(one.text));
			if (escaped) this.doubt('it has a backslash before a letter');
		}
	}

	/** A variable that stays: later commands may get it in their environment, or the shell itself may look at it. */
	#assigned(name: string): void {
		if (!/^[a-z][a-z0-9_]*$/.test(name) || name.endsWith('_proxy')) this.doubt(`it sets ${name}`);
	}

	#redirection(redirection: Redirection): void {
		if (redirection.type === 'HereDoc') {
			if (redirection.closing === undefined) this.doubt('it has a here-document without an end');
			for (const part of redirection.body.parts ?? []) this.node(part);
			return;
		}
		const { target, descriptor } = redirection;
		if (descriptor?.type === 'FileDescriptorVariable') this.doubt('it has a descriptor in a variable');
		if (target === undefined) return this.doubt('it has a redirection without a target');
		this.node(target);
		if (redirection.type === 'HereString') return;
		const word = this.word(target);
		const { operator } = redirection;
		if (operator === '<&' || operator === '>&') {
			if (word.kind === 'text' && /^(?:\d+-?|-)$/.test(word.text)) return;
			if (operator === '<&') return this.doubt('it duplicates a descriptor that is known only when it runs');
		}
		const after = this.commands.length;
		if (operator === '<' || operator === '<>') this.redirections.push({ kind: 'read', target: word, after });
		if (operator !== '<') this.redirections.push({ kind: 'write', target: word, after });
	}

	/** What the shell makes of a word. What is substituted in it was looked at by `node`. */
	word(word: Word): ShellWord {
		if (word.parts === undefined) return this.#tilde(word.value, word.text);
		let text = '';
		let names = false;
		for (const part of word.parts) {
			const known = textOf(part);
			if (known === undefined) return { kind: 'unknown', text: word.text };
			if (part.type === 'Glob') {
				names = true;
				if (text === '' || text.startsWith('-')) return { kind: 'unknown', text: word.text };
			}
			if (!names) text += known;
		}
		const first = word.parts[0];
		if (first?.type === 'Literal' && first.text.startsWith('~')) {
			// ~"/x" is no home: the quote is part of the name.
			if (!first.text.startsWith('~/')) return { kind: 'unknown', text: word.text };
			const whole = this.#tilde(text, word.text);
			if (whole.kind !== 'text') return whole;
			text = whole.text;
		}
		return names ? { kind: 'names', start: text } : { kind: 'text', text };
	}

	#tilde(value: string, text: string): ShellWord {
		// Quoted: no tilde. Another user's home, or a ~+: not known here.
		if (!text.startsWith('~')) return { kind: 'text', text: value };
		if (this.#home === undefined || !/^~(?:\/|$)/.test(value)) return { kind: 'unknown', text };
		return { kind: 'text', text: this.#home + value.slice(1) };
	}
}

/** The text of a part that is the same in every shell and every run; a process substitution is a file below /dev/fd. */
function textOf(part: WordPart): string | undefined {
	switch (part.type) {
		case 'Literal':
		case 'SingleQuoted':
			return part.value;
		case 'DoubleQuoted':
			return quotedText(part.parts);
		case 'Glob':
			return '';
		case 'ProcessSubstitution':
			return '/dev/fd/63';
		// dash takes $'' and $"" as a dollar and a string, and knows no braces.
		case 'AnsiCQuoted':
		case 'LocaleString':
		case 'BraceExpansion':
		case 'ExtendedGlob':
		case 'SimpleExpansion':
		case 'ParameterExpansion':
		case 'CommandExpansion':
		case 'ArithmeticExpansion':
			return undefined;
	}
}

function quotedText(parts: readonly DoubleQuotedChild[]): string | undefined {
	let text = '';
	for (const part of parts) {
		if (part.type !== 'Literal') return undefined;
		text += part.value;
	}
	return text;
}

function codeOf(char: string): string {
	return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
