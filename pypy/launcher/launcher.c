/* Reads the arguments and puts the parts together: supervisor outside the filter, interpreter inside it. */
#define _GNU_SOURCE
#include "launcher.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h> /* __NR_close */
#include <sys/wait.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 4 << 20 };
static bool silent; /* in the maker, whose descriptors lead elsewhere */

static void read_options(int argc, char **argv, struct options *options);
static struct maker start_maker(const struct options *options, struct facts *facts, pid_t supervisor, pid_t group);
static char **read_environment(void);
static void die_with_parent(pid_t parent);
static int wait_outside(pid_t child);
static void run_guest(const struct options *options, struct facts *facts, char **environment, pid_t parent) __attribute__((noreturn));

int main(int argc, char **argv)
{
	static struct supervisor_fds fds;
	struct maker maker;
	struct options options = {0};
	struct facts facts = {0};

	if (argc > 1 && strcmp(argv[1], "--command") == 0)
		return run_command(argc, argv);
	if (argc == 4 && strcmp(argv[1], "--near") == 0)
		return near_join(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "--network") == 0)
		return run_network(argv[2], argv[3]);
	if (argc > 1 && strcmp(argv[1], "--sandbox") == 0)
		return run_sandbox(argc, argv);
	read_options(argc, argv, &options);
	confine_check_seccomp();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid(); /* keys pressed at the terminal are the controller's, not ours */
	reset_signals();
	char **environment = read_environment();
	close_others();
	channels_create(options.channel, options.tasks, &fds);

	namespaces_enter(&facts);
	facts.near = near_prepare();
	if (facts.pidns) {
		pid_t child = fork();
		if (child < 0)
			die("cannot start a process: %s; too many processes are running for this user", strerror(errno));
		if (child > 0)
			return wait_outside(child);
		die_with_parent(0);
	}
	pid_t supervisor = getpid();
	prctl(PR_SET_NAME, OUTSIDE_NAME);
	pid_t first = fork();
	if (first < 0)
		die("cannot start a process: %s; too many processes are running for this user", strerror(errno));
	if (first == 0)
		run_guest(&options, &facts, environment, supervisor);
	setpgid(first, first);
	maker = start_maker(&options, &facts, supervisor, first);
	confine_capabilities();
	prctl(PR_SET_DUMPABLE, 0);
	supervise(first, &fds, &maker);
}

static struct maker start_maker(const struct options *options, struct facts *facts, pid_t supervisor, pid_t group)
{
	int orders[2], answers[2];
	if (pipe2(orders, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0)
		die("cannot make a pipe: %s; raise the limit on open files (ulimit -n)", strerror(errno));
	pid_t pid = fork();
	if (pid < 0)
		die("cannot start a process: %s; too many processes are running for this user", strerror(errno));
	if (pid == 0) {
		silent = true;
		prctl(PR_SET_DUMPABLE, 0);
		setpgid(0, group);
		die_with_parent(supervisor);
		make_guests(options, facts, supervisor, (const int[]){orders[0], answers[1]});
	}
	close(orders[0]);
	close(answers[1]);
	fcntl(answers[0], F_SETFL, O_NONBLOCK);
	return (struct maker){pid, orders[1], answers[0]};
}

void die(const char *format, ...)
{
	va_list list;
	if (silent)
		_exit(FAILED);
	va_start(list, format);
	fputs("approve-run launcher: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
	_exit(FAILED);
}

static uint64_t read_number(const char *name, const char *text, uint64_t max)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != 0 || *text == '-' || value == 0 || value > max)
		die("%s %s: give a number from 1 to %llu", name, text, (unsigned long long)max);
	return value;
}

static void read_options(int argc, char **argv, struct options *options)
{
	int i = 1;
	for (; i < argc && strcmp(argv[i], "--") != 0; i += 2) {
		const char *name = argv[i];
		if (i + 1 >= argc)
			die("%s needs a value; see PROTOCOL.md, Command line", name);
		const char *value = argv[i + 1];
		if (strcmp(name, "--library") == 0)
			options->library = value;
		else if (strcmp(name, "--program") == 0)
			options->program = value;
		else if (strcmp(name, "--channel") == 0)
			options->channel = value;
		else if (strcmp(name, "--tasks") == 0)
			options->tasks = (uint32_t)read_number(name, value, CHANNELS_MAX);
		else if (strcmp(name, "--memory") == 0)
			options->memory = read_number(name, value, 1ull << 50);
		else if (strcmp(name, "--cpu") == 0)
			options->cpu = read_number(name, value, 1ull << 31);
		else if (strcmp(name, "--hint") == 0)
			options->hint = strcmp(value, "yes") == 0;
		else if (strcmp(name, "--clocks") == 0)
			options->clocks = strcmp(value, "note") == 0 ? CLOCKS_NOTE : strcmp(value, "give") == 0 ? CLOCKS_GIVE : CLOCKS_OWN;
		else
			die("there is no option %s; see PROTOCOL.md, Command line", name);
	}
	if (i >= argc || !options->library || !options->program || !options->channel || !options->tasks)
		die("--library, --program, --channel, --tasks and -- are needed; this program is started by approve-run, not by hand");
	argv[i] = (char *)(uintptr_t)options->program;
	options->arguments = argv + i;
}

