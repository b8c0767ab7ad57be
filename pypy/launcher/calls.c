/* Every system call we know, as data: its signature on the wire (PROTOCOL.md, Frames). A name that an architecture lacks is left out. */
#include "launcher.h"

#include <sys/syscall.h>

#define CALL(name, types) [__NR_##name] = #name "(" types ")i",

static const char *const signatures[] = {
	CALL(read, "ipi") CALL(write, "ib") CALL(close, "i") CALL(fstat, "ip")
	CALL(lseek, "iii") CALL(pread64, "ipii") CALL(pwrite64, "ibi") CALL(readv, "ipi") CALL(writev, "ipi")
	CALL(preadv, "ipiii") CALL(pwritev, "ipiii") CALL(preadv2, "ipiiii") CALL(pwritev2, "ipiiii") CALL(pipe2, "pi")
	CALL(pselect6, "ippppp") CALL(ppoll, "pippi") CALL(dup, "i") CALL(dup3, "iii") CALL(nanosleep, "pp")
	CALL(clock_nanosleep, "iipp") CALL(clock_settime, "ip") CALL(sendfile, "iipi") CALL(copy_file_range, "ipipii")
	CALL(splice, "ipipii") CALL(tee, "iiii") CALL(socket, "iii") CALL(socketpair, "iiip") CALL(connect, "ipi")
	CALL(accept, "ipp") CALL(accept4, "ippi") CALL(bind, "ipi") CALL(listen, "ii") CALL(shutdown, "ii")
	CALL(sendto, "ibipi") CALL(recvfrom, "ipiipp") CALL(sendmsg, "ipi") CALL(recvmsg, "ipi") CALL(sendmmsg, "ipii")
	CALL(recvmmsg, "ipiip") CALL(getsockname, "ipp") CALL(getpeername, "ipp") CALL(setsockopt, "iiipi")
	CALL(getsockopt, "iiipp") CALL(wait4, "ipip") CALL(waitid, "iipip")
	CALL(kill, "ii") CALL(tkill, "ii") CALL(tgkill, "iii") CALL(rt_sigqueueinfo, "iip") CALL(rt_tgsigqueueinfo, "iiip") CALL(exit_group, "i")
	CALL(pidfd_open, "ii") CALL(pidfd_send_signal, "iipi") CALL(uname, "p") CALL(fcntl, "iii") CALL(flock, "ii")
	CALL(fsync, "i") CALL(fdatasync, "i") CALL(sync, "") CALL(syncfs, "i") CALL(sync_file_range, "iiii")
	CALL(truncate, "si") CALL(ftruncate, "ii") CALL(fallocate, "iiii") CALL(fadvise64, "iiii") CALL(readahead, "iii")
	CALL(getdents64, "ipi") CALL(ioctl, "iip") CALL(getcwd, "pi") CALL(chdir, "s") CALL(fchdir, "i") CALL(chroot, "s")
	CALL(renameat, "isis") CALL(renameat2, "isisi") CALL(mkdirat, "isi") CALL(linkat, "isisi") CALL(unlinkat, "isi")
	CALL(symlinkat, "sis") CALL(readlinkat, "ispi") CALL(fchmod, "ii") CALL(fchmodat, "isi") CALL(fchown, "iii")
	CALL(fchownat, "isiii") CALL(umask, "i") CALL(mknodat, "isii") CALL(utimensat, "ispi") CALL(newfstatat, "ispi")
	CALL(statx, "isiip") CALL(openat, "isii") CALL(openat2, "ispi") CALL(faccessat, "isi") CALL(faccessat2, "isii")
	CALL(close_range, "iii") CALL(statfs, "sp") CALL(fstatfs, "ip") CALL(getxattr, "sspi") CALL(lgetxattr, "sspi")
	CALL(fgetxattr, "ispi") CALL(setxattr, "sspii") CALL(lsetxattr, "sspii") CALL(fsetxattr, "ispii")
	CALL(listxattr, "spi") CALL(llistxattr, "spi") CALL(flistxattr, "ipi") CALL(removexattr, "ss")
	CALL(lremovexattr, "ss") CALL(fremovexattr, "is") CALL(getpid, "") CALL(getppid, "") CALL(getuid, "")
	CALL(geteuid, "") CALL(getgid, "") CALL(getegid, "") CALL(setuid, "i") CALL(setgid, "i") CALL(setreuid, "ii")
	CALL(setregid, "ii") CALL(setresuid, "iii") CALL(setresgid, "iii") CALL(setfsuid, "i") CALL(setfsgid, "i")
	CALL(getresuid, "ppp") CALL(getresgid, "ppp") CALL(getgroups, "ip") CALL(setgroups, "ip") CALL(getpgid, "i")
	CALL(setpgid, "ii") CALL(getsid, "i") CALL(setsid, "") CALL(gettid, "") CALL(capget, "pp") CALL(capset, "pp") CALL(personality, "i")
	CALL(getrlimit, "ip") CALL(setrlimit, "ip") CALL(prlimit64, "iipp") CALL(getrusage, "ip") CALL(sysinfo, "p")
	CALL(times, "p") CALL(getpriority, "ii") CALL(setpriority, "iii") CALL(ioprio_get, "ii") CALL(ioprio_set, "iii")
	CALL(sethostname, "pi") CALL(syslog, "ipi") CALL(getcpu, "ppp") CALL(sched_getaffinity, "iip")
	CALL(sched_setaffinity, "iip") CALL(sched_getscheduler, "i") CALL(sched_setscheduler, "iip")
	CALL(sched_getparam, "ip") CALL(sched_setparam, "ip") CALL(sched_get_priority_max, "i")
	CALL(sched_get_priority_min, "i") CALL(sched_rr_get_interval, "ip") CALL(prctl, "iiiii") CALL(getrandom, "pii")
	CALL(memfd_create, "si") CALL(mincore, "pip") CALL(mlock, "pi") CALL(munlock, "pi") CALL(mlock2, "pii")
	CALL(msync, "pii") CALL(munmap, "pi") CALL(mremap, "piiip") CALL(mlockall, "i") CALL(munlockall, "") CALL(membarrier, "iii") CALL(get_robust_list, "ipp")
	CALL(inotify_init1, "i") CALL(inotify_add_watch, "isi") CALL(inotify_rm_watch, "ii") CALL(eventfd2, "ii")
	CALL(signalfd4, "ipii") CALL(epoll_create1, "i") CALL(epoll_ctl, "iiip") CALL(epoll_pwait, "ipiipi")
	CALL(epoll_pwait2, "ipippi") CALL(timerfd_create, "ii") CALL(timerfd_settime, "iipp") CALL(timerfd_gettime, "ip")
	CALL(timer_create, "ipp") CALL(shmget, "iii") CALL(shmat, "ipi") CALL(shmdt, "p") CALL(shmctl, "iip")
	CALL(semget, "iii") CALL(semop, "ipi") CALL(semctl, "iiii") CALL(msgget, "ii") CALL(mq_open, "siip")
	CALL(ptrace, "iipp") CALL(process_vm_readv, "ipipii") CALL(process_vm_writev, "ipipii") CALL(mount, "ssspp")
	CALL(umount2, "si") CALL(unshare, "i") CALL(setns, "ii") CALL(seccomp, "iip") CALL(bpf, "ipi")
	CALL(landlock_create_ruleset, "pii") CALL(io_uring_setup, "ip") CALL(userfaultfd, "i") CALL(perf_event_open, "piiii")
	CALL(keyctl, "iiiii") CALL(add_key, "sspii")
#ifdef __NR_fchmodat2
	CALL(fchmodat2, "isii")
#endif
#ifdef __x86_64__ /* the older names, which the newer architectures never got */
	CALL(open, "sii") CALL(stat, "sp") CALL(lstat, "sp") CALL(poll, "pii") CALL(access, "si") CALL(pipe, "p") CALL(select, "ipppp") CALL(dup2, "ii")
	CALL(getdents, "ipi") CALL(rename, "ss") CALL(mkdir, "si") CALL(rmdir, "s") CALL(creat, "si") CALL(link, "ss")
	CALL(unlink, "s") CALL(symlink, "ss") CALL(readlink, "spi") CALL(chmod, "si") CALL(chown, "sii") CALL(lchown, "sii")
	CALL(mknod, "sii") CALL(utime, "sp") CALL(utimes, "sp") CALL(futimesat, "isp") CALL(getpgrp, "")
	CALL(arch_prctl, "ip") CALL(inotify_init, "") CALL(eventfd, "i") CALL(signalfd, "ipi") CALL(epoll_create, "i")
	CALL(epoll_wait, "ipii")
#endif
};

const char *signature_of(long nr)
{
	if (nr < 0 || (size_t)nr >= sizeof signatures / sizeof *signatures)
		return NULL;
	return signatures[nr];
}
