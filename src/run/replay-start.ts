/** What a tape says that its run was started with. It is checked: the tape may have been made by anybody. */
import * as z from 'zod/mini';
import type { PolicyDocument } from '../policy/document.ts';
import type { WorkerStart } from './messages.ts';

const number = z.number();
const strings = z.array(z.string());
const limits = z.strictObject({
	...{ time: number, cpu: number, memory: number, output: number, tasks: z.int(), disk: number, files: number },
	...{ sent: number, received: number },
});
/** Checked when it was loaded; compiling it finds most of what could be wrong since. */
const policy = z.custom<PolicyDocument>(
	(value) => typeof value === 'object' && value !== null && 'rules' in value && Array.isArray(value.rules),
);

const shape = z.object({
	policy,
	home: z.string(),
	cwd: z.string(),
	env: z.record(z.string(), z.string()),
	own: strings,
	secret: strings,
	unattended: z.boolean(),
	origins: z.boolean(),
	limits,
	identity: z.object({
		...{ uid: z.int(), gid: z.int(), groups: z.array(z.int()), hostname: z.string(), kernelRelease: z.string() },
		...{ kernelVersion: z.string(), machine: z.string(), processors: z.int(), memory: number },
	}),
	architecture: z.enum(['x64', 'arm64']),
	umask: z.int(),
	runtime: z.literal('trapped'),
	argv: z.array(z.string()).check(z.minLength(1)),
	exposed: strings,
	terminal: z.tuple([z.boolean(), z.boolean(), z.boolean()]),
	rows: z.int(),
	columns: z.int(),
});

export type TapedStart = Omit<
	WorkerStart,
	'sessionFolder' | 'channelFolder' | 'flag' | 'secrets' | 'runtimeRoots' | 'tape' | 'trace'
>;

/** undefined where it is none. */
export function tapedStart(value: unknown): TapedStart | undefined {
	const parsed = shape.safeParse(value);
	return parsed.success ? parsed.data : undefined;
}
