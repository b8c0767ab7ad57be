/** A controller as a process of its own, so that a test can kill it: LAUNCHER LIBRARY PROGRAM ARG… */
import { runGuest } from './mini-controller.ts';

const [launcher = '', library = '', program = '', ...args] = process.argv.slice(2);
const outcome = await runGuest({ launcher, library, program, args });
process.stdout.write(outcome.output);
process.exitCode = outcome.status;
