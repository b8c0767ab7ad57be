/** Puts the policies that a policy extends together with it: rules add up, what the later one says goes over the earlier one's. */
import type { Decision } from '../model/decision.ts';
import { type EffectKind, effectKinds } from '../model/effect.ts';
import type { LimitName } from '../model/limits.ts';
import type { Located, PolicyDocument, PolicyLayer, PolicySource } from './document.ts';
import { limitNames } from './limits.ts';
import { parseLayer } from './parse.ts';
import { PolicyError } from './problem.ts';

/** Finds the text of a policy that is extended: a shipped one by its name, or a file beside the one that names it. */
export type FindPolicy = (name: string, from: PolicySource) => PolicySource | undefined;

const deepest = 8;
/** A policy that is extended twice counts twice: ten lists of ten would be ten thousand million. */
const most = 64;

/** The whole document, or every problem of the first file that has one. `seen`: each file that was read, itself first. */
export function parseLayers(
	source: PolicySource,
	find: FindPolicy,
	seen: PolicySource[] = [],
): PolicyDocument | PolicyError {
	return parseBelow(source, find, [], seen);
}

function parseBelow(
	source: PolicySource,
	find: FindPolicy,
	above: readonly string[],
	seen: PolicySource[],
): PolicyDocument | PolicyError {
	seen.push(source);
	const layer = parseLayer(source);
	if (layer instanceof PolicyError) return layer;
	const around = [...above, source.name];
	const refuse = (at: Located, message: string) => new PolicyError(source.name, [{ ...at, message }]);
	let base: PolicyDocument | undefined;
	for (const at of layer.extends) {
		const found = find(at.text, source);
		if (found === undefined) {
			return refuse(at, `there is no policy "${at.text}" to extend: no shipped one of that name, and no such file`);
		}
		if (around.includes(found.name)) {
			return refuse(at, `"${at.text}" is extended in a circle: ${[...around, found.name].join(' → ')}`);
		}
		if (around.length >= deepest) return refuse(at, `more than ${deepest} policies extend each other`);
		if (seen.length >= most) return refuse(at, `more than ${most} policies are put together`);
		const below = parseBelow(found, find, around, seen);
		if (below instanceof PolicyError) return below;
		base = base === undefined ? below : merge(base, { document: below, says: everything, sealed: false, extends: [] });
	}
	const whole = base === undefined ? layer.document : merge(base, layer);
	// Only whoever extends this one is bound by its seal: `floors` of the one that is run are those of others.
	return layer.sealed && above.length > 0 ? { ...whole, floors: [...whole.floors, whole] } : whole;
}

/** Of a second policy in the list of `extends`: all it says counts. */
const everything = [
	...['name', 'about', 'commands', 'scratch', 'denied'],
	...effectKinds.map((kind) => `default.${kind}`),
	...limitNames.map((name) => `limits.${name}`),
	...['env.pass', 'env.set', 'env.mask', 'env.secrets'],
];

function merge(base: PolicyDocument, { document, says }: PolicyLayer): PolicyDocument {
	const said = (key: string) => says.includes(key);
	const about = said('about') ? document.about : base.about;
	return {
		file: document.file,
		name: document.name,
		...(about === undefined ? {} : { about }),
		default: byKind((kind) => (said(`default.${kind}`) ? document.default[kind] : base.default[kind])),
		rules: [...inFile(base, base.rules), ...inFile(document, document.rules)],
		hide: [...base.hide, ...document.hide],
		readonly: [...base.readonly, ...document.readonly],
		unattended: {
			default: { ...base.unattended.default, ...document.unattended.default },
			rules: [...inFile(base, base.unattended.rules), ...inFile(document, document.unattended.rules)],
		},
		limits: {
			...base.limits,
			...Object.fromEntries(
				limitNames.filter((name: LimitName) => said(`limits.${name}`)).map((name) => [name, document.limits[name]]),
			),
		},
		env: {
			pass: said('env.pass') ? document.env.pass : base.env.pass,
			set: { ...base.env.set, ...document.env.set },
			mask: [...base.env.mask, ...document.env.mask],
			secrets: { ...base.env.secrets, ...document.env.secrets },
		},
		commandNetwork: said('commands') ? document.commandNetwork : base.commandNetwork,
		scratch: said('scratch') ? document.scratch : base.scratch,
		denied: said('denied') ? document.denied : base.denied,
		floors: [...base.floors, ...document.floors],
	};
}

/** Rules keep the name of the file that they stand in. */
function inFile(document: PolicyDocument, rules: PolicyDocument['rules']): PolicyDocument['rules'] {
	return rules.map((rule) => (rule.file === undefined ? { ...rule, file: document.file } : rule));
}

function byKind(of: (kind: EffectKind) => Decision): Record<EffectKind, Decision> {
	return {
		read: of('read'),
		write: of('write'),
		delete: of('delete'),
		run: of('run'),
		connect: of('connect'),
		listen: of('listen'),
	};
}
