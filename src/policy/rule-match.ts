/** Whether a rule matches an effect. */
import type { Effect } from '../model/effect.ts';
import { allowsCommand, type CommandFacts, type CommandGround, commandFacts, forbidsCommand } from './command-facts.ts';
import type { Patterns, Rule } from './compile-rule.ts';
import type { Conditions } from './document.ts';
import { type HostSubject, hostSubject, listenSubject, matchesHost } from './host-pattern.ts';
import { isWithin } from './hours.ts';
import { matchesPath } from './path-pattern.ts';
import type { Standing } from './standing.ts';

/** An effect in the form that patterns are compared with; made once, compared with each rule. */
export type Subject =
	| { readonly kind: 'path'; readonly path: string; readonly size?: number | undefined; readonly secrets?: boolean }
	| { readonly kind: 'command'; readonly facts: CommandFacts }
	| HostSubject;

/** Where an effect is judged: `addresses` are this machine's own. Each is made when it is asked for. */
export type Ground = { readonly ground: CommandGround; readonly addresses: ReadonlySet<string> };

export function subjectOf(effect: Effect, where: Ground): Subject {
	switch (effect.kind) {
		case 'read':
		case 'delete':
			return { kind: 'path', path: effect.path };
		case 'write':
			return {
				kind: 'path',
				path: effect.path,
				size: effect.size,
				// Looked for when a rule asks.
				get secrets() {
					return (effect.secrets?.length ?? 0) > 0;
				},
			};
		case 'run':
			return { kind: 'command', facts: commandFacts(effect, where.ground) };
		case 'connect':
			return hostSubject(effect, where.addresses);
		case 'listen':
			return listenSubject(effect);
	}
}

export function ruleMatches(rule: Rule, subject: Subject, standing?: Standing): boolean {
	if (!matchesPatterns(rule, subject)) return false;
	return rule.conditions === undefined || conditionsHold(rule, rule.conditions, subject, standing);
}

/** Whatever its conditions are. */
export function matchesPatterns(rule: Rule, subject: Subject): boolean {
	// An exception turns the rule's doubt around: what an allowing rule leaves out is taken widely.
	const reaches = subject.kind === 'host' && subject.listens !== true;
	const certain = rule.decision === 'allow' || (reaches && rule.decision === 'ask');
	return anyMatches(rule.patterns, subject, certain) && !anyMatches(rule.except, subject, !certain);
}

/** What a file will be is not known before it is written: an allow counts till then, a deny or ask from then on. */
function conditionsHold(rule: Rule, conditions: Conditions, subject: Subject, standing: Standing | undefined): boolean {
	const allowing = rule.decision === 'allow';
	const { smaller, larger, holds, hours, above } = conditions;
	const size = subject.kind === 'path' ? subject.size : undefined;
	if (smaller !== undefined && size !== undefined && size >= smaller) return false;
	if (larger !== undefined && (size === undefined || size < larger)) return false;
	if (holds !== undefined && !(subject.kind === 'path' && subject.secrets === true)) return false;
	// Without a clock, the rule holds as its decision is the safe one.
	if (hours !== undefined && (standing?.now === undefined ? allowing : !isWithin(hours, standing.now))) return false;
	return above === undefined || (standing?.counts?.count(rule, subject) ?? 0) > above;
}

/** Plain loops: this runs for each pattern of a policy on each effect. */
function anyMatches(patterns: Patterns, subject: Subject, certain: boolean): boolean {
	switch (subject.kind) {
		case 'path':
			for (const pattern of patterns.path) if (matchesPath(pattern, subject.path)) return true;
			return false;
		case 'command': {
			const covers = certain ? allowsCommand : forbidsCommand;
			for (const pattern of patterns.command) if (covers(pattern, subject.facts)) return true;
			return false;
		}
		case 'host':
			for (const pattern of patterns.host) if (matchesHost(pattern, subject, certain)) return true;
			return false;
	}
}
