/** Whether a rule matches an effect. */
import type { Effect } from '../model/effect.ts';
import { allowsCommand, type CommandFacts, type CommandGround, commandFacts, forbidsCommand } from './command-facts.ts';
import type { Patterns, Rule } from './compile-rule.ts';
import { type HostSubject, hostSubject, matchesHost } from './host-pattern.ts';
import { matchesPath } from './path-pattern.ts';

/** An effect in the form that patterns are compared with; made once, compared with each rule. */
export type Subject =
	| { readonly kind: 'path'; readonly path: string }
	| { readonly kind: 'command'; readonly facts: CommandFacts }
	| HostSubject;

export function subjectOf(effect: Effect, ground: CommandGround, own: ReadonlySet<string>): Subject {
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return { kind: 'path', path: effect.path };
		case 'run':
			return { kind: 'command', facts: commandFacts(effect, ground) };
		case 'connect':
			return hostSubject(effect, own);
	}
}

export function ruleMatches(rule: Rule, subject: Subject): boolean {
	const allowing = rule.decision === 'allow';
	// An exception turns the rule's doubt around: what an allowing rule leaves out is taken widely.
	const certain = allowing || (subject.kind === 'host' && rule.decision === 'ask');
	return anyMatches(rule.patterns, subject, certain) && !anyMatches(rule.except, subject, !certain);
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
