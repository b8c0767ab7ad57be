/** `approve-run doctor`: what is there, what is missing, how to mend it, and a script that is really run. */

import { realPath } from '../host/real-path.ts';
import { hasTerminal } from '../host/terminal.ts';
import { sandboxFolder } from '../interpreter/acquire-sandbox.ts';
import { findRuntime } from '../interpreter/find.ts';
import type { Runtime, TranslatedRuntime } from '../interpreter/find-types.ts';
import { platforms } from '../syscalls/translated/platforms.ts';
import { findInstallation, findLauncher, type Installation } from './installation.ts';
import { loadPolicyDocument, shippedPolicies } from './load-policy.ts';
import { printable } from './printable.ts';
import { selfTest } from './self-test.ts';

type Finding = { readonly ok: boolean | 'warning'; readonly what: string; readonly mend?: string };

/** 0 when a script can be run. */
export async function doctorCommand(named?: string): Promise<number> {
	const installation = findInstallation();
	const findings: Finding[] = [
		{ ok: true, what: `node ${process.versions.node} on ${process.platform} ${process.arch}` },
		launcherFinding(installation),
	];
	const runtime = await runtimeFinding(installation, named, findings);
	await policyFinding(installation, findings);
	findings.push(
		hasTerminal()
			? { ok: true, what: 'a terminal to review in' }
			: { ok: 'warning', what: 'no terminal here', mend: 'use --unattended or --plan' },
	);
	if (runtime !== undefined && findings.every(({ ok }) => ok !== false))
		await selfTestFinding(installation, runtime, findings);
	for (const finding of findings) process.stdout.write(line(finding));
	return findings.some(({ ok }) => ok === false) ? 125 : 0;
}

function launcherFinding(installation: Installation): Finding {
	try {
		return { ok: true, what: `launcher ${realPath(findLauncher(installation)) ?? ''}` };
	} catch (error) {
		return { ok: false, what: 'the launcher is not built', mend: messageOf(error) };
	}
}

async function runtimeFinding(
	{ surroundings }: Installation,
	named: string | undefined,
	findings: Finding[],
): Promise<Runtime | undefined> {
	try {
		const runtime = await findRuntime(named === 'translated' ? sandboxFolder(surroundings) : named, surroundings);
		findings.push(
			runtime === undefined
				? {
						ok: false,
						what: 'no PyPy 3',
						mend: 'install one (apt-get install pypy3), name one with --runtime, or run any script: it is fetched',
					}
				: { ok: true, what: `${runtime.kind} PyPy ${runtime.version}, ${runtime.source}: ${runtime.program}` },
		);
		if (runtime?.kind === 'translated') findings.push(functionsFinding(runtime));
		return runtime;
	} catch (error) {
		findings.push({ ok: false, what: 'PyPy cannot be used', mend: messageOf(error) });
		return undefined;
	}
}

/** Each C function that it may ask for is compared with the table before it asks for any. */
function functionsFinding(runtime: TranslatedRuntime): Finding {
	const { functions } = platforms[runtime.platform];
	const unknown = runtime.functions.filter((signature) => !functions.has(signature));
	if (unknown.length === 0)
		return { ok: true, what: `each of its ${runtime.functions.length} C functions has a handler` };
	return {
		ok: 'warning',
		what: `C functions without a handler: ${unknown.map(printable).join(' ')}`,
		mend: 'a script that needs one of them sees ENOSYS, and the record tells of it',
	};
}

async function policyFinding(installation: Installation, findings: Finding[]): Promise<void> {
	for (const name of shippedPolicies(installation)) {
		try {
			await loadPolicyDocument(name, installation);
		} catch (error) {
			findings.push({ ok: false, what: `the policy ${name} is damaged`, mend: messageOf(error) });
			return;
		}
	}
	findings.push({ ok: true, what: `policies: ${shippedPolicies(installation).join(', ')}` });
}

async function selfTestFinding(installation: Installation, runtime: Runtime, findings: Finding[]): Promise<void> {
	const result = await selfTest(installation, runtime);
	const { confinement } = result;
	const words = { userns: 'user', pidns: 'pid', netns: 'network', mountns: 'mount', ipcns: 'ipc' } as const;
	const missing = Object.entries(words).flatMap(([key, name]) => (confinement[key] === true ? [] : [name]));
	findings.push({ ok: result.ok, what: result.what, ...(result.mend === undefined ? {} : { mend: result.mend }) });
	if (!result.ok || runtime.kind === 'translated') return;
	findings.push({ ok: true, what: 'seccomp: every system call is trapped' });
	findings.push(
		missing.length === 0
			? { ok: true, what: 'namespaces: user, pid, network, mount, ipc' }
			: {
					ok: 'warning',
					what: `no ${missing.join(', ')} namespace`,
					mend: 'seccomp alone confines the guest; allow unprivileged user namespaces for a second wall',
				},
	);
	findings.push(
		confinement['landlock'] === true
			? { ok: true, what: 'Landlock: no file can be opened' }
			: { ok: 'warning', what: 'no Landlock', mend: 'a kernel from 5.13 on with it enabled gives a third wall' },
	);
}

function line({ ok, what, mend }: Finding): string {
	const mark = ok === true ? 'ok  ' : ok === false ? 'BAD ' : 'note';
	return `${mark}  ${what}${mend === undefined ? '' : `\n      ${mend}`}\n`;
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
