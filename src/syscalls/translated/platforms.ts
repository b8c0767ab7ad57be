/** What an interpreter may ask for and how it counts errors, by the platform that it was translated on. */
import type { SandboxPlatform } from '../../wire/sandbox-dump.ts';
import { darwinError, darwinFunctions } from './darwin.ts';
import { type CFunction, functions } from './functions.ts';

type PlatformTable = {
	readonly functions: ReadonlyMap<string, CFunction>;
	readonly errorOf: (linux: number) => number;
};

export const platforms: Readonly<Record<SandboxPlatform, PlatformTable>> = {
	linux: { functions, errorOf: (number) => number },
	darwin: { functions: darwinFunctions, errorOf: darwinError },
};
