/** Processor time that `work` takes of this process, milliseconds. That the machine is busy with other things does not count. */
export function processorTime(work: () => void): number {
	const before = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}
