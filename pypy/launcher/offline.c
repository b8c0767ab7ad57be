/* A command without a network: a network namespace with nothing in it, and no socket to the machine's own services either. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define LEAST(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(value), yes, no)
#define GIVE(action) BPF_STMT(BPF_RET | BPF_K, (action))
#ifdef __x86_64__
#define OURS AUDIT_ARCH_X86_64
#define FOREIGN 0x40000000u /* x32 */
#else
#define OURS AUDIT_ARCH_AARCH64
#define FOREIGN 0xffffffffu
#endif

/*
 * The namespace takes the internet and abstract sockets. What is left are sockets with a path (name service caches, D-Bus, docker), so
 * AF_UNIX can only be had in pairs, and families that know no namespaces (vsock) not at all. io_uring makes sockets too. Other architectures have calls of their own for all of it.
 */
static bool no_local_sockets(void)
{
	struct sock_filter filter[] = {
		LOAD(arch), EQUAL(OURS, 1, 0), GIVE(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr), LEAST(FOREIGN, 7, 0), EQUAL(__NR_io_uring_setup, 6, 0), EQUAL(__NR_socket, 1, 0), GIVE(SECCOMP_RET_ALLOW),
		LOAD(args[0]), EQUAL(AF_INET, 3, 0), EQUAL(AF_INET6, 2, 0), EQUAL(AF_NETLINK, 1, 0),
		GIVE(SECCOMP_RET_ERRNO | EACCES), GIVE(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool go_offline(void)
{
	struct facts unused = {0};
	return namespace_of_network(&unused) && no_local_sockets();
}
