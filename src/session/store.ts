/** The sessions of a user: `$XDG_STATE_HOME/approve-run/sessions/<ulid>/`, each outliving the process that made it. */
import { encodeTime, monotonicFactory } from 'ulid';
import * as z from 'zod/mini';
import { SysError } from '../abi/errno.ts';
import type { Processes } from '../host/process-identity.ts';
import type { SessionFiles } from '../host/session-files.ts';
import type { RunEvent } from '../model/event.ts';
import type { Report } from '../model/report.ts';
import type { SessionPlace } from './apply-host.ts';
import { type EventLog, openEventLog, readEvents, type Verification, verifyEvents } from './event-log.ts';
import { journalFolder } from './journal.ts';
import { readSealed, writeSealed } from './sealed-file.ts';
import {
	type Decisions,
	decisionsShape,
	decisionsVersion,
	type KeptOrigins,
	originsShape,
	recordVersion,
	type SessionRecord,
	type SessionState,
	sessionRecordShape,
} from './session-record.ts';

export type StoreHost = {
	readonly files: SessionFiles;
	readonly processes: Processes;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** 0 to below 1. */
	readonly random: () => number;
};

export type NewSession = Pick<SessionRecord, 'script' | 'argv' | 'policy' | 'runtime' | 'cwd'>;

export type ReservedSession = { readonly id: string; readonly folder: string };

export interface Session extends SessionPlace {
	readonly record: SessionRecord;
	readonly state: SessionState;
	/** Where fs/ keeps the guest's changes. */
	readonly upper: string;
	/** Writes session.json anew; sets what is given. */
	update(fields: Partial<Omit<SessionRecord, 'id'>>): void;
	/** Opens events.jsonl to append; throws BrokenLog. Close it. */
	openEvents(): EventLog;
	verifyEvents(): Verification;
	/** What happened, in order, read as it is taken. Throws BrokenLog where it is not to be trusted, be it at its end. */
	events(): Iterable<RunEvent>;
	/** Throws UntrustedSession where decisions.json was edited. */
	decisions(): Decisions;
	saveDecisions(decisions: Decisions): void;
	/** Where in the script its changes come from; empty where the run never came to its end. Throws UntrustedSession. */
	origins(): KeptOrigins;
	saveOrigins(origins: KeptOrigins): void;
	saveReport(report: Report): void;
	/** The report as JSON, where the run ended. */
	report(): unknown;
}

export type SessionEntry =
	| { readonly kind: 'session'; readonly session: Session }
	/** Edited, cut off, or of a newer version: it is left alone. */
	| { readonly kind: 'untrusted'; readonly id: string; readonly why: string };

export interface SessionStore {
	readonly root: string;
	/** The folders of a session that is still to be created. */
	reserve(): ReservedSession;
	/** A new session, running, with this process as its controller. */
	create(about: NewSession, reserved?: ReservedSession): Session;
	/** By id, or by the only id that begins so. Throws NoSuchSession, UntrustedSession. */
	open(id: string): Session;
	/** Newest first; those alone whose folder is `wanted`, which is asked before anything of a session is read. */
	list(wanted?: (folder: string) => boolean): SessionEntry[];
	/** Throws away what the session wanted and keeps the record of it. Throws SessionBusy while it runs. */
	discard(id: string): Session;
	/** Removes the folders that were reserved before then, milliseconds since the epoch, for runs that were killed before they began. */
	removeUnused(before: number): void;
	/** Removes the whole folder, and with it the way back. Throws SessionBusy, NoSuchSession, UntrustedSession. */
	remove(id: string): void;
}

export class NoSuchSession extends Error {
	override readonly name = 'NoSuchSession';
}

export class UntrustedSession extends Error {
	override readonly name = 'UntrustedSession';
}

export class SessionBusy extends Error {
	override readonly name = 'SessionBusy';
}

/** Where sessions are kept: XDG_STATE_HOME where that is absolute, else ~/.local/state. */
export function sessionRoot(env: Readonly<Record<string, string | undefined>>, home: string): string {
	const given = env['XDG_STATE_HOME'];
	const state = given?.startsWith('/') ? given : `${home}/.local/state`;
	return `${state}/approve-run/sessions`;
}

