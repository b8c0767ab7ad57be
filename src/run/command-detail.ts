/** What the right side of the review shows of an effect that is no change of a file. */
import { isUnspecified } from '../model/address.ts';
import type { ConnectEffect, Effect, ListenEffect } from '../model/effect.ts';
import type { Detail, ReviewItem } from '../model/review.ts';
import type { Traffic } from '../model/traffic.ts';
import { notesOf } from '../policy/notes.ts';

function connectFacts(effect: ConnectEffect): readonly string[] {
	if (effect.host.startsWith('unix:')) return [`connect to the socket ${effect.host.slice(5)} of this machine`];
	if (effect.port === 0)
		return [`look up the addresses of ${effect.host}: the name goes to this machine's name servers`];
	const at = effect.address === undefined ? [] : [`at the address ${effect.address}, where that name led`];
	return [`connect to ${effect.host}, port ${effect.port}`, ...at];
}

/** Who could connect, and what becomes of the server where nobody may. */
function listenFacts({ host, port }: ListenEffect): readonly string[] {
	const at = `port ${port === 0 ? 'that the machine chooses' : port}`;
	const who = isUnspecified(host)
		? 'this machine, and every machine that reaches it over a network, could connect'
		: isLoopback(host)
			? 'programs on this machine could connect, other machines could not'
			: `this machine, and every machine that reaches it under its address ${host}, could connect`;
	const where = isUnspecified(host) ? `all addresses of this machine (${host})` : host;
	return [`listen on ${where}, ${at}`, who, 'denied, the server goes on inside: then only the script itself connects'];
}

function isLoopback(host: string): boolean {
	return host === '::1' || host.startsWith('127.');
}

/** Header by header: a fact is one line of the screen. */
function trafficFacts(traffic: Traffic | undefined): readonly string[] {
	if (traffic === undefined) return [];
	const { connections, sent, received, requests, secrets, tls, clients = [], heard = [] } = traffic;
	const noun = connections === 1 ? '1 connection' : `${connections} connections`;
	return [
		`${noun}, ${sent} bytes sent, ${received} received`,
		...heard.map((address) => `others can connect to ${address}`),
		...clients.map(
			(client) =>
				`from ${client.address}: ${client.connections}, ${client.sent} bytes sent, ${client.received} received`,
		),
		...secrets.map((name) => `the secret of $${name} was put in for its stand-in; below stands what the script sent`),
		...tls.map((name) => `TLS for ${name}: what went over it can not be read here`),
		...requests.flatMap((head) => ['', ...head.split(/\r?\n/)]),
	];
}

/** `pending`: changes made so far that are not on the machine. */
export function describeEffect(
	item: ReviewItem,
	because: string | undefined,
	pending: number,
	traffic?: Traffic,
): Detail {
	const { effect, edit } = item;
	const facts = because === undefined ? [] : [because];
	switch (effect.kind) {
		case 'run': {
			const { argv, program, cwd, env } = effect;
			const wanted = edit?.kind === 'command' ? { ...effect, argv: edit.argv } : effect;
			if (pending > 0) {
				const noun = pending === 1 ? '1 change above was' : `${pending} changes above were`;
				facts.push(`${noun} not approved when this was asked; the command sees only what is approved before it runs`);
			}
			facts.push(
				effect.offline === true
					? 'it gets no network'
					: "it has this machine's network: no rule is asked about whom it reaches",
			);
			const notes = notesText(wanted, cwd);
			if (edit?.kind !== 'command') return { kind: 'command', argv, program, cwd, env, facts, ...notes };
			return { kind: 'command', argv: edit.argv, program: edit.program, cwd, env, facts, ...notes, wanted: argv };
		}
		case 'connect':
		case 'listen':
			return {
				kind: 'facts',
				facts: [
					...(effect.kind === 'connect' ? connectFacts(effect) : listenFacts(effect)),
					...facts,
					...trafficFacts(traffic),
				],
				...notesText(effect, '/'),
			};
		case 'read':
			return { kind: 'facts', facts: [`read ${effect.path}`, ...facts], ...notesText(effect, '/') };
		case 'write':
		case 'delete':
			return { kind: 'facts', facts: [`${effect.kind} ${effect.path}`, ...facts] };
	}
}

function notesText(effect: Effect, cwd: string): { readonly notes?: readonly string[] } {
	const notes = notesOf(effect, { cwd });
	return notes.length === 0 ? {} : { notes: notes.map(({ text }) => text) };
}
