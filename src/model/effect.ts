/**
 * What a guest wants from the machine. Plain, frozen data: it crosses threads, goes to disk and to the screen.
 *
 * Every path and word is text in which a byte that is not UTF-8 stands as the lone surrogate U+DC80..U+DCFF
 * (Python's `surrogateescape`), so nothing is lost and two different names never look the same. See abi/bytes.ts.
 */
export type EffectKind = 'read' | 'write' | 'delete' | 'run' | 'connect' | 'listen';

export const effectKinds: readonly EffectKind[] = ['read', 'write', 'delete', 'run', 'connect', 'listen'];

/** A file or directory whose bytes (or names) the guest wants to see. `path` is absolute and resolved. */
export type ReadEffect = { readonly kind: 'read'; readonly path: string };

/** A path that the guest creates or changes. `path` is absolute and resolved; the last part is not followed. */
export type WriteEffect = {
	readonly kind: 'write';
	readonly path: string;
	/** Bytes of the file as it will be; known once it is a change. */
	readonly size?: number;
	/** What was found in it: kinds of keys and tokens. Looked for where a policy asks for it. */
	readonly secrets?: readonly string[];
};

/** A path that will be gone. */
export type DeleteEffect = { readonly kind: 'delete'; readonly path: string };

/** A program the guest wants to run for real. */
export type RunEffect = {
	readonly kind: 'run';
	/** The words the program will get; the first one is its own name for itself. */
	readonly argv: readonly string[];
	/** The absolute, resolved path of the file that would be executed. */
	readonly program: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** It gets no network; else it has that of the machine, and no rule is asked about whom it reaches. */
	readonly offline?: boolean;
};

/** A host that the guest wants to reach. */
export type ConnectEffect = {
	readonly kind: 'connect';
	/** A name that the guest looked up, an address, or `unix:` and a path. */
	readonly host: string;
	/** 0: only the name's addresses are wanted. */
	readonly port: number;
	/** The address that the name led to. */
	readonly address?: string;
};

/** A port of this machine at which others are to reach the guest. */
export type ListenEffect = {
	readonly kind: 'listen';
	/** The address of this machine under which they do; `0.0.0.0` and `::`: all of its addresses. */
	readonly host: string;
	/** 0: any that is free. */
	readonly port: number;
};

export type Effect = ReadEffect | WriteEffect | DeleteEffect | RunEffect | ConnectEffect | ListenEffect;

export type PathEffect = ReadEffect | WriteEffect | DeleteEffect;

/** Where a connection leads or comes in, as the report and the screen have it: `host:port`, `host (name lookup)`, or a socket's path. */
export function hostText({ kind, host, port }: ConnectEffect | ListenEffect): string {
	if (host.startsWith('unix:')) return host;
	if (kind === 'connect' && port === 0) return `${host} (name lookup)`;
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** One line that names an effect, for logs and errors. Not made safe for a terminal: see ui/safe-text. */
export function describeEffect(effect: Effect): string {
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return `${effect.kind} ${effect.path}`;
		case 'run':
			return `run ${effect.argv.join(' ')}`;
		case 'connect':
		case 'listen':
			return `${effect.kind} ${hostText(effect)}`;
	}
}
