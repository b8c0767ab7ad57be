/** `approve-run audit verify|show|schema`: the record of a session. */
import type { DecidedBy } from '../model/decision.ts';
import { describeEffect } from '../model/effect.ts';
import type { RunEvent } from '../model/event.ts';
import type { Verification } from '../session/event-log.ts';
import { eventJsonSchema } from '../session/event-schema.ts';
import { reportJsonSchema } from '../session/report-schema.ts';
import type { Session } from '../session/store.ts';
import { openActions } from './open-session.ts';
import { printableJson, printableLine } from './printable.ts';
import { UserError } from './user-error.ts';

/** Finds what was changed in the record since it was written; says what a whole chain does not prove. */
export function auditVerifyCommand(id: string): number {
	const { session } = openActions(id);
	const result = wholeChain(session);
	// Each throws where its seal does not fit.
	session.decisions();
	session.report();
	const torn = result.torn ? '; a crash cut the last one off' : '';
	process.stdout.write(`${result.count} events, the chain is whole${torn}\n`);
	if (result.unsealed > 0) {
		process.stdout.write(
			`the last ${result.unsealed} came after the session was saved last: whether more followed cannot be said\n`,
		);
	}
	process.stdout.write(
		'this shows edits, and is no signature: whoever runs as you could have written all of it anew\n',
	);
	return 0;
}

/** The events as lines, or as JSON, one a line. */
export async function auditShowCommand(id: string, flags: { readonly json?: boolean | undefined }): Promise<number> {
	const { session } = openActions(id);
	// Nothing is told of a record that was edited, be it in its last line.
	wholeChain(session);
	let text = '';
	for (const event of session.events()) {
		const line = flags.json === true ? oneLine(event) : `${new Date(event.at).toISOString()}  ${eventLine(event)}`;
		text += `${line}\n`;
		if (text.length < pieceLength) continue;
		await writeOut(text);
		text = '';
	}
	await writeOut(text);
	return 0;
}

/** Characters that are written at once. */
const pieceLength = 64 * 1024;

/** Waits until a slow reader has taken it: a large record is never in memory as a whole. */
function writeOut(text: string): Promise<void> {
	return new Promise((resolve) => {
		process.stdout.write(text, () => resolve());
	});
}

function wholeChain(session: Session): Extract<Verification, { kind: 'intact' }> {
	const result = session.verifyEvents();
	if (result.kind === 'intact') return result;
	throw new UserError(`${session.folder}/events.jsonl:${result.line}: ${result.why}`);
}

export function auditSchemaCommand({ report }: { readonly report?: boolean | undefined }): number {
	process.stdout.write(`${printableJson(report === true ? reportJsonSchema() : eventJsonSchema())}\n`);
	return 0;
}

function oneLine(event: RunEvent): string {
	// Between the values of JSON there are no tabs or line ends but those of its layout.
	return printableJson(event).replaceAll(/\n\t*/g, '');
}

function eventLine(event: RunEvent): string {
	switch (event.kind) {
		case 'started': {
			const hashes = Object.entries(event.hashes ?? {}).map(([name, hash]) => `${name} sha256 ${hash}`);
			const facts = [`policy ${event.policy}`, event.runtime, `approve-run ${event.version ?? 'unknown'}`, ...hashes];
			return `started ${[event.script, ...facts].map(printableLine).join(', ')}`;
		}
		case 'review-opened':
			return `review opened by ${printableLine(event.person)} (uid ${event.uid}) on ${event.terminal ?? 'a terminal'}`;
		case 'effect':
			return `${event.approval.approved ? 'allowed' : 'denied'} ${event.id} ${printableLine(describeEffect(event.effect))}${byWords(event.approval)}`;
		case 'command-ended':
			return `command ${event.id} ended with ${event.status}`;
		case 'unsupported':
			return `${printableLine(event.call)} is not implemented`;
		case 'limit':
			return `stopped by the limit ${event.limit} of ${event.allowed}`;
		case 'taped':
			return `what the run took from the machine is kept, sha256 ${event.sha256}`;
		case 'failed':
			return `failed: ${printableLine(event.error)}`;
		case 'ended':
			return event.signal === undefined ? `ended with ${event.status}` : `ended by signal ${event.signal}`;
		case 'decided':
			return `${event.approval.approved ? 'approved' : 'denied'} ${printableLine(describeEffect(event.effect))}${byWords(event.approval)}`;
		case 'resolved':
			return `conflict at ${printableLine(event.path)}: ${event.how}, by ${who(event.by)}`;
		case 'applied':
			return `applied ${event.paths.map(printableLine).join(', ')}`;
		case 'rolled-back':
			return `rolled back ${event.paths.map(printableLine).join(', ')}`;
		case 'discarded':
			return 'discarded';
	}
}

function byWords({ by, because }: { readonly by: DecidedBy; readonly because?: string }): string {
	return `, by ${who(by)}${because === undefined ? '' : ` (${printableLine(because)})`}`;
}

function who(by: DecidedBy): string {
	if ('rule' in by) return `the rule ${printableLine(by.rule)}`;
	return 'person' in by ? printableLine(by.person) : by.built;
}
