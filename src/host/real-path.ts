/** A path of the machine with all symlinks resolved. */
import * as fs from 'node:fs';
import { decodeName, hostPath } from '../abi/bytes.ts';

/** undefined where nothing is there, or where it may not be looked at. */
export function realPath(path: string): string | undefined {
	try {
		// Most of what is asked for is not there, and an error costs ten times a look.
		if (fs.statSync(hostPath(path), { throwIfNoEntry: false }) === undefined) return undefined;
		return decodeName(fs.realpathSync.native(hostPath(path), { encoding: 'buffer' }));
	} catch {
		return undefined;
	}
}
