/* What the launcher's files share. PROTOCOL.md says what goes over the wire, and why. */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <ucontext.h>

enum {
	FRAME_MAX = 4096, /* PIPE_BUF: one write(2) of so much is never torn */
	FRAME_HEADER = 12,
	CHANNELS_MAX = 1024,
	REQUEST_FD = 1000,
	TIMES_MAX = 512,
	TIMES_NR = 10000, /* no system call of Linux: how clocks.c gets into the handler */
	FAILED = 125, /* exit status: approve-run itself could not do its work */
	ERESTARTSYS = 512,
	ERESTARTNOINTR = 513, /* the handler's own word: after the signal that was noted, the call is made again */
};
/* Names of processes as /proc tells them: the controller takes nobody for a guest who is not called so. */
#define GUEST_NAME "guest"
#define OUTSIDE_NAME "supervisor"
#define SUPERVISOR_CHANNEL 0xFFFFFFFEu
#define NETWORK_CHANNEL 0xFFFFFFFDu
#define SHARED_BASE 0x600000000000ul /* writable shared file mappings are placed from here ... */
#define SHARED_END 0x610000000000ul
#define HINT_ADDRESS 0x5ffffffff000ul /* hint.c */
#define ARENA_BYTES (128ul << 20) /* the first of it is one memory for all guest processes: PROTOCOL.md, `mmap` */

static inline int reply_fd(uint32_t channel)
{
	return REQUEST_FD + 1 + 2 * (int)channel;
}
static inline int data_fd(uint32_t channel)
{
	return REQUEST_FD + 2 + 2 * (int)channel;
}

struct options {
	const char *library;
	const char *program;
	const char *channel;
	uint32_t tasks;
	uint64_t memory; /* bytes; 0: no limit */
	uint64_t cpu;    /* seconds; 0: no limit */
	char **arguments; /* argv of the interpreter; [0] is its path */
	bool hint;
	int clocks; /* enum clocks */
};

struct facts {
	bool userns, pidns, netns, mountns, ipcns, landlock, near;
};

/* siginfo.c */
struct sender {
	int32_t code, pid;
	uint32_t uid;
	int64_t value; /* si_value, or si_status */
};
void siginfo_send_as(siginfo_t *info, int signal, const struct sender *sender);
void siginfo_receive(siginfo_t *info);

/* command.c: the other thing this program does: see there. Returns an exit status only where it failed. */
int run_sandbox(int argc, char **argv);
void reset_signals(void); /* to what a new program expects */
int run_command(int argc, char **argv);
/* offline.c: takes the network from the caller and what it becomes. False: errno says why not */
bool go_offline(void);
/* network.c: the third */
int run_network(const char *folder, const char *launcher);

/* hint.c: before the filter */
void hint_prepare(void *library);
/* launcher.c: says what failed and how to mend it, and ends with status 125. Not for the handler. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* launcher.c: for the first guest process and for the maker */
typedef int interpreter_main(int, char **);
interpreter_main *load_interpreter(const struct options *options);
void become_guest(const struct options *options, struct facts *facts, pid_t supervisor);
extern char **environ;

/* clocks.c: whether times that the guest reads are noted for the controller, or come from it */
enum clocks { CLOCKS_OWN, CLOCKS_NOTE, CLOCKS_GIVE };
extern enum clocks clocks_mode;

/* maker.c: never returns; obeys the supervisor by the pipes `orders` (tickets come) and answers (ticket, pid or -1) */
void make_guests(const struct options *options, struct facts *facts, pid_t supervisor, const int orders[2]) __attribute__((noreturn));

/* channels.c */
struct supervisor_fds {
	int request; /* none of these blocks */
	int report;
	int control;
	int reply[CHANNELS_MAX];
	int data[CHANNELS_MAX];
};
/* Owner of each channel, in memory shared by all guest processes and the supervisor: 0 is free. */
enum { CHANNEL_CLAIMED = 0x7fffffff };
extern volatile int32_t *channel_owner;
extern volatile uint32_t *calls_made;   /* there too; not exact, it only tells a busy guest from a calm one */
extern volatile uint32_t *place_chosen; /* there too: the first thread of all has called sched_setaffinity */
extern uint32_t channel_count;
void channels_create(const char *dir, uint32_t count, struct supervisor_fds *fds);
void channels_open_guest(const char *dir);
void close_others(void); /* all descriptors but 0, 1 and 2 */

/* namespaces.c, confine.c: before the filter */
void namespaces_enter(struct facts *facts);
bool namespace_of_network(struct facts *facts); /* alone, for the caller itself; false: errno says why not */
bool namespaces_empty_root(void);
void confine_limits(const struct options *options, const struct facts *facts);
bool confine_landlock(void);
void confine_capabilities(void);
void confine_check_seccomp(void);
void confine_process(void);
void confine_sandbox(uint64_t memory, uint64_t cpu); /* of a translated interpreter: bytes, seconds; 0 is none */

