/* Namespaces: a second wall behind the filter, where the kernel lets us have it. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("cannot write %s: %s; user namespaces are half allowed here: allow them, or forbid them", path, strerror(errno));
	close(fd);
}

static void map_user(uid_t user, gid_t group)
{
	char text[64];
	write_file("/proc/self/setgroups", "deny");
	snprintf(text, sizeof text, "%u %u 1", user, user);
	write_file("/proc/self/uid_map", text);
	snprintf(text, sizeof text, "%u %u 1", group, group);
	write_file("/proc/self/gid_map", text);
}

void namespaces_enter(struct facts *facts)
{
	uid_t user = geteuid();
	gid_t group = getegid();
	facts->userns = unshare(CLONE_NEWUSER) == 0;
	if (facts->userns)
		map_user(user, group);
	facts->pidns = unshare(CLONE_NEWPID) == 0; /* of the next child */
	facts->netns = unshare(CLONE_NEWNET) == 0;
	facts->ipcns = unshare(CLONE_NEWIPC) == 0;
}

/* Without a user namespace for those who can do without: in one, a real root would be nobody to other namespaces. */
bool namespace_of_network(struct facts *facts)
{
	uid_t user = geteuid();
	gid_t group = getegid();
	facts->netns = unshare(CLONE_NEWNET) == 0;
	if (facts->netns)
		return true;
	facts->userns = unshare(CLONE_NEWUSER) == 0;
	if (!facts->userns)
		return false;
	map_user(user, group);
	facts->netns = unshare(CLONE_NEWNET) == 0;
	return facts->netns;
}

/* An empty read-only root. Whether it worked; a half change that failed ends the launcher. */
bool namespaces_empty_root(void)
{
	if (unshare(CLONE_NEWNS) != 0)
		return false;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return false;
	if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "size=4k,nr_inodes=2,mode=0555") != 0)
		return false;
	if (chdir("/tmp") != 0 || syscall(__NR_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
		die("cannot enter an empty root: %s; run where / is a mount point that can be pivoted", strerror(errno));
	return true;
}
