/** A path of the machine with all symlinks resolved. */
import * as fs from 'node:fs';
import { decodeName, hostPath } from '../abi/bytes.ts';

/** undefined where nothing is there, or where it may not be looked at. */
export function realPath(path: string): string | undefined {
	try {
		return decodeName(fs.realpathSync.native(hostPath(path), { encoding: 'buffer' }));
	} catch {
		return undefined;
	}
}
