/**
 * What a reviewer should know of an effect before it is approved. Told, never decided: a note changes no decision. By patterns of names alone,
 * so it also misses things.
 */
import { isUnspecified } from '../model/address.ts';
import type { Effect, RunEffect } from '../model/effect.ts';
import type { Note, NoteCode } from '../model/note.ts';
import { rangeOf } from './address-range.ts';
import { commandHazards } from './command-hazards.ts';
import { baseName, roughCommands } from './rough-commands.ts';
import { shellUse } from './shell-string.ts';

export type NoteContext = {
	/** The script's working directory. */
	readonly cwd: string;
	/** Permission bits that the file will have, where they are new. */
	readonly mode?: number | undefined;
};

/** None for most effects. */
export function notesOf(effect: Effect, context: NoteContext): readonly Note[] {
	switch (effect.kind) {
		case 'read':
			return nameNotes(effect.path);
		case 'write':
		case 'delete':
			return [...placeNotes(effect.kind, effect.path, context), ...modeNotes(context.mode), ...nameNotes(effect.path)];
		case 'run':
			return commandNotes(effect);
		case 'connect':
			return nameNotes(effect.host);
		case 'listen':
			return rangeOf(effect.host, new Set()) === 'loopback' && !isUnspecified(effect.host)
				? []
				: [careful('open-to-network', 'other machines can connect to it')];
	}
}

const places: readonly (readonly [RegExp, NoteCode, string])[] = [
	[
		/\/\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|tcshrc|login|xprofile|xinitrc|xsession|inputrc)$|\/\.config\/(?:fish|autostart|environment\.d)\/|^\/etc\/(?:profile|bash\.bashrc|environment|zsh|xdg\/autostart)/,
		'runs-at-login',
		'is run when you log in or open a shell',
	],
	[/^\/etc\/(?:cron|anacrontab|at\.)|^\/var\/spool\/(?:cron|at)/, 'runs-by-cron', 'is run by cron'],
	[/\/systemd\/(?:system|user)\/|\/init\.d\//, 'runs-by-systemd', 'is run by systemd'],
	[/\/\.ssh(?:\/|$)|^\/etc\/ssh\//, 'ssh', 'decides who may log in over ssh, or holds its keys'],
	[
		/^\/etc\/(?:sudoers|pam\.d|polkit-1|doas\.conf|passwd|shadow|group|gshadow)/,
		'rights',
		'decides who may do what on this machine',
	],
	[/^\/etc\/ld\.so\./, 'loaded-everywhere', 'is loaded into every program'],
	[
		/\/\.git\/(?:hooks(?:\/|$)|config|modules\/)|\/\.husky(?:\/|$)|\/\.?lefthook\.(?:yml|yaml|toml|json)$/,
		'runs-by-git',
		'is run by git at a later command',
	],
	[/\/\.git(?:attributes|modules|config)$|\/\.pre-commit-config\.yaml$/, 'changes-git', 'changes what git runs'],
	[
		/\/\.github\/(?:workflows|actions)(?:\/|$)|\/(?:\.gitlab-ci\.yml|\.travis\.yml|\.drone\.yml|azure-pipelines\.yml|Jenkinsfile|bitbucket-pipelines\.yml)$|\/\.(?:circleci|buildkite|forgejo|gitea|woodpecker)\//,
		'runs-in-ci',
		"is run in CI, with CI's secrets",
	],
	[/\/(?:sitecustomize|usercustomize)\.py$|\.pth$/, 'runs-by-python', 'is run by every Python that finds it'],
	[
		/\/\.(?:vscode|idea|devcontainer|zed|fleet|cursor|claude|gemini|codex)\/|\/\.mcp\.json$/,
		'runs-in-editor',
		'is run by an editor or an agent',
	],
	[/^\/(?:usr|lib|lib64|bin|sbin|boot|opt)\//, 'machine-file', 'belongs to the machine itself'],
];

function placeNotes(kind: 'write' | 'delete', path: string, { cwd }: NoteContext): readonly Note[] {
	const notes: Note[] = [];
	if (kind === 'delete' && path !== cwd && !path.startsWith(cwd === '/' ? '/' : `${cwd}/`)) {
		notes.push(careful('deletes-outside', 'it deletes outside of the working directory'));
	}
	for (const [place, code, what] of places) if (place.test(path)) notes.push(careful(code, `this file ${what}`));
	return notes;
}

function modeNotes(mode: number | undefined): readonly Note[] {
	if (mode === undefined) return [];
	const own = (mode & 0o6000) === 0 ? [] : [careful('setuid', 'it runs with the rights of its owner or group')];
	const all = (mode & 0o1002) === 0o002 ? [careful('writable-by-all', 'everybody on this machine may change it')] : [];
	return [...own, ...all];
}

/** Characters that are not seen, or that turn the order of the text around; letters that look like those of another script. */
function nameNotes(name: string, what = 'its name'): readonly Note[] {
	if (/^[\x20-\x7e]*$/.test(name)) return [];
	const notes: Note[] = [];
	if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name))
		notes.push(careful('hidden-characters', `${what} has characters that are not seen as they are`));
	const mixed = name.split(/[/.\s_-]/).some((part) => {
		const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u].filter((script) =>
			script.test(part),
		);
		return scripts.length > 1;
	});
	if (mixed) notes.push(careful('mixed-scripts', `${what} mixes letters of scripts that look alike`));
	return notes;
}

