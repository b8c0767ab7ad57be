/**
 * Makes a bundle load a module of Node's when it is first used, and not at the start: of those that a run needs, crypto and
 * child_process alone take 5 ms, and a run that hashes and spawns later starts its guest sooner.
 */

/** Loaded by Node itself before we begin, or used at once: nothing would be won. */
const cheap = new Set([
	'node:fs',
	'node:path',
	'node:url',
	'node:events',
	'node:buffer',
	'node:process',
	'node:worker_threads',
]);

/** `code` is esbuild's, in CommonJS, with the names that esbuild gives to imports. */
export function builtinsWhenUsed(code) {
	const lazy = new Set();
	const changed = code.replaceAll(
		/\b(import_\w+|fs\d*)=(?:__toESM\(require\("(node:[\w/]+)"\)(?:,1)?\)|require\("(node:[\w/]+)"\))/g,
		(whole, name, wrapped, plain) => {
			const module = wrapped ?? plain;
			const ownDefault = new RegExp(`\\b${name}\\.default\\b`).test(code);
			// As a namespace alone the module itself does: esbuild would copy each of its names.
			const value = wrapped === undefined || !ownDefault ? `require("${module}")` : whole.slice(name.length + 1);
			if (cheap.has(module) || !name.startsWith('import_')) return `${name}=${value}`;
			lazy.add(name);
			return `${name}=whenUsed(()=>${value})`;
		},
	);
	if (lazy.size === 0) return changed;
	const names = [...lazy].join('|');
	const used = changed
		// `new name().Class()` would be a `new` of the function that loads.
		.replaceAll(new RegExp(`\\bnew (${names})\\.`, 'g'), 'new ($1()).')
		.replaceAll(new RegExp(`\\b(${names})\\.`, 'g'), '$1().');
	const odd = new RegExp(`.{0,40}[([{:?&|!.]\\s*(?:${names})\\b(?!\\(\\)|=).{0,40}`).exec(used);
	if (odd !== null)
		throw new Error(`a module of Node's is used in a way that scripts/builtins-when-used.mjs does not know: ${odd[0]}`);
	return `const whenUsed=(load)=>{let loaded;return()=>loaded??=load()};${used}`;
}