/* near.c */
bool near_prepare(void);
void near_begin(void);
int near_join(const char *thread, const char *launcher);
const struct timespec *near_interval(void);
void near_tick(pid_t first);
void near_release(void);
long do_affinity(const long *arguments); /* async-signal-safe */

/* filter.c: returns 0 or -errno */
int filter_install(uint32_t channels);

/* supervisor.c: runs until the first guest process is gone; its exit status */
struct maker {
	pid_t pid;
	int orders, answers;
};
int supervise(pid_t first, const struct supervisor_fds *fds, const struct maker *maker) __attribute__((noreturn));

/* raw.S: all system calls of the handler go through this one instruction; memory of the guest through these copies */
long launcher_syscall(long nr, long a, long b, long c, long d, long e, long f);
#define raw(...) raw_filled(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define raw_filled(nr, a, b, c, d, e, f, ...) \
	launcher_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
extern const char launcher_syscall_return[];
size_t guest_copy(void *to, const void *from, size_t length);          /* bytes that could NOT be copied */
long guest_string(char *to, const char *from, size_t max);             /* bytes before the NUL, max without one, -1 unreadable */
extern const char guest_copy_fault[], guest_copy_end[], guest_string_fault[], guest_string_store[], guest_string_unreadable[];

/* Below: what runs in the guest. Async-signal-safe, little stack, no errno. */

/* task.c: one guest thread's end of its channel */
struct task {
	volatile sig_atomic_t in_call;  /* the SIGSYS handler is at work */
	volatile sig_atomic_t waiting;  /* a call was sent and has no result yet */
	volatile sig_atomic_t noted;    /* a signal that came meanwhile, 0: none */
	volatile sig_atomic_t told;     /* `interrupted` was sent for this call */
	bool attached, first, released;
	uint32_t channel, seq;
	uint32_t in_at, in_end;         /* what of `in` is not consumed yet */
	bool timed;                     /* wait for the next command at most `left` */
	struct timespec left;
	siginfo_t noted_info;
	bool masked;                    /* the call waits with another mask */
	uint64_t mask;
	volatile sig_atomic_t sent;     /* a signal that the caller sent itself in this call, 0: none */
	siginfo_t sent_info;
	uint32_t times_at, times_end;   /* clocks.c: what of `times` is used, and filled */
	int64_t last_time[16], times_over;
	unsigned char times[TIMES_MAX];
	unsigned char out[FRAME_MAX];
	unsigned char in[2048];
};
extern __thread struct task self;
extern int32_t made_ticket;  /* of the process that the maker forks now; 0: this is not the maker */
extern pid_t guest_pid;      /* of this process */
extern int32_t guest_number; /* by which the guest knows it; 0: no task of it has attached yet */
extern bool numbered;        /* it may be another one than the machine's: getpid and gettid are trapped */
extern pid_t supervisor_pid; /* as the guest sees it */
long call(const char *signature, const long *arguments); /* sends a call with six arguments at most, obeys commands; the result */
void send_simple(const char *signature);                 /* without arguments, not answered */
long send_times(void); /* what was noted, or a call for more of what is given */
void attach(int how);
uint32_t claim_channel(void);
void quit(int status) __attribute__((noreturn));

/* commands.c: obeys commands up to the result */
long obey(void);

/* handler.c */
void handler_install(void);

/* process.c, mappings.c: calls that the handler does partly by itself */
long do_fork(ucontext_t *context, long flags, long stack, long parent_tid, long child_tid);
long do_map(const long *arguments);
long do_remap(const long *arguments);
long do_unmap(const long *arguments);

/* signals.c */
void signals_install(void);
void signals_begin(uint64_t mask, uint64_t ignored); /* of a process that goes on as another's image */
long do_execve(ucontext_t *context, long nr, const long *arguments);
long do_sigaction(const long *arguments);
long do_sigprocmask(ucontext_t *context, const long *arguments);
long do_sigsuspend(const long *arguments);
long do_sigtimedwait(ucontext_t *context, const long *arguments);
long with_mask(ucontext_t *context, long mask_at, long size, long nr, const long *arguments);
void deliver(ucontext_t *context, volatile sig_atomic_t *which, const siginfo_t *about);
enum fate { IGNORED, HANDLED, OTHER };
enum fate fate_of(const ucontext_t *context, int signal); /* of one that the caller sends itself */
bool noted_restarts(void);

/* sending.c: calls about oneself that the handler answers */
long own_process(void);
long own_thread(void);
long do_send(ucontext_t *context, long nr, const long *arguments);

/* calls.c: NULL where the launcher has no row */
const char *signature_of(long nr);

#endif
