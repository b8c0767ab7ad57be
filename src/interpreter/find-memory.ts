/** Remembers which interpreter was found, so that the next start costs one read and two stats, and no process. */
import { join } from 'node:path';
import { type FileStamp, readText, replaceText, stampFile } from '../host/file-facts.ts';
import { cacheFolder } from './find-places.ts';
import type { Runtime, Surroundings } from './find-types.ts';

/** What a search depends on, beside the files: the name that was given, or PATH. */
export function memoryKey(named: string | undefined, { env, cwd }: Surroundings): string {
	if (named === undefined) return `any PATH=${env['PATH'] ?? ''}`;
	return named.startsWith('/') ? `named ${named}` : `named ${named} in ${cwd}`;
}

/** The interpreter that was found under `key` last time, if its program and library are still the same files. */
export function recallRuntime(key: string, surroundings: Surroundings): Runtime | undefined {
	const memory = readMemories(surroundings).find((memory) => memory.key === key);
	return memory?.stamps.every(isSame) ? memory.runtime : undefined;
}

/** Keeps it; a cache folder that cannot be written only makes the next start slower. */
export function rememberRuntime(key: string, runtime: Runtime, surroundings: Surroundings): void {
	const stamps = [runtime.program, runtime.library].flatMap((path) => stampFile(path) ?? []);
	if (stamps.length < 2) return;
	const others = readMemories(surroundings).filter((memory) => memory.key !== key);
	const memories: Memory[] = [{ key, stamps, runtime }, ...others].slice(0, kept);
	try {
		replaceText(memoryFile(surroundings), JSON.stringify({ format, memories }));
	} catch {
		return;
	}
}

const format = 2;
const kept = 8;

type Memory = { readonly key: string; readonly stamps: readonly FileStamp[]; readonly runtime: Runtime };

function memoryFile(surroundings: Surroundings): string {
	return join(cacheFolder(surroundings), 'runtimes.json');
}

function readMemories(surroundings: Surroundings): readonly Memory[] {
	const text = readText(memoryFile(surroundings));
	if (text === undefined) return [];
	try {
		const value: unknown = JSON.parse(text);
		return isMemoryFile(value) ? value.memories : [];
	} catch {
		return [];
	}
}

/** Looks at the format's number and each outline: the file is ours and private (0600). */
function isMemoryFile(value: unknown): value is { readonly memories: readonly Memory[] } {
	if (typeof value !== 'object' || value === null) return false;
	if (!('format' in value) || value.format !== format || !('memories' in value)) return false;
	return Array.isArray(value.memories) && value.memories.every(isMemory);
}

function isMemory(value: unknown): boolean {
	if (typeof value !== 'object' || value === null || !('runtime' in value) || !('stamps' in value)) return false;
	const { runtime, stamps } = value;
	if (!Array.isArray(stamps) || stamps.length !== 2 || typeof runtime !== 'object' || runtime === null) return false;
	return ['program', 'library', 'version', 'root', 'source'].every((field) => Object.hasOwn(runtime, field));
}

function isSame(stamp: FileStamp): boolean {
	const now = stampFile(stamp.path);
	return now !== undefined && now.mtimeMs === stamp.mtimeMs && now.size === stamp.size;
}
