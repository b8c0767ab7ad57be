/**
 * `node bench/decisions.mjs POLICY COUNT`: asks the public API COUNT times, for reads and commands in turn; prints the milliseconds.
 * Each effect is another one, so that no answer is there already.
 */
import { loadPolicy } from '../dist/index.js';

const [file, count] = process.argv.slice(2);
const policy = await loadPolicy(file);
const env = { PATH: '/usr/bin:/bin' };
const effects = Array.from({ length: Number(count) }, (_, at) =>
	at % 2 === 0
		? { kind: 'read', path: `/srv/work/src/module${at}/deep/er/file${at}.py` }
		: { kind: 'run', argv: ['git', `sub${at}`, 'a'], program: '/usr/bin/git', cwd: '/', env },
);

const start = process.hrtime.bigint();
let denied = 0;
for (const effect of effects) if (policy.decide(effect).decision === 'deny') denied += 1;
console.log(Number(process.hrtime.bigint() - start) / 1e6);
// The default is ask, and one rule in five denies a command that is none of these.
if (denied > 0) throw new Error(`${denied} effects were denied that no rule denies`);
