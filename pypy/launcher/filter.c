/* The seccomp filter: what runs natively, what only the handler may do, and a trap for all the rest. */
#define _GNU_SOURCE
#include "launcher.h"
#include "arch.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGUMENT_LOW(n) (offsetof(struct seccomp_data, args) + 8 * (n)) /* both architectures are little-endian */
#define ARGUMENT_HIGH(n) (ARGUMENT_LOW(n) + 4)
#define X32_BIT 0x40000000u

/* A thread shares all, so the flags that make it one must be there, and no flag that is not a thread's may be. */
#define THREAD_NEEDS (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS)
#define THREAD_MAY                                                                                                          \
	(THREAD_NEEDS | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | \
	 CLONE_DETACHED | CSIGNAL)
#define PROCESS_MAY (CLONE_PARENT | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CSIGNAL)

static const int native[] = {
	__NR_futex, __NR_madvise, __NR_mprotect, __NR_brk, __NR_rt_sigreturn, __NR_sched_yield,
	__NR_set_robust_list, __NR_rseq, __NR_sigaltstack, __NR_set_tid_address, __NR_clock_gettime, __NR_clock_getres,
	__NR_gettimeofday, __NR_sched_get_priority_max, __NR_sched_get_priority_min, __NR_getitimer, __NR_setitimer, __NR_restart_syscall, __NR_rt_sigpending,
#ifdef __x86_64__
	__NR_time, __NR_alarm, __NR_pause,
#endif
};

/* Allowed from the launcher's instruction, whatever the arguments. */
static const int handler_only[] = {
	__NR_ppoll, __NR_getpid, __NR_getppid, __NR_gettid, __NR_exit, __NR_exit_group, __NR_munmap, __NR_rt_sigprocmask, __NR_rt_sigaction,
	__NR_rt_sigtimedwait, __NR_close, __NR_mremap,
};

static struct sock_filter program[256];
static unsigned short length;

static void emit(unsigned code, uint32_t value, int yes, int no)
{
	if (length < sizeof program / sizeof *program)
		program[length] = (struct sock_filter){(__u16)code, (__u8)yes, (__u8)no, value};
	length++;
}

static void load(size_t offset)
{
	emit(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void give(uint32_t verdict)
{
	emit(BPF_RET | BPF_K, verdict, 0, 0);
}

static void load_number(void)
{
	load(offsetof(struct seccomp_data, nr));
}

/* Begins a block for one call: it ends with skip_end, and so many instructions lie between. */
static void for_call(int nr, int instructions)
{
	emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, instructions);
}

static void allow_call(int nr)
{
	for_call(nr, 1);
	give(SECCOMP_RET_ALLOW);
}

/* Clone: no flag outside `may`, every flag of `needs`. */
static void allow_clone(uint32_t may, uint32_t needs)
{
	for_call(__NR_clone, 8);
	load(ARGUMENT_HIGH(0));
	emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5);
	load(ARGUMENT_LOW(0));
	emit(BPF_JMP | BPF_JSET | BPF_K, ~may, 3, 0);
	emit(BPF_ALU | BPF_AND | BPF_K, needs, 0, 0);
	emit(BPF_JMP | BPF_JEQ | BPF_K, needs, 0, 1);
	give(SECCOMP_RET_ALLOW);
	load_number();
}

/* Read of reply.I, which have odd numbers; write of request and data.I, which have even ones. */
static void allow_channels(int nr, uint32_t channels, bool odd)
{
	for_call(nr, 6);
	load(ARGUMENT_LOW(0));
	emit(BPF_JMP | BPF_JGE | BPF_K, REQUEST_FD, 0, 3);
	emit(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)data_fd(channels), 2, 0);
	emit(BPF_JMP | BPF_JSET | BPF_K, 1, odd ? 0 : 1, odd ? 1 : 0);
	give(SECCOMP_RET_ALLOW);
	give(SECCOMP_RET_TRAP);
}

