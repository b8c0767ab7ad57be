/**
 * A shell string, parsed: its simple commands, its redirections, and whatever makes it impossible to say what they will be.
 * Bash's grammar read by unbash. What bash and dash take differently, or what only the run decides, is a doubt.
 */
import {
	type Command,
	type For,
	forEachChild,
	type ParsedScript,
	parse,
	type Redirection,
	type Select,
	type SyntaxNode,
	type Word,
} from 'unbash';
import { isPattern, isPlain, type ShellWord, startText, textOf, tildeOf, wordOf } from './shell-word.ts';

export type ShellCommand = {
	readonly words: readonly ShellWord[];
	/** Assignments before it: its environment. */
	readonly variables: readonly { readonly name: string; readonly value: ShellWord | undefined }[];
	/** It may run more than once: what stands before it in the text may also come after it. */
	readonly loops: boolean;
};

/** What the shell itself opens: the file of a redirection, or the directory in which it looks for what a star stands for. */
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

/** `env`: what the shell starts with. Never throws. */
export function readShell(text: string, env: Readonly<Record<string, string>>): ShellProgram {
	if (text.length > mostText) return { commands: [], redirections: [], doubts: ['it is too long to be read'] };
	const reader = new Reader(text, env);
	const odd = /[^\n\t\x20-\x7e\p{L}\p{N}\p{M}\p{P}\p{S}]/u.exec(text)?.[0];
	if (odd !== undefined) reader.doubt(`it has a character (${codeOf(odd)}) that shells take in different ways`);
	try {
		reader.script(parse(text));
		reader.end();
	} catch {
		reader.doubt('it can not be parsed');
	}
	const { commands, redirections, doubts } = reader;
	return { commands, redirections, doubts: [...doubts] };
}

class Reader {
	readonly commands: ShellCommand[] = [];
	readonly redirections: ShellRedirection[] = [];
	readonly doubts = new Set<string>();
	readonly #env: Readonly<Record<string, string>>;
	readonly #home: string | undefined;
	/** Variables that may hold a star, and those that are put into a word without quotes. */
	readonly #starred = new Set<string>();
	readonly #unquoted = new Set<string>();
	/** What positions count in. */
	#source: string;
	#depth = 0;
	/** Loops around what is looked at. */
	#loops = 0;

	constructor(text: string, env: Readonly<Record<string, string>>) {
		this.#source = text;
		this.#env = env;
		this.#home = env['HOME'];
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

	/** What only the whole text shows. */
	end(): void {
		for (const name of this.#unquoted) {
			const value = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
			// What a shell sets by itself may hold the script's words: $_, $BASH_COMMAND, $BASH_EXECUTION_STRING.
			const own = value === undefined && /^(?:_|[A-Z].*)$/.test(name);
			const starred = own || this.#starred.has(name) || (value !== undefined && /[*?[\\]/.test(value));
			if (starred) this.doubt(`the value of ${name} may be a pattern that lists a directory`);
		}
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
			case 'For':
			case 'Select':
				this.#loop(node);
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
		const loops = node.type === 'For' || node.type === 'Select' || node.type === 'While';
		if (loops) this.#loops += 1;
		forEachChild(node, (child) => this.node(child));
		if (loops) this.#loops -= 1;
	}

	/** `for PATH in ./evil; do ls; done`: a loop assigns too. */
	#loop({ name, wordlist = [] }: For | Select): void {
		for (const word of wordlist) this.#listing(word);
		const plain = wordlist.map((word) => this.#word(word)).every((word) => word.kind === 'names' || isPlain(word));
		this.#assigned(name.value, plain);
	}

	#command(command: Command): void {
		if (this.commands.length >= mostCommands) return this.doubt('it has too many commands');
		this.#spelling(command);
		// Redirections are made before the command runs, and what is substituted runs before that.
		for (const part of [...command.prefix, ...command.suffix]) this.node(part);
		if (command.name !== undefined) this.node(command.name);
		for (const word of [command.name, ...command.suffix]) if (word?.type === 'Word') this.#listing(word);
		const variables = command.prefix.flatMap((part) => {
			if (part.type !== 'Assignment') return [];
			return [{ name: part.name, value: part.value.type === 'Word' ? this.#word(part.value) : undefined }];
		});
		const words = [...(command.name === undefined ? [] : [command.name]), ...command.suffix].flatMap((part) => {
			if (part.type === 'Word') return [this.#word(part)];
			if (part.type !== 'Assignment') return [];
			this.doubt('it declares variables');
			return [{ kind: 'unknown', text: part.text } as const];
		});
		if (words.length > 0) this.commands.push({ words, variables, loops: this.#loops > 0 });
		else for (const { name, value } of variables) this.#assigned(name, value === undefined || isPlain(value));
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
	#assigned(name: string, plain: boolean): void {
		const known = Object.hasOwn(this.#env, name) || name.endsWith('_proxy');
		if (known || !/^[a-z][a-z0-9_]*$/.test(name)) this.doubt(`it sets ${name}`);
		if (!plain) this.#starred.add(name);
	}

	/** `echo ~/.ssh/*` tells the names in there: the shell reads the directory, whatever the command is. */
	#listing(word: Word): void {
		const { parts = [] } = word;
		for (const part of parts) {
			if (part.type === 'CommandExpansion') this.doubt('what a command prints may be a pattern that lists a directory');
			if (part.type === 'SimpleExpansion' || part.type === 'ParameterExpansion')
				this.#unquoted.add(/\w+/.exec(part.text)?.[0] ?? '');
		}
		const first = parts.findIndex(isPattern);
		if (first < 0) return;
		const before = parts.slice(0, first).map(textOf);
		const after = parts.slice(first).some((part) => part.type !== 'Glob' && (textOf(part) ?? '/').includes('/'));
		const start = before.join('');
		// Without the slash at its end, which only a directory may have.
		const folder = start.slice(0, start.lastIndexOf('/') + 1).replace(/(?<=[^/])\/+$/, '');
		const directory = tildeOf(folder || '.', startText(parts), this.#home);
		const known = !after && parts[first]?.type === 'Glob' && before.every((text) => text !== undefined);
		const target: ShellWord = known ? directory : { kind: 'unknown', text: word.text };
		this.redirections.push({ kind: 'read', target, after: this.commands.length });
	}

	#word(word: Word): ShellWord {
		return wordOf(word, this.#home);
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
		const word = this.#word(target);
		const { operator } = redirection;
		if (operator === '<&' || operator === '>&') {
			if (word.kind === 'text' && /^(?:\d+-?|-)$/.test(word.text)) return;
			if (operator === '<&') return this.doubt('it duplicates a descriptor that is known only when it runs');
		}
		const after = this.commands.length;
		if (operator === '<' || operator === '<>') this.redirections.push({ kind: 'read', target: word, after });
		if (operator !== '<') this.redirections.push({ kind: 'write', target: word, after });
	}
}

function codeOf(char: string): string {
	return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
