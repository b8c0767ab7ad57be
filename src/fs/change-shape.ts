/** The shape of a change that is read back. */
import type { Change } from '../model/change.ts';
import {
	base,
	type Check,
	contentName,
	count,
	integer,
	isObject,
	misfit,
	optional,
	path,
	type Shape,
	text,
} from './checks.ts';

export function isChange(value: unknown): value is Change {
	return hasShape(value, 'kind', changes);
}

/** Fits the shape that its own word `key` names. */
function hasShape(value: unknown, key: string, shapes: Readonly<Record<string, Shape>>): boolean {
	if (!isObject(value)) return false;
	const word = value[key];
	const shape = typeof word === 'string' && Object.hasOwn(shapes, word) ? shapes[word] : undefined;
	return shape !== undefined && misfit(value, shape, key) === undefined;
}

const owner: Check = (value) => isObject(value) && misfit(value, { uid: count, gid: count }, '') === undefined;

const targets: Readonly<Record<string, Shape>> = {
	file: {
		mode: count,
		size: count,
		content: optional(contentName),
		mtimeNs: optional(integer),
		owner: optional(owner),
	},
	directory: { mode: count, mtimeNs: optional(integer), owner: optional(owner) },
	symlink: { target: text, owner: optional(owner) },
	link: { link: path },
};
const after: Check = (value) => hasShape(value, 'type', targets);

const changes: Readonly<Record<string, Shape>> = {
	create: { order: count, path, after },
	modify: { order: count, path, base, after },
	replace: { order: count, path, base, after },
	delete: { order: count, path, base },
	rename: { order: count, from: path, path, base, after, replaces: optional(base) },
};
