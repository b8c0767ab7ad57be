/** Files that a person names for a program to read: the report, JUnit's XML. */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Why the file can not be written, as far as is known before it is; undefined where nothing is against it. Makes nothing. */
export function outputProblem(path: string): string | undefined {
	try {
		const there = statSync(path, { throwIfNoEntry: false });
		if (there?.isDirectory() === true) return 'it is a directory';
		accessSync(there === undefined ? dirname(path) : path, constants.W_OK);
		return undefined;
	} catch (error) {
		return reasonOf(error);
	}
}

/** Why it could not be written; undefined where it was. */
export function writeOutput(path: string, text: string): string | undefined {
	try {
		writeFileSync(path, text);
		return undefined;
	} catch (error) {
		return reasonOf(error);
	}
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
