/** The words that are commands and no scripts, in the order of the help. Apart from the commands, since most runs load none of them. */
export const commandNames: readonly string[] = [
	'review',
	'apply',
	'discard',
	'rollback',
	'sessions',
	'show',
	'replay',
	'diff',
	'doctor',
	'policy',
	'audit',
];
