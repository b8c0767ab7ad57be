/** `approve-run --version`. */
import { join } from 'node:path';
import { readText } from '../host/file-facts.ts';
import { findInstallation, type Installation } from './installation.ts';

export function printVersion(): number {
	process.stdout.write(`${ownVersion(findInstallation())}\n`);
	return 0;
}

export function ownVersion({ root }: Installation): string {
	const facts: unknown = JSON.parse(readText(join(root, 'package.json')) ?? '{}');
	return typeof facts === 'object' && facts !== null && 'version' in facts ? String(facts.version) : 'unknown';
}