function commandNotes(effect: RunEffect): readonly Note[] {
	const notes: Note[] = [];
	const text = effect.argv.join(' ');
	const words = effect.argv.slice(1);
	const name = baseName(effect.argv[0] ?? effect.program);
	const use = shellUse(name, words);
	const commands = [effect.argv, ...(use.kind === 'string' ? use.commands : roughCommands(text).slice(1))];
	const names = commands.map(([first = '']) => baseName(first));
	const fetches = names.some((one) => /^(?:curl|wget|fetch|aria2c|http|scp|ftp)$/.test(one));
	const own = use.kind === 'string' ? names.slice(1) : names;
	if (fetches && own.some((one) => /^(?:\w*sh|python[\d.]*|perl|ruby|node|php|eval|source|\.|xargs)$/.test(one))) {
		notes.push(careful('downloads-and-runs', 'it downloads something and may run it'));
	}
	for (const command of commands) notes.push(...simpleNotes(command));
	if (/\bbase(?:64|32)\b.*-{1,2}d|\bxxd\b.*-r|fromhex|b64decode|\batob\b/.test(text))
		notes.push(careful('decodes', 'it decodes something, which may be a program'));
	if (/[A-Za-z0-9+/]{200,}={0,2}/.test(text) || /(?:\\x[0-9a-f]{2}){12,}/i.test(text)) {
		notes.push(careful('encoded-text', 'it holds a long encoded text'));
	}
	for (const word of effect.argv) notes.push(...nameNotes(word.replaceAll(/[\n\t]/g, ' '), 'a word of it'));
	for (const what of commandHazards(name, words).words.values())
		notes.push({ code: 'does-more', text: `a word of it ${what}` });
	return [...new Map(notes.map((note) => [note.text, note])).values()];
}

function simpleNotes(command: readonly string[]): readonly Note[] {
	const [first = '', ...words] = command;
	const name = baseName(first);
	const text = words.join(' ');
	if (/^(?:sudo|doas|su|pkexec|runuser)$/.test(name))
		return [careful('other-user', 'it asks for the rights of another user')];
	if (name === 'rm' && /(?:^| )-[a-zA-Z]*[rR]|--recursive/.test(text))
		return [careful('deletes-directories', 'it deletes whole directories')];
	if (name === 'chmod' && /(?:^| )(?:[ugoa]*\+[rwx]*s|[0-7]?[2467][0-7]{3})(?: |$)/.test(text))
		return [careful('setuid', 'it lets a program run with the rights of its owner')];
	if (name === 'chmod' && /(?:^| )(?:[ugoa]*[oa]\+[rwx]*w|\+[rx]*w|[0-7]?[0-7]{2}[2367])(?: |$)/.test(text))
		return [careful('writable-by-all', 'it lets everybody change a file')];
	if (/^(?:mkfs.*|dd|shred|wipefs|fdisk|parted)$/.test(name))
		return [careful('overwrites-disks', 'it can overwrite disks and files past recovery')];
	if (/^(?:crontab|at|batch)$/.test(name)) return [careful('runs-later', 'it arranges for something to run later')];
	return [];
}

function careful(code: NoteCode, text: string): Note {
	return { code, text: `careful: ${text}` };
}
