/** What the files of /proc/PID say. proc(5). */
import type { Kernel } from './kernel.ts';
import type { Process } from './task.ts';

export function processText(kernel: Kernel, process: Process, name: string): string {
	switch (name) {
		case 'cmdline':
			return process.argv.map((word) => `${word}\0`).join('');
		case 'comm':
			return 'pypy3\n';
		case 'status':
			return status(kernel, process);
		case 'stat':
			return stat(process);
		case 'mounts':
			return 'overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n';
		case 'limits':
			return `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${String(process.descriptors.limit).padEnd(20)} ${String(process.descriptors.limit).padEnd(20)} files     \n`;
		default:
			// maps and statm: only the machine knows, and tells of this process alone.
			return kernel.world.hostProc(process.pid, name) ?? '';
	}
}

function status(kernel: Kernel, process: Process): string {
	const { uid, gid, groups } = kernel.identity;
	const memory = (kernel.world.hostProc(process.pid, 'status') ?? '')
		.split('\n')
		.filter((line) => /^(Vm|Rss)/.test(line));
	return [
		'Name:\tpypy3',
		`Umask:\t${process.umask.toString(8).padStart(4, '0')}`,
		`State:\t${process.ended === undefined ? 'R (running)' : 'Z (zombie)'}`,
		`Tgid:\t${process.pid}`,
		`Pid:\t${process.pid}`,
		`PPid:\t${process.parent?.pid ?? 1}`,
		'TracerPid:\t0',
		`Uid:\t${uid}\t${uid}\t${uid}\t${uid}`,
		`Gid:\t${gid}\t${gid}\t${gid}\t${gid}`,
		`FDSize:\t256`,
		`Groups:\t${groups.join(' ')}`,
		...memory,
		`Threads:\t${Math.max(1, process.tasks.size)}`,
		'',
	].join('\n');
}

function stat(process: Process): string {
	const state = process.ended === undefined ? 'R' : 'Z';
	const head = `${process.pid} (pypy3) ${state} ${process.parent?.pid ?? 1} ${process.pgid} ${process.sid}`;
	return `${head} ${Array.from({ length: 46 }, () => '0').join(' ')}\n`;
}
