import { compileFunction } from 'node:vm';
import { expect, test } from 'vitest';
// @ts-expect-error: plain JavaScript
import { builtinsWhenUsed } from '../../scripts/builtins-when-used.mjs';

/** Runs the bundle's code with a `require` that notes what is loaded; what `code` leaves in `exports`, and the notes. */
function runBundle(code: string): { exports: Record<string, () => unknown>; loaded: string[] } {
	const loaded: string[] = [];
	const exports: Record<string, () => unknown> = {};
	const load = (name: string) => {
		loaded.push(name);
		return { hash: () => `hash of ${name}`, readSync: () => `read by ${name}` };
	};
	const wrap = (module: object) => ({ ...module, default: module });
	compileFunction(builtinsWhenUsed(code), ['require', '__toESM', 'exports'])(load, wrap, exports);
	return { exports, loaded };
}

test('a module is loaded when it is first used, and once', () => {
	const { exports, loaded } = runBundle(
		'var import_node_crypto=require("node:crypto");exports.hash=()=>(0,import_node_crypto.hash)();',
	);
	expect(loaded).toEqual([]);
	expect([exports['hash']?.(), exports['hash']?.()]).toEqual(['hash of node:crypto', 'hash of node:crypto']);
	expect(loaded).toEqual(['node:crypto']);
});

test('what every call needs is loaded at once, and a namespace of it is the module itself', () => {
	const { exports, loaded } = runBundle(
		'var fs2=__toESM(require("node:fs"));exports.read=()=>fs2.readSync();exports.copied=()=>"default" in fs2;',
	);
	expect(loaded).toEqual(['node:fs']);
	expect(exports['read']?.()).toBe('read by node:fs');
	expect(exports['copied']?.()).toBe(false);
});

test('a default import keeps its default', () => {
	const { exports, loaded } = runBundle(
		'var import_node_os=__toESM(require("node:os"),1);exports.hash=()=>import_node_os.default.hash();',
	);
	expect(loaded).toEqual([]);
	expect(exports['hash']?.()).toBe('hash of node:os');
});

test('a class of it is made as it was', () => {
	class Reader {}
	const exports: Record<string, () => Reader> = {};
	const code =
		'var import_node_tty=__toESM(require("node:tty"),1);exports.open=()=>new import_node_tty.default.Reader(0);';
	compileFunction(builtinsWhenUsed(code), ['require', '__toESM', 'exports'])(
		() => ({ default: { Reader } }),
		(module: object) => module,
		exports,
	);
	expect(exports['open']?.()).toBeInstanceOf(Reader);
});

test('a use that is not known stops the build', () => {
	expect(() => builtinsWhenUsed('var import_node_zlib=require("node:zlib");use(import_node_zlib);')).toThrow(
		'a module of Node',
	);
});
