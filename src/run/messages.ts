/** What passes between the main thread and the kernel's worker: plain data. */

import type { Architecture } from '../abi/open-flags.ts';
import type { Found } from '../kernel/guest-network.ts';
import type { Identity } from '../kernel/kernel.ts';
import type { Change } from '../model/change.ts';
import type { CommandSpec } from '../model/command.ts';
import type { Approval, Verdict } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { LimitName, Limits, LimitsUsed } from '../model/limits.ts';
import type { Origin } from '../model/review.ts';
import type { Traffic } from '../model/traffic.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Secret } from '../policy/stand-ins.ts';
import type { Replayed } from '../replay/outcome.ts';
import type { SandboxPlatform } from '../wire/sandbox-dump.ts';

/** What a worker is started with. */
export type WorkerStart = {
	readonly sessionFolder: string;
	/** Where the launcher makes its FIFOs. */
	readonly channelFolder: string;
	/** Shared with the main thread, two words: 1 while messages wait for the worker; effects that the main thread has not taken yet. */
	readonly flag: SharedArrayBuffer;
	readonly policy: PolicyDocument;
	readonly home: string;
	readonly cwd: string;
	/** The guest's environment at its start. */
	readonly env: Readonly<Record<string, string>>;
	/** What it has stand-ins for. Kept in memory alone. */
	readonly secrets: readonly Secret[];
	/** approve-run's own folders. */
	readonly own: readonly string[];
	/** Its sessions' folder. */
	readonly secret: readonly string[];
	readonly unattended: boolean;
	/** Whether the lines of the script are told that effects come from. */
	readonly origins: boolean;
	readonly limits: Limits;
	readonly identity: Identity;
	readonly architecture: Architecture;
	readonly umask: number;
	readonly runtime:
		| 'trapped'
		| {
				readonly kind: 'translated' /** What holds lib-python and lib_pypy. */;
				readonly home: string;
				readonly platform: SandboxPlatform;
		  };
	/** The interpreter's words, its own path first. */
	readonly argv: readonly string[];
	/** The interpreter's own folders. */
	readonly runtimeRoots: readonly string[];
	/** Folders that stay the machine's although they lie in scratch. */
	readonly exposed: readonly string[];
	/** Is each of our own descriptors 0, 1, 2 a terminal; and how large. */
	readonly terminal: readonly [boolean, boolean, boolean];
	readonly rows: number;
	readonly columns: number;
	/** The open file of `--trace`. */
	readonly trace?: number;
	/** Keep a tape in the session's folder; or answer everything from one. */
	readonly tape?:
		| { readonly kind: 'record' }
		| {
				readonly kind: 'replay';
				/** Of the session that is played again. */
				readonly folder: string;
				readonly sha256?: string;
				/** The script's own file is this one, whatever it was. */
				readonly script?: { readonly path: string; readonly file: string };
		  };
};

export type Used = Omit<LimitsUsed, 'time' | 'cpu' | 'memory'>;

export const noneUsed: Used = { disk: 0, files: 0, output: 0, tasks: 0, sent: 0, received: 0 };

/** How the guest ended. */
export type GuestEnd =
	/** wait4's status word of the script's own process. */
	| { readonly kind: 'ended'; readonly status: number }
	| { readonly kind: 'stopped' }
	/** The guest broke the protocol, or we have a bug: `message` is for the person. */
	| { readonly kind: 'failed'; readonly message: string };

/** SHA-256 of the tape that was kept; or what a replay came to. */
export type Played = { readonly tape?: string; readonly replayed?: Replayed };

export type FromWorker =
	| {
			readonly kind: 'ask';
			readonly id: number;
			readonly effect: Effect;
			readonly verdict: Verdict;
			readonly changes: readonly Change[];
	  }
	/** Nobody waits for the answer to this question any more. */
	| { readonly kind: 'withdraw'; readonly id: number }
	/** An effect that is decided; told once for each different one. */
	| { readonly kind: 'effect'; readonly id: number; readonly effect: Effect; readonly approval: Approval }
	| { readonly kind: 'traffic'; readonly id: number; readonly traffic: Traffic }
	/** Where effects of this key come from, as the guest says. */
	| { readonly kind: 'origin'; readonly key: string; readonly origin: Origin }
	/** The script alone can connect to a server of it, at a port that it chose. */
	| { readonly kind: 'alone'; readonly address: string }
	| { readonly kind: 'unsupported'; readonly call: string }
	| { readonly kind: 'output'; readonly stream: 1 | 2; readonly bytes: Uint8Array }
	/** The worker's thread, for the launcher's `--near`. */
	| { readonly kind: 'thread'; readonly tid: number }
	/** Our ends of a translated interpreter's FIFOs are open: it may begin. */
	| { readonly kind: 'opened' }
	| { readonly kind: 'want-input' }
	/** The process that holds the guest's sockets is needed. */
	| { readonly kind: 'want-network' }
	| { readonly kind: 'look-up'; readonly id: number; readonly name: string }
	| { readonly kind: 'limit'; readonly limit: LimitName }
	| { readonly kind: 'command'; readonly id: number; readonly spec: CommandSpec; readonly changes: readonly Change[] }
	| { readonly kind: 'command-input'; readonly id: number; readonly bytes: Uint8Array | undefined }
	| { readonly kind: 'command-taken'; readonly id: number; readonly stream: 1 | 2 }
	| { readonly kind: 'command-signal'; readonly id: number; readonly signal: number; readonly group: boolean }
	| { readonly kind: 'used'; readonly used: Used }
	/** The last message. */
	| {
			readonly kind: 'end';
			readonly end: GuestEnd;
			readonly changes: readonly Change[];
			readonly used: Used;
			readonly calls: number;
			readonly played?: Played;
	  };

export type ToWorker =
	/** The launcher has made its FIFOs. */
	| { readonly kind: 'ready'; readonly launcherPid: number; readonly networkNamespaces: boolean }
	| { readonly kind: 'answer'; readonly id: number; readonly approval: Approval }
	| { readonly kind: 'output-taken'; readonly bytes: number }
	| { readonly kind: 'output-broken'; readonly stream: 1 | 2 }
	/** undefined: the end of the input. */
	| { readonly kind: 'input'; readonly bytes: Uint8Array | undefined }
	| { readonly kind: 'command-started'; readonly id: number }
	| { readonly kind: 'command-output'; readonly id: number; readonly stream: 1 | 2; readonly bytes: Uint8Array }
	| { readonly kind: 'command-input-taken'; readonly id: number }
	| { readonly kind: 'command-ended'; readonly id: number; readonly status: number; readonly signal: number }
	/** See CommandEvents. */
	| { readonly kind: 'command-drained' | 'command-closed'; readonly id: number }
	| { readonly kind: 'command-failed'; readonly id: number; readonly code: string }
	/** These changes are on the machine now: they are none any more. */
	| { readonly kind: 'applied'; readonly changes: readonly Change[] }
	/** It is there; undefined: it could not be started. */
	| { readonly kind: 'network'; readonly privateLoopback: boolean | undefined }
	| { readonly kind: 'looked-up'; readonly id: number; readonly found: Found }
	| { readonly kind: 'tell-used' }
	| ({ readonly kind: 'gone' } & Gone);

/** Every process of the guest has ended. */
export type Gone = {
	/** The launcher's status. */
	readonly status: number;
	/** What it or a translated interpreter said at last. */
	readonly said: string;
	/** By us. */
	readonly stopped: boolean;
};