/* The guest's environment: NUL-terminated strings up to the end of standard input. */
static char **read_environment(void)
{
	static char text[ENVIRONMENT_MAX];
	size_t used = 0, count = 0;
	for (ssize_t got = 1; got != 0;) {
		got = read(STDIN_FILENO, text + used, sizeof text - used);
		if (got < 0 && errno != EINTR)
			die("cannot read the environment from standard input: %s; give NAME=VALUE strings, each ended by NUL", strerror(errno));
		used += got > 0 ? (size_t)got : 0;
	}
	if (used == sizeof text || (used > 0 && text[used - 1] != 0))
		die("the environment on standard input is too large or has no NUL at its end; give NAME=VALUE strings, each ended by NUL");
	for (size_t i = 0; i < used; i++)
		count += text[i] == 0;
	char **list = calloc(count + 1, sizeof *list);
	if (!list)
		die("out of memory while reading the environment");
	const char *next = text;
	for (size_t i = 0; i < count; i++, next += strlen(next) + 1)
		list[i] = text + (next - text);
	return list;
}

void reset_signals(void)
{
	sigset_t none;
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* PR_SET_PDEATHSIG does not fire for a parent that is gone already. */
static void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(FAILED);
}

/* The pid namespace ends with its process 1, the supervisor; we hand its status on. */
static int wait_outside(pid_t child)
{
	int status;
	close_others();
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			die("cannot wait for the supervisor: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char *yes(bool fact)
{
	return fact ? "yes" : "no";
}

static void run_guest(const struct options *options, struct facts *facts, char **environment, pid_t parent)
{
	int count = 0;

	setpgid(0, 0);
	die_with_parent(parent);
	channels_open_guest(options->channel);
	near_release(); /* for what takes long: the controller's threads begin meanwhile, and may be on that processor */
	interpreter_main *interpreter = load_interpreter(options);
	near_begin();
	while (options->arguments[count])
		count++;
	environ = environment;
	self.first = true;
	become_guest(options, facts, parent);
	exit(interpreter(count, options->arguments));
}

interpreter_main *load_interpreter(const struct options *options)
{
	interpreter_main *interpreter = NULL;
	void *library = dlopen(options->library, RTLD_NOW | RTLD_GLOBAL);
	if (!library)
		die("cannot load PyPy: %s; name its libpypy3*-c.so with --runtime, or reinstall PyPy", dlerror());
	*(void **)&interpreter = dlsym(library, "pypy_main_startup");
	if (!interpreter)
		die("%s has no pypy_main_startup; name a PyPy 3 of version 7.3 or later", options->library);
	if (options->hint)
		hint_prepare(library);
	return interpreter;
}

/* From here on all calls of this process are the guest's. The first one says `ready` when nothing can fail any more. */
void become_guest(const struct options *options, struct facts *facts, pid_t supervisor)
{
	facts->mountns = namespaces_empty_root();
	confine_process();
	confine_capabilities();
	facts->landlock = confine_landlock();
	confine_limits(options, facts);
	supervisor_pid = supervisor;
	guest_pid = getpid();
	signals_install();
	handler_install();
	prctl(PR_SET_NAME, GUEST_NAME);
	prctl(PR_SET_DUMPABLE, 1);
	if (self.first)
		dprintf(STDOUT_FILENO, "ready\nuserns=%s pidns=%s netns=%s mountns=%s ipcns=%s landlock=%s near=%s\n", yes(facts->userns),
			yes(facts->pidns), yes(facts->netns), yes(facts->mountns), yes(facts->ipcns), yes(facts->landlock), yes(facts->near));
	numbered = !self.first;
	int error = filter_install(options->tasks);
	if (error != 0)
		die("cannot install the system call filter: %s; seccomp is needed, so use a kernel (or container) that has it", strerror(-error));
	clocks_mode = options->clocks;
	if (self.first) {
		raw(__NR_close, STDOUT_FILENO);
		raw(__NR_close, STDERR_FILENO);
	}
}
