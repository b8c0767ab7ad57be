/** What the files of /proc/PID say. proc(5). */
import type { Kernel } from './kernel.ts';
import { NodeFile } from './node-file.ts';
import type { OpenFile } from './open-file.ts';
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
			return stat(kernel, process);
		case 'mounts':
			return 'overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n';
		case 'mountinfo':
			return '1 1 0:1 / / rw,relatime - overlay overlay rw\n2 1 0:2 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n';
		case 'cgroup':
			return '0::/\n';
		case 'oom_score_adj':
			return '0\n';
		case 'limits':
			return `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${String(process.descriptors.limit).padEnd(20)} ${String(process.descriptors.limit).padEnd(20)} files     \n`;
		default:
			// maps and statm: only the machine knows, and tells of this process alone.
			return kernel.world.hostProc(process.native, name) ?? '';
	}
}

function status(kernel: Kernel, process: Process): string {
	const { uid, gid, groups } = kernel.identity;
	const memory = (kernel.world.hostProc(process.native, 'status') ?? '')
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

/** Numbers of the machine, but for who it is and whose it is: fields 3 to 8. */
function stat(kernel: Kernel, process: Process): string {
	const state = process.ended === undefined ? 'R' : 'Z';
	const head = `${process.pid} (pypy3) ${state} ${process.parent?.pid ?? 1} ${process.pgid} ${process.sid} 0 -1`;
	const real = kernel.world.hostProc(process.native, 'stat') ?? '';
	const fields = real
		.slice(real.lastIndexOf(')') + 2)
		.trimEnd()
		.split(' ')
		.slice(6);
	return `${head} ${fields.length > 40 ? fields.join(' ') : Array.from({ length: 44 }, () => '0').join(' ')}\n`;
}

/** /proc/PID/fdinfo/N: where the file is read and written next, and its flags. */
export function descriptorText(file: OpenFile): string {
	const position = file instanceof NodeFile ? file.offset : 0;
	return `pos:\t${position}\nflags:\t0${file.flags.toString(8)}\nmnt_id:\t1\nino:\t${file.stat().ino}\n`;
}
