/** What a person or a program should know of an effect beside what it is. Told, never decided. */

/** Stable: programs act on them. */
export const noteCodes = [
	'runs-at-login',
	'runs-by-cron',
	'runs-by-systemd',
	'runs-by-git',
	'runs-in-ci',
	'runs-by-python',
	'runs-in-editor',
	'changes-git',
	'ssh',
	'rights',
	'loaded-everywhere',
	'machine-file',
	'deletes-outside',
	'writable-by-all',
	'setuid',
	'hidden-characters',
	'mixed-scripts',
	'downloads-and-runs',
	'decodes',
	'encoded-text',
	'other-user',
	'deletes-directories',
	'overwrites-disks',
	'runs-later',
	'does-more',
	'open-to-network',
] as const;

export type NoteCode = (typeof noteCodes)[number];

/** `text` is a sentence of ours; it holds nothing of the guest. */
export type Note = { readonly code: NoteCode; readonly text: string };
