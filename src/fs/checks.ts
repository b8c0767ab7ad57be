/** What is read back from a session's folder is held against shapes, by hand: there are hundreds of thousands of them. */

/** A check for each key. */
export type Shape = Readonly<Record<string, Check>>;

/** What is wrong with an object; undefined where it fits. `besides`: a key that was looked at already. */
export function misfit(value: Record<string, unknown>, shape: Shape, besides: string): string | undefined {
	for (const key in shape) if (shape[key]?.(value[key]) !== true) return `wrong ${key}`;
	for (const key in value) if (key !== besides && !Object.hasOwn(shape, key)) return `unknown ${key}`;
	return undefined;
}

export type Check = (value: unknown) => boolean;

export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
export const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
export const whole: Check = (value) => Number.isSafeInteger(value);
export const contentName: Check = (value) => typeof value === 'string' && /^\d{1,15}$/.test(value);
export const step: Check = (value) => value === 0 || value === 1 || value === -1;
export const text: Check = (value) => typeof value === 'string';
export const integer: Check = (value) => typeof value === 'string' && /^-?\d{1,20}$/.test(value);
export const name: Check = (value) => typeof value === 'string' && value !== '' && !value.includes('/');
export const path: Check = (value) => typeof value === 'string' && value.startsWith('/');
export const truth: Check = (value) => typeof value === 'boolean';
export const nodeKind: Check = (value) => made(value) || value === 'fifo' || value === 'socket';
const made: Check = (value) => value === 'file' || value === 'directory' || value === 'symlink';
const baseType: Check = (value) => made(value) || value === 'other';
export const optional =
	(check: Check): Check =>
	(value) =>
		value === undefined || check(value);

const baseShape: Shape = {
	type: baseType,
	mode: count,
	size: count,
	ino: integer,
	mtimeNs: integer,
	ctimeNs: integer,
	sha256: optional(text),
};
export const base: Check = (value) => isObject(value) && misfit(value, baseShape, '') === undefined;
