import { configureGlobal } from 'fast-check';

/** What the machine's own environment may not change: Ink draws nothing with CI set, colours follow FORCE_COLOR. */
for (const name of ['CI', 'CONTINUOUS_INTEGRATION', 'FORCE_COLOR', 'NO_COLOR', 'DEBUG', 'NODE_EXTRA_CA_CERTS']) {
	delete process.env[name];
}
process.env['TZ'] = 'UTC';

/** The same cases in each run, so that what fails is what was changed. `SEED=$RANDOM npm test` tries others. */
configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });
