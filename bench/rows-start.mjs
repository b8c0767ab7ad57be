/** Whole processes: hello, and a script with the imports that people use. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { amount, interleave, median, ratio, timed } from './measure.mjs';
import { peakOf } from './memory.mjs';

const imports = `import argparse, collections, csv, datetime, hashlib, json, logging, os, pathlib, random, re, shutil, subprocess
import sqlite3, tempfile, threading, urllib.request, zipfile
print("ready")
`;

export const rows = [
	{ name: 'hello', measure: (world) => wholeProcess(world, 'print("hello")', 'print("hello")\n', 6, 20) },
	{ name: 'imports', measure: importMuch },
	{ name: 'hello-memory', measure: helloMemory },
];

async function wholeProcess(world, what, code, bar, usualRounds) {
	const script = world.file('whole.py', code);
	const times = await interleave(world.rounds(usualRounds), {
		ours: () => timed(() => world.ours(script)),
		native: () => timed(() => world.native(script)),
	});
	return [ratio(`${what}, whole process`, bar, times.ours, times.native, 'ms', 'native')];
}

async function importMuch(world) {
	const rows = await wholeProcess(world, '18 usual imports', imports, undefined, 7);
	const report = join(world.folder, 'report.json');
	const perSecond = [];
	let calls = 0;
	for (let round = 0; round < world.rounds(3); round++) {
		const took = await timed(() => world.ours('--report', report, 'whole.py'));
		calls = JSON.parse(readFileSync(report, 'utf8')).calls;
		perSecond.push((calls * 1000) / took);
	}
	const row = amount('  system calls a second, start and end included', undefined, perSecond, '/s', `${calls} calls`);
	return [...rows, { ...row, best: Math.max(...perSecond) }];
}

async function helloMemory(world) {
	const script = world.file('hello.py', 'print("hello")\n');
	const peaks = [];
	for (let round = 0; round < world.rounds(5); round++) {
		const { peak } = await peakOf(world.start(['--unattended', script]), 2);
		peaks.push(peak / 2 ** 20);
	}
	return [
		amount(
			'print("hello"), memory of all processes',
			undefined,
			peaks,
			'MiB',
			`PSS at the peak, at most ${Math.round(Math.max(...peaks))}; median ${Math.round(median(peaks))}`,
		),
	];
}
