/** How the launcher is started for each kind of interpreter. */
import { join } from 'node:path';
import type { Runtime } from '../interpreter/find-types.ts';
import type { Limits } from '../model/limits.ts';
import { channelsFor } from '../run/channels.ts';
import type { Installation } from './installation.ts';

/** The launcher's words: pypy/launcher/PROTOCOL.md. `argv` is the interpreter's, its own path first; `origins`: notes which line of the script is at work. */
export function launcherArguments(
	runtime: Runtime,
	limits: Limits,
	channel: string,
	argv: readonly string[],
	origins: boolean,
	clocks: 'own' | 'note' | 'give',
): string[] {
	const [memory, cpu] = [String(limits.memory), String(Math.ceil(limits.cpu / 1000))];
	if (runtime.kind === 'translated') return ['--sandbox', channel, memory, cpu, ...argv];
	const tasks = String(channelsFor(limits.tasks));
	const files = ['--library', runtime.library, '--program', runtime.program, '--channel', channel];
	const hint = origins ? ['--hint', 'yes'] : [];
	const times = clocks === 'own' ? [] : ['--clocks', clocks];
	return [...files, '--tasks', tasks, '--memory', memory, '--cpu', cpu, ...hint, ...times, '--', ...argv.slice(1)];
}

/** What a translated interpreter's C library reads without asking: else names and times would be those of the locale C and of UTC. */
export function nativeEnvironment(runtime: Runtime, env: Readonly<Record<string, string>>): Record<string, string> {
	if (runtime.kind === 'trapped') return {};
	const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'C';
	const zone = env['TZ'];
	return {
		LC_ALL: locale === 'C' || locale === 'POSIX' ? 'C.UTF-8' : locale,
		...(zone === undefined ? {} : { TZ: zone }),
	};
}

/** Modules that stand in for what a translated interpreter lacks: subprocess, signal, pwd. */
export function guestModules({ surroundings }: Installation): string {
	return join(surroundings.installation, 'pypy/guest');
}

/** The guest's environment: a translated interpreter finds our modules before its own. */
export function guestEnvironment(
	runtime: Runtime,
	env: Readonly<Record<string, string>>,
	modules: string,
): Readonly<Record<string, string>> {
	if (runtime.kind === 'trapped') return env;
	const before = env['PYTHONPATH'];
	return { ...env, PYTHONPATH: before === undefined ? modules : `${modules}:${before}` };
}
