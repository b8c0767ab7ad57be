/**
 * What programs do that their names do not tell: which run the words after them, which words make them write, run something else or read a
 * program. Data for command-hazards.ts. A star in a policy never stands for such a word; a rule has to name it.
 *
 * Sources: the manual pages; gtfobins.github.io for what of them is abused; GNU getopt_long takes any unambiguous
 * beginning of a long option, so a long option is matched by its beginning.
 */

/** A program that runs the words after its own. */
export type Wrapper = {
	/** Its options that take the next word as their value. */
	readonly valued: RegExp;
	/** Options without one, or with it in the same word. */
	readonly plain: RegExp;
	/** Operands of its own before the command. */
	readonly operands: number;
	/** It adds nothing that needs a rule of its own: allowed when what it runs is. */
	readonly transparent: boolean;
	/** NAME=VALUE words may stand before the command. */
	readonly assigns?: boolean;
};

const never = /^\b$/;

export const wrappers: Readonly<Record<string, Wrapper>> = {
	env: { valued: /^(?:-u|--unset)$/, plain: /^(?:-i|-|-0|--unset=.*)$/, operands: 0, transparent: true, assigns: true },
	nice: {
		valued: /^(?:-n|--adjustment)$/,
		plain: /^(?:-\d+|-n-?\d+|--adjustment=.*)$/,
		operands: 0,
		transparent: true,
	},
	nohup: { valued: never, plain: never, operands: 0, transparent: false },
	timeout: {
		valued: /^(?:-k|-s|--kill-after|--signal)$/,
		plain: /^(?:-[ks].+|--kill-after=.*|--signal=.*|-v|--verbose|--foreground|--preserve-status)$/,
		operands: 1,
		transparent: true,
	},
	time: {
		valued: /^(?:-f|--format)$/,
		plain: /^(?:-p|-v|-q|--portability|--verbose|--quiet|--format=.*)$/,
		operands: 0,
		transparent: true,
	},
	ionice: {
		valued: /^(?:-c|-n|--class|--classdata)$/,
		plain: /^(?:-c\d|-n\d|-t|--class=.*|--classdata=.*)$/,
		operands: 0,
		transparent: true,
	},
	stdbuf: {
		valued: /^(?:-[ioe]|--(?:input|output|error))$/,
		plain: /^(?:-[ioe].+|--(?:input|output|error)=.*)$/,
		operands: 0,
		transparent: true,
	},
	setsid: { valued: never, plain: /^(?:-[cfw]+|--ctty|--fork|--wait)$/, operands: 0, transparent: false },
	taskset: { valued: never, plain: /^(?:-a|-c|--all-tasks|--cpu-list)$/, operands: 1, transparent: true },
	chrt: { valued: never, plain: /^-[bfior]$/, operands: 1, transparent: false },
	command: { valued: never, plain: /^-p$/, operands: 0, transparent: true },
	builtin: { valued: never, plain: never, operands: 0, transparent: true },
	// Not -a: what is one file under many names (busybox, kmod) does what the name says.
	exec: { valued: never, plain: /^-[cl]+$/, operands: 0, transparent: true },
	xargs: {
		valued: /^(?:-[adEILnPs]|--(?:arg-file|delimiter|max-lines|max-args|max-procs|max-chars|replace))$/,
		plain:
			/^(?:-[0prtx]+|-[adEeIiLlnPs].+|-[eil]|--(?:null|no-run-if-empty|verbose|exit|interactive|open-tty)|--\w[\w-]*=.*)$/,
		operands: 0,
		transparent: false,
	},
	sudo: {
		valued: /^-[CDghpRrTtUu]$|^--(?:user|group|host|chdir|prompt|role|type)$/,
		plain: /^(?:-[AbEHnPS]+|-u.+|--[\w-]+(?:=.*)?)$/,
		operands: 0,
		transparent: false,
		assigns: true,
	},
	doas: { valued: /^-[Cu]$/, plain: /^-[Lns]+$/, operands: 0, transparent: false },
	chroot: { valued: never, plain: /^--[\w-]+(?:=.*)?$/, operands: 1, transparent: false },
	unshare: { valued: /^-[GRSUw]$/, plain: /^-[A-Za-z]+$|^--[\w-]+(?:=.*)?$/, operands: 0, transparent: false },
	strace: { valued: /^-[abeEIoOpPsSuUX]$/, plain: /^-[A-Za-z]+$|^--[\w-]+(?:=.*)?$/, operands: 0, transparent: false },
	ltrace: { valued: /^-[aADeFlnopsuwx]$/, plain: /^-[A-Za-z]+$/, operands: 0, transparent: false },
	busybox: { valued: never, plain: never, operands: 0, transparent: false },
	toybox: { valued: never, plain: never, operands: 0, transparent: false },
	watch: {
		valued: /^(?:-n|--interval)$/,
		plain: /^(?:-[bcdegtx]+|-n.+|--[\w-]+(?:=.*)?)$/,
		operands: 0,
		transparent: false,
	},
	flock: {
		valued: /^(?:-E|-w|--timeout|--conflict-exit-code)$/,
		plain: /^(?:-[eFnosux]+|--[\w-]+(?:=.*)?)$/,
		operands: 1,
		transparent: false,
	},
	parallel: { valued: /^-[jNnSI]$/, plain: /^-[A-Za-z0-9]+$|^--[\w-]+(?:=.*)?$/, operands: 0, transparent: false },
	ssh: {
		valued: /^-[BbcDEeFIiJLlmOopQRSWw]$/,
		plain: /^-[46AaCfGgKkMNnqsTtVvXxYy]+$|^-[BbcDEeFIiJLlmOopQRSWw].+$/,
		operands: 1,
		transparent: false,
	},
};

