/** `approve-run --version`. */
import { join } from 'node:path';
import { readText } from '../host/file-facts.ts';
import { findInstallation } from './installation.ts';

export function printVersion(): number {
	const facts: unknown = JSON.parse(readText(join(findInstallation().root, 'package.json')) ?? '{}');
	const version = typeof facts === 'object' && facts !== null && 'version' in facts ? String(facts.version) : 'unknown';
	process.stdout.write(`${version}\n`);
	return 0;
}
