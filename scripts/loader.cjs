/**
 * Runs the bundle beside it (approve-run.cjs runs approve-run.main.cjs) from V8's code cache: start-up without compiling.
 * The cache is written at the end of the first run of a script, one for each version of node; V8 refuses one that
 * does not fit, and then the bundle is compiled as ever.
 */
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { isMainThread, Worker } = require('node:worker_threads');

if (Number.parseInt(process.versions.node, 10) < 20) {
	process.stderr.write(`approve-run: node ${process.versions.node} is too old; install Node.js 20.12 or newer.\n`);
	process.exit(125);
}
if (process.env.APPROVE_RUN_CA_CERTS !== undefined) {
	process.env.NODE_EXTRA_CA_CERTS = process.env.APPROVE_RUN_CA_CERTS;
	delete process.env.APPROVE_RUN_CA_CERTS;
}

/** What does not run a script. */
const commands =
	/^(?:review|replay|apply|discard|rollback|sessions|show|diff|policy|audit|doctor|help|--help|-h|--version|-V)$/;
const earlyWorker = isMainThread ? startWorker() : undefined;

const bundle = __filename.replace(/\.cjs$/, '.main.cjs');
const cache = `${bundle}.${process.version}-${process.arch}.cache`;
// The bundle is ASCII (esbuild's charset), and latin1 needs no decoding.
const source = `(function (exports, require, module, __filename, __dirname, importModule, earlyWorker) {${fs.readFileSync(bundle, 'latin1')}\n})`;
const cachedData = readCache();
let script = compile(cachedData);
if (cachedData === undefined || script.cachedDataRejected) {
	if (isMainThread) process.once('exit', writeCacheAfterScriptRun());
	else script = compileWholeAndWrite();
}
script.runInThisContext()(module.exports, require, module, bundle, __dirname, importModule, earlyWorker);

/**
 * The kernel's worker starts before anything else is loaded, and before it is known what it will run: a thread of Node takes 20 ms
 * to start, and the program loads meanwhile on another processor.
 */
function startWorker() {
	const [first] = process.argv.slice(2);
	if (path.basename(__filename) !== 'approve-run.cjs' || first === undefined || commands.test(first)) return undefined;
	// The program connects these streams: connecting them here would load Node's streams first.
	const thread = new Worker(path.join(__dirname, 'worker.cjs'), { stdout: true, stderr: true });
	// A start that comes to nothing (no such script) does not wait for it.
	thread.unref();
	return thread;
}

/** `import()` for the bundle: one inside a vm.Script has no loader without a flag. */
function importModule(path) {
	return import(path);
}

function readCache() {
	try {
		return fs.readFileSync(cache);
	} catch {
		return undefined;
	}
}

function compile(data) {
	return new vm.Script(source, { filename: bundle, ...(data && { cachedData: data }) });
}

/** Only a run that started the kernel's worker has compiled all that the next one needs; `--help` has not. */
function writeCacheAfterScriptRun() {
	let ranScript = false;
	process.once('worker', () => {
		ranScript = true;
	});
	return () => {
		if (ranScript) writeCache(script);
	};
}

/** The worker is ended from outside, and cannot write at its end: it compiles all functions before it begins, once. */
function compileWholeAndWrite() {
	const v8 = require('node:v8');
	v8.setFlagsFromString('--no-lazy');
	const whole = compile();
	v8.setFlagsFromString('--lazy');
	writeCache(whole);
	return whole;
}

function writeCache(compiled) {
	const temporary = `${cache}.${process.pid}`;
	try {
		fs.writeFileSync(temporary, compiled.createCachedData(), { flag: 'wx' });
		fs.renameSync(temporary, cache);
	} catch {
		// An installation folder that is not ours to write: start-up stays as slow as it is.
	}
}