export function openStore(root: string, host: StoreHost): SessionStore {
	const { files, processes } = host;
	const nextId = monotonicFactory(host.random);
	files.makePrivateFolder(root);

	const load = (id: string): SessionEntry => {
		let read: ReturnType<typeof readSealed<SessionRecord>>;
		try {
			read = readSealed(files, recordFile(root, id), recordVersion, sessionRecordShape);
		} catch (error) {
			if (!(error instanceof SysError)) throw error;
			return { kind: 'untrusted', id, why: `${recordFile(root, id)} cannot be read (${error.code}).` };
		}
		if (read.kind === 'missing') return { kind: 'untrusted', id, why: `${recordFile(root, id)} is missing.` };
		if (read.kind === 'untrusted') return { kind: 'untrusted', id, why: read.why };
		if (read.data.id !== id)
			return { kind: 'untrusted', id, why: `${recordFile(root, id)} belongs to ${read.data.id}.` };
		return { kind: 'session', session: makeSession(root, read.data, host) };
	};
	const ids = () => files.listFolders(root).filter((name) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(name));
	/** Reserved, and nothing has come into it: a run that is about to begin, or was killed then. */
	const unused = (id: string): boolean => {
		const [at, folders] = [`${root}/${id}`, files.listFolders(`${root}/${id}`)];
		return files
			.list(at)
			.every((name) => name === 'upper' && folders.includes(name) && files.list(`${at}/${name}`).length === 0);
	};
	const open = (given: string): Session => {
		const matching = ids().filter((id) => id.startsWith(given.toUpperCase()));
		const [id] = matching;
		if (id === undefined || given === '') throw new NoSuchSession(`No session ${given}. Run: approve-run sessions`);
		if (matching.length > 1)
			throw new NoSuchSession(`${given} fits ${matching.length} sessions: give more of the name.`);
		const entry = load(id);
		if (entry.kind === 'untrusted') throw new UntrustedSession(`Session ${id} cannot be trusted: ${entry.why}`);
		return entry.session;
	};
	const openIdle = (id: string): Session => {
		const session = open(id);
		if (session.state.kind === 'running') throw new SessionBusy(`Session ${session.id} is still running.`);
		return session;
	};

	const reserve = (): ReservedSession => {
		const id = nextId(host.now());
		files.makePrivateFolder(`${root}/${id}`);
		files.makePrivateFolder(`${root}/${id}/upper`);
		return { id, folder: `${root}/${id}` };
	};

	return {
		root,
		reserve,
		create: (about, { id } = reserve()) => {
			const state = { kind: 'running', controller: processes.self() } as const;
			const record: SessionRecord = { id, ...about, started: host.now(), state };
			writeSealed(files, recordFile(root, id), recordVersion, record, false);
			return makeSession(root, record, host);
		},
		open,
		list: (wanted = () => true) =>
			ids()
				.filter((id) => wanted(`${root}/${id}`) && !unused(id))
				.sort()
				.reverse()
				.map(load),
		discard: (id) => {
			const session = openIdle(id);
			session.update({ state: { kind: 'discarded', at: host.now() } });
			files.removeFolder(session.upper);
			return session;
		},
		removeUnused: (before) => {
			// A name begins with its time, in digits that sort as it does.
			const end = encodeTime(before);
			for (const id of ids()) if (id < end && unused(id)) files.removeFolder(`${root}/${id}`);
		},
		remove: (id) => files.removeFolder(openIdle(id).folder),
	};
}

function makeSession(root: string, initial: SessionRecord, host: StoreHost): Session {
	const { files, processes } = host;
	const { id } = initial;
	const folder = `${root}/${id}`;
	let record = initial;
	// Once the machine was changed the record survives a power failure. Before that a sync (of milliseconds) would keep
	// nothing: what the guest wrote into the session is not synced either.
	const write = (path: string, data: unknown, version = recordVersion): void => {
		const lasting = files.list(journalFolder(folder)).length > 0;
		writeSealed(files, path, version, data, lasting);
	};
	const trusted = <T>(name: string, version: number, shape: z.ZodMiniType<T>): T | undefined => {
		const read = readSealed(files, `${folder}/${name}`, version, shape);
		if (read.kind === 'untrusted') throw new UntrustedSession(`Session ${id} cannot be trusted: ${read.why}`);
		return read.kind === 'ok' ? read.data : undefined;
	};
	return {
		id,
		root,
		folder,
		upper: `${folder}/upper`,
		get record() {
			return record;
		},
		get state(): SessionState {
			const { state } = record;
			if (state.kind !== 'running' || processes.state(state.controller) !== 'dead') return state;
			return { kind: 'interrupted' };
		},
		update: (fields) => {
			record = { ...record, ...fields, id };
			write(recordFile(root, id), record);
		},
		openEvents: () => openEventLog(files, folder, id),
		verifyEvents: () => verifyEvents(files, folder, id, record.events),
		events: () => readEvents(files, folder, id, record.events),
		decisions: () => trusted('decisions.json', decisionsVersion, decisionsShape) ?? { changes: [] },
		saveDecisions: (decisions) => write(`${folder}/decisions.json`, decisions, decisionsVersion),
		origins: () => trusted('origins.json', recordVersion, originsShape) ?? [],
		saveOrigins: (origins) => write(`${folder}/origins.json`, origins),
		saveReport: (report) => write(`${folder}/report.json`, report),
		report: () => trusted('report.json', recordVersion, z.unknown()),
	};
}

function recordFile(root: string, id: string): string {
	return `${root}/${id}/session.json`;
}
