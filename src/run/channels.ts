/** How many channels the launcher makes: the task on the last one is the one too many, which ends the run. */
export const channelsFor = (tasks: number): number => tasks + 1;