/* Calls on memory, but not in the range where writing back must be noticed. */
static void allow_outside_shared(int nr)
{
	for_call(nr, 5);
	load(ARGUMENT_HIGH(0));
	emit(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(SHARED_BASE >> 32), 0, 1);
	emit(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(SHARED_END >> 32), 0, 1);
	give(SECCOMP_RET_ALLOW);
	load_number();
}

/* What the caller itself has used. Of its children only the controller knows: they are the supervisor's. */
static void allow_own_usage(void)
{
	for_call(__NR_getrusage, 5);
	load(ARGUMENT_LOW(0));
	emit(BPF_JMP | BPF_JEQ | BPF_K, RUSAGE_SELF, 1, 0);
	emit(BPF_JMP | BPF_JEQ | BPF_K, RUSAGE_THREAD, 0, 1);
	give(SECCOMP_RET_ALLOW);
	load_number();
}

/* Of the caller itself alone. */
static void allow_own_affinity(void)
{
	for_call(__NR_sched_setaffinity, 4);
	load(ARGUMENT_LOW(0));
	emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	give(SECCOMP_RET_ALLOW);
	load_number();
}

static void allow_death_signal(void)
{
	for_call(__NR_prctl, 8);
	load(ARGUMENT_LOW(0));
	emit(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_PDEATHSIG, 0, 5);
	load(ARGUMENT_LOW(1));
	emit(BPF_JMP | BPF_JEQ | BPF_K, SIGKILL, 0, 3);
	load(ARGUMENT_HIGH(1));
	emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	give(SECCOMP_RET_ALLOW);
	load_number();
}

static void build(uint32_t channels)
{
	uintptr_t handler = (uintptr_t)launcher_syscall_return;
	length = 0;
	load(offsetof(struct seccomp_data, arch));
	emit(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
	give(SECCOMP_RET_KILL_PROCESS);
	load_number();
#ifdef __x86_64__
	emit(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1); /* also -1 and the like, which Linux does not have either */
	give(SECCOMP_RET_ERRNO | ENOSYS);
#endif
	/* Those without arguments to look at come first: newer kernels answer them from a bitmap. */
	for (size_t i = 0; i < sizeof native / sizeof *native; i++)
		allow_call(native[i]);
	if (!numbered) {
		allow_call(__NR_getpid);
		allow_call(__NR_gettid);
	}
	for_call(__NR_clone3, 1); /* its flags lie in memory, where a filter cannot look; libc then uses clone */
	give(SECCOMP_RET_ERRNO | ENOSYS);
	for_call(__NR_mmap, 6);
	load(ARGUMENT_LOW(3));
	emit(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 3);
	emit(BPF_JMP | BPF_JSET | BPF_K, MAP_HUGETLB, 0, 1);
	give(SECCOMP_RET_ERRNO | ENOMEM); /* as where the machine has none: they are in nobody's resident set */
	give(SECCOMP_RET_ALLOW);
	load_number();
	allow_outside_shared(__NR_munmap);
	allow_outside_shared(__NR_mremap);
	allow_clone(THREAD_MAY, THREAD_NEEDS);
	allow_own_usage();

	load(offsetof(struct seccomp_data, instruction_pointer));
	emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)handler, 1, 0);
	give(SECCOMP_RET_TRAP);
	load(offsetof(struct seccomp_data, instruction_pointer) + 4);
	emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(handler >> 32), 1, 0);
	give(SECCOMP_RET_TRAP);
	load_number();
	allow_channels(__NR_read, channels, true);
	allow_channels(__NR_write, channels, false);
	for (size_t i = 0; i < sizeof handler_only / sizeof *handler_only; i++)
		allow_call(handler_only[i]);
	allow_clone(PROCESS_MAY, CLONE_PARENT);
	allow_death_signal();
	allow_own_affinity();
	give(SECCOMP_RET_TRAP);
}

int filter_install(uint32_t channels)
{
	build(channels + 1); /* the one more is the maker's, and open in no guest */
	if (length > sizeof program / sizeof *program)
		return -E2BIG;
	struct sock_fprog filter = {length, program};
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0 : -errno;
}