/** Those whose command is text for a shell on the far side, or here: its words are joined by spaces. */
export const shellWrappers = new Set(['watch', 'ssh', 'parallel']);

/** A word (by its text) that makes a program do more than it seems to. `and` takes the next word along: a program's text, a file. */
export type Hazard = { readonly word: RegExp; readonly what: string; readonly and?: number };

const writes = 'makes it write a file';
const runs = 'makes it run another program';
const code = 'is a program in itself';
const looks = 'makes it read its settings or programs elsewhere';

const interpreter = (options: RegExp): readonly Hazard[] => [{ word: options, what: code, and: 1 }];

export const hazards: Readonly<Record<string, readonly Hazard[]>> = {
	find: [
		{ word: /^-(?:exec|execdir|ok|okdir)$/, what: runs, and: 9 },
		{ word: /^-delete$/, what: 'deletes what it finds' },
		{ word: /^-(?:fprint0?|fprintf|fls)$/, what: writes, and: 1 },
	],
	fd: [{ word: /^(?:-[a-zA-Z]*[xX]|--exec.*)$/, what: runs, and: 9 }],
	sort: [
		{ word: /^-[bdfghiMnRrVcCmsuz]*o|^--o/, what: writes, and: 1 },
		{ word: /^--com/, what: runs, and: 1 },
	],
	shuf: [{ word: /^-[erz]*o|^--o/, what: writes, and: 1 }],
	iconv: [{ word: /^-[cs]*o|^--o/, what: writes, and: 1 }],
	tree: [{ word: /^-[a-zA-Z]*[oR]/, what: writes, and: 1 }],
	xxd: [{ word: /^-r/, what: writes }],
	date: [{ word: /^-[uR]*s|^--s/, what: 'sets the clock', and: 1 }],
	dmesg: [{ word: /^-[a-z]*[cC]|^--(?:c|read-c)/, what: 'clears the log of the kernel' }],
	hostname: [{ word: /^(?:-F|--file|-b|[^-])/, what: 'sets the name of the host' }],
	file: [{ word: /^-[a-z]*C|^--c|^-[a-z]*m|^--m/, what: writes, and: 1 }],
	rg: [
		{ word: /^--pre(?:=|$)/, what: runs, and: 1 },
		{ word: /^--hostname-bin/, what: runs, and: 1 },
	],
	ag: [{ word: /^--pager/, what: runs, and: 1 }],
	ack: [{ word: /^--(?:pager|output)/, what: runs, and: 1 }],
	bat: [{ word: /^--pager/, what: runs, and: 1 }],
	curl: [
		{
			word: /^-[a-zA-Z#]*[oOTKDcE]|^--(?:o|remote-n|up|conf|dump|cookie-j|cert|key|eng|trace|stderr|etag-s|hsts|alt-s|libc|cre|net)/,
			what: writes,
			and: 1,
		},
		{ word: /^-[a-zA-Z#]*[dF]|^--(?:data|form|json)/, what: 'sends what it is given', and: 1 },
		// -w '%output{file}', and a format from a file.
		{ word: /%output|^@|^-[a-zA-Z#]*w@|^--write-o[a-z]*=@|^--expand/, what: writes },
	],
	wget: [{ word: /^/, what: writes }],
	dc: interpreter(/^-[ef]|^--(?:exp|file)/),
	mysql: interpreter(/^-[a-zA-Z]*e|^--(?:exec|pager|tee|init-c|defaults|plugin)|\\!|\bsystem\b/),
	nc: [{ word: /^-[a-zA-Z]*[ec]|^--(?:sh-exec|exec|lua-exec)/, what: runs, and: 1 }],
	ptx: [{ word: /^-[a-zA-Z]*G|^--tr/, what: writes }],
	diff3: [{ word: /^--diff-p/, what: runs, and: 1 }],
	sdiff: [
		{ word: /^--diff-p/, what: runs, and: 1 },
		{ word: /^-[a-zA-Z]*o|^--o/, what: writes, and: 1 },
	],
	split: [{ word: /^--fi/, what: runs, and: 1 }],
	tcpdump: [
		{ word: /^-[a-zA-Z]*z/, what: runs, and: 1 },
		{ word: /^-[a-zA-Z]*w/, what: writes, and: 1 },
	],
	tar: [
		{ word: /^-[a-zA-Z]*[xcruA]|^--(?:ext|get|cr|ap|up|conc|cat|del)/, what: writes },
		{ word: /^--(?:checkpoint-a|to-c|use-c|rsh-c|rmt-c|inf|new-v)|^-[a-zA-Z]*[IF]/, what: runs, and: 1 },
		{
			word: /^--(?:absolute-n|dir|overw|unl|recursive-u|keep-d|transf|xf)|^-[a-zA-Z]*[PC]/,
			what: 'reaches outside of its directory',
			and: 1,
		},
	],
	zip: [{ word: /^-[a-zA-Z]*T|^--(?:unzip-c|test)/, what: runs, and: 1 }],
	rsync: [{ word: /^-[a-zA-Z]*e|^--(?:rsh|rsync-p|daemon|conf|remove-s|del|out-format)/, what: runs, and: 1 }],
	scp: [{ word: /^-[a-zA-Z0-9]*[SoDJF]/, what: runs, and: 1 }],
	sftp: [{ word: /^-[a-zA-Z0-9]*[SobDJF]/, what: runs, and: 1 }],
	ssh: [{ word: /^-[a-zA-Z0-9]*[FoEDLRWwSO]/, what: runs, and: 1 }],
	make: [
		{ word: /^--e(?:v|$)|^-E/, what: code, and: 1 },
		{ word: /^(?:SHELL|MAKE|MAKEFLAGS|MAKEFILES|\.SHELLFLAGS|CC|CXX|LD|AR|PATH|LD_\w+)[:+?!]*=/, what: runs },
		// A value becomes part of what the shell is given.
		{ word: /^[\w.-]+[:+?!]*=[\s\S]*[`$;|&<>(\\\n]/, what: runs },
		{ word: /^-[a-zA-Z]*[fCI]|^--(?:fi|ma|dir|inc)/, what: looks, and: 1 },
	],
	go: [{ word: /^--?(?:exec|toolexec|vettool|overlay|modfile|C|o)(?:=|$)/, what: runs, and: 1 }],
	cargo: [{ word: /^--(?:config|manifest-path)|^-[CZ]/, what: looks, and: 1 }],
	npm: [{ word: /^--(?:prefix|script-shell|node-options|globalconfig|userconfig)|^-C/, what: looks, and: 1 }],
	pip: [
		{
			word: /^--(?:target|prefix|root|python|index-url|extra-index-url|find-links|config)|^-[tirf]/,
			what: looks,
			and: 1,
		},
	],
	pytest: [
		{
			word: /^-[pco]|^--(?:rootdir|confcutdir|basetemp|import-mode|override-ini|junit|log-file|pastebin)/,
			what: looks,
			and: 1,
		},
	],
	git: [
		{
			word: /^(?:-c.*|--config-env.*|--exec-path.*|--git-dir.*|--work-tree.*|--namespace.*|-C|--super-prefix.*)$/,
			what: looks,
			and: 1,
		},
		{
			word: /^(?:-p|--paginate|-O.*|--open-files-in-pager.*|--ext-diff|--textconv|--show-signature|-S|--gpg-sign.*)$/,
			what: runs,
		},
		// Options of these commands may be cut short.
		{ word: /^--(?:open|filt|textc)/, what: runs },
		{ word: /^--(?:upload-pack|receive-pack|exec|upload-archive|remote|template|reference)/, what: runs, and: 1 },
		{ word: /^(?:--output.*|-o.*)$/, what: writes, and: 1 },
		{ word: /^--no-index$/, what: 'reads files outside of the repository' },
		{ word: /^ext::|^[a-z]+::/, what: runs },
	],
	awk: [
		{ word: /[|>@]|\bsystem\b|\bgetline\b/, what: code },
		{ word: /^-[bcCghkMnNOPrsStVI]*[fiElWodpD]|^--/, what: code, and: 1 },
	],
	sed: [{ word: /^(?:-[nErsuz]*i|--in|-[nErsuz]*f|--fi)/, what: writes, and: 1 }],
	python: interpreter(/^-[bBdEhiIOPqsSuvxX]*[cm]|^-$|^-[bBdEhiIOPqsSuvxX]*i$/),
	perl: interpreter(/^-[a-zA-Z0-9]*[eEMmIxid]|^-$/),
	ruby: interpreter(/^-[a-zA-Z0-9]*[erIxi]|^-$/),
	node: interpreter(
		/^-(?:[a-z]*[epr]|$)|^--(?:eval|print|require|import|loader|experimental-loader|inspect|env-file|run|build-snap|test-reporter|redirect-w|trace-event-f|cpu-prof|heap-prof|heapsnapshot|diagnostic-d|report)/,
	),
	php: interpreter(/^-[a-z]*[rBREFdcz]|^--(?:run|process|define)|^-$/),
	lua: interpreter(/^-[eli]|^-$/),
	osascript: interpreter(/^-e/),
	psql: interpreter(/^-[cfo]|^--(?:c|fi|o)/),
	sqlite3: [
		{
			word: /(?:^|\n)[ \t]*\.|writefile|load_extension|\bedit\s*\(|\b(?:attach|vacuum)\b|^--?(?:cmd|init|zip|unsafe|A)/i,
			what: runs,
		},
	],
	jq: [{ word: /^-[a-zA-Z]*[fL]|^--(?:from-file|library-path)/, what: looks, and: 1 }],
	openssl: [{ word: /^--?(?:out|keyout|engine|provider|config|writerand|CAcreate|CAserial)/, what: writes, and: 1 }],
	dd: [{ word: /^of=/, what: writes }],
	vi: [{ word: /^(?:-[cSsuUwW]|--cmd|\+)/, what: runs, and: 1 }],
	gdb: [{ word: /^/, what: runs }],
	man: [{ word: /^-[a-zA-Z]*[PHCMl]|^--(?:pa|html|conf|loc)/, what: runs, and: 1 }],
	journalctl: [{ word: /^--(?:vacuum|rotate|flush|setup|update|cursor-file)/, what: writes, and: 1 }],
};

/** Names that do the same (`python3.11` is stripped to `python` before). */
export const sameProgram: Readonly<Record<string, string>> = {
	gawk: 'awk',
	mawk: 'awk',
	nawk: 'awk',
	'original-awk': 'awk',
	gsed: 'sed',
	gfind: 'find',
	fdfind: 'fd',
	gmake: 'make',
	bmake: 'make',
	pypy: 'python',
	'python-dbg': 'python',
	nodejs: 'node',
	bun: 'node',
	deno: 'node',
	luajit: 'lua',
	vim: 'vi',
	nvim: 'vi',
	'vim.basic': 'vi',
	'vim.tiny': 'vi',
	view: 'vi',
	ex: 'vi',
	batcat: 'bat',
	gsort: 'sort',
	gtar: 'tar',
	ncat: 'nc',
	netcat: 'nc',
	mariadb: 'mysql',
	bsdtar: 'tar',
	pip3: 'pip',
	'py.test': 'pytest',
};

/** Programs that take their program from standard input where they are given no operand. */
export const readsProgram = new Set([
	'python',
	'perl',
	'ruby',
	'node',
	'php',
	'lua',
	'psql',
	'sqlite3',
	'at',
	'batch',
	'bc',
	'dc',
	'mysql',
	'ed',
	'crontab',
]);

/** Programs in which a key runs a shell: no star lets them through. */
export const interactive = new Set(
	'less more most pg vi emacs nano ed screen tmux script top htop info mutt'.split(' '),
);

/** Where the n-th operand (from 0) is a file that is written, whatever the name of the program suggests. */
export const writtenOperand: Readonly<Record<string, number>> = {
	tee: 0,
	uniq: 1,
	xxd: 1,
	split: 1,
	csplit: 2,
	patch: 0,
};

/** Subcommands of git that only tell; a star stands for no other, since they run hooks, or are aliases. */
export const gitReads = new Set(
	(
		'annotate blame cat-file check-ignore cherry count-objects describe diff diff-files diff-index diff-tree for-each-ref ' +
		'grep log ls-files ls-tree merge-base name-rev range-diff rev-list rev-parse shortlog show show-branch show-ref ' +
		'status var verify-commit version whatchanged'
	).split(' '),
);
