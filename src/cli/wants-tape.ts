/** Whether runs are kept so that they can be replayed: unless the settings say otherwise. */
import { join } from 'node:path';
import { readText } from '../host/file-facts.ts';
import type { Installation } from './installation.ts';

/** Loads what reads the settings only where they speak of it: that would take a tenth of a short run. Throws UserError. */
export async function wantsTape(installation: Installation): Promise<boolean> {
	const text = readText(join(installation.settings, 'settings.yaml'));
	if (text === undefined || !text.includes('replay')) return true;
	const { loadSettings } = await import('./settings.ts');
	return loadSettings(installation).replay;
}
