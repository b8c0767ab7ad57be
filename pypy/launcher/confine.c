/* What the guest gives up before the filter: capabilities, files (Landlock), resources, core dumps. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { THREAD_STACK = 8 << 20, INTERPRETER = 64 << 20, OUR_OWN = 5 };

static void limit(int resource, const char *name, rlim_t value)
{
	struct rlimit new = {value, value}, old;
	if (getrlimit((__rlimit_resource_t)resource, &old) == 0 && old.rlim_max < value)
		new.rlim_cur = new.rlim_max = old.rlim_max;
	if (setrlimit((__rlimit_resource_t)resource, &new) != 0)
		die("cannot set %s: %s; a container may forbid prlimit, allow it", name, strerror(errno));
}

static bool kernel_counts_by_namespace(void)
{
	struct utsname name;
	int major = 0, minor = 0;
	return uname(&name) == 0 && sscanf(name.release, "%d.%d", &major, &minor) == 2 && major * 1000 + minor >= 5014;
}

/*
 * Backstops: the controller stops a run at the limit itself, these hold when it is slow. RLIMIT_DATA counts what is
 * reserved and not what is used, and each thread's stack with it; so twice the memory, and the stacks.
 */
void confine_limits(const struct options *options, const struct facts *facts)
{
	limit(RLIMIT_CORE, "RLIMIT_CORE", 1); /* too small for a file; and at 0 a dump would still be piped to a handler: fs/coredump.c */
	limit(RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 0);
	limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0);
	limit(RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", 0);
	/* In a user namespace of a newer kernel this counts our own processes alone, elsewhere all of the user's. Not for root. */
	if (facts->userns && kernel_counts_by_namespace())
		limit(RLIMIT_NPROC, "RLIMIT_NPROC", options->tasks + OUR_OWN);
	if (options->memory != 0)
		limit(RLIMIT_DATA, "RLIMIT_DATA", 2 * options->memory + INTERPRETER + (rlim_t)options->tasks * THREAD_STACK);
	if (options->cpu != 0)
		limit(RLIMIT_CPU, "RLIMIT_CPU", options->cpu + 1);
	/* Descriptor 0 is taken, so no new one can be made, by whatever call. (1 and not 0: ppoll checks its count against this.) */
	limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", 1);
}

/* Of a program that is still to be loaded: it needs its files, but writes none. */
void confine_sandbox(uint64_t memory, uint64_t cpu)
{
	confine_capabilities();
	limit(RLIMIT_CORE, "RLIMIT_CORE", 1);
	limit(RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 0);
	limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0);
	limit(RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", 0);
	if (memory != 0)
		limit(RLIMIT_DATA, "RLIMIT_DATA", 2 * memory + INTERPRETER);
	if (cpu != 0)
		limit(RLIMIT_CPU, "RLIMIT_CPU", cpu + 1);
}

/* Handles all that this kernel's Landlock knows and adds no rule: nothing is allowed. */
bool confine_landlock(void)
{
	struct {
		uint64_t files, net, scoped;
	} all = {0, 0, 0};
	static const uint64_t files_by_version[] = {0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0, 1);
	if (version < 1)
		return false;
	all.files = files_by_version[version < 5 ? version : 5];
	all.net = version >= 4 ? 3 : 0;
	all.scoped = version >= 6 ? 3 : 0;
	size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	long ruleset = syscall(__NR_landlock_create_ruleset, &all, size, 0);
	if (ruleset < 0 || syscall(__NR_landlock_restrict_self, ruleset, 0) != 0)
		die("Landlock refuses a ruleset: %s; this kernel's Landlock is not as documented, please report it", strerror(errno));
	close((int)ruleset);
	return true;
}

void confine_capabilities(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
	for (unsigned long capability = 0; capability < 64; capability++)
		prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); /* fails without CAP_SETPCAP: then there is nothing to drop */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(__NR_capset, &header, none) != 0)
		die("cannot give up capabilities: %s; please report it", strerror(errno));
}

void confine_check_seccomp(void)
{
	uint32_t action = SECCOMP_RET_TRAP;
	if (syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
		die("this system has no seccomp filters (%s), and without them nothing holds the script; use a kernel of version 4.14 "
		    "or later with CONFIG_SECCOMP_FILTER, outside of sandboxes that forbid seccomp(2)",
		    strerror(errno));
}

void confine_process(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("cannot give up privileges: %s; a kernel of version 4.14 or later is needed", strerror(errno));
	/* Standard input was the environment; it is at its end and stays, see RLIMIT_NOFILE. */
}
