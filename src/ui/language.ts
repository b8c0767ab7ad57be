/** Which language a file is written in, by its name alone. */

/** The names are those of highlight.js. */
export type Language =
	| 'bash'
	| 'c'
	| 'cpp'
	| 'css'
	| 'diff'
	| 'dockerfile'
	| 'go'
	| 'ini'
	| 'javascript'
	| 'json'
	| 'makefile'
	| 'markdown'
	| 'python'
	| 'rust'
	| 'sql'
	| 'typescript'
	| 'xml'
	| 'yaml';

/** undefined: shown without syntax colours. */
export function languageOf(path: string): Language | undefined {
	const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
	const whole = names.get(name);
	if (whole !== undefined) return whole;
	if (name.startsWith('dockerfile.')) return 'dockerfile';
	const dot = name.lastIndexOf('.');
	return dot < 0 ? undefined : endings.get(name.slice(dot + 1));
}

const names: ReadonlyMap<string, Language> = new Map([
	...each('bash', '.bashrc .bash_profile .bash_aliases .profile .zshrc .envrc .env'),
	...each('dockerfile', 'dockerfile containerfile'),
	...each('ini', '.gitconfig .editorconfig .npmrc pipfile'),
	...each('json', '.prettierrc .babelrc'),
	...each('makefile', 'makefile gnumakefile'),
]);

const endings: ReadonlyMap<string, Language> = new Map([
	...each('bash', 'sh bash zsh'),
	...each('c', 'c h'),
	...each('cpp', 'cc cpp cxx hh hpp hxx'),
	...each('css', 'css'),
	...each('diff', 'diff patch'),
	...each('dockerfile', 'dockerfile'),
	...each('go', 'go'),
	...each('ini', 'ini toml cfg conf properties service desktop'),
	...each('javascript', 'js jsx mjs cjs'),
	...each('json', 'json jsonc json5 jsonl ndjson geojson webmanifest ipynb'),
	...each('makefile', 'mk mak'),
	...each('markdown', 'md markdown'),
	...each('python', 'py pyi pyw'),
	...each('rust', 'rs'),
	...each('sql', 'sql'),
	...each('typescript', 'ts tsx mts cts'),
	...each('xml', 'html htm xhtml xml svg plist'),
	...each('yaml', 'yaml yml'),
]);

function each(language: Language, words: string): [string, Language][] {
	return words.split(' ').map((word) => [word, language]);
}
