/* The FIFOs to the controller, and who has which channel. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

volatile int32_t *channel_owner;
volatile uint32_t *calls_made, *place_chosen;
uint32_t channel_count;

void close_others(void)
{
	if (syscall(__NR_close_range, 3, ~0u, 0) != 0)
		for (int fd = 3; fd < 65536; fd++)
			close(fd);
}

static const char *path_of(const char *dir, const char *name, int number)
{
	static char path[4096];
	int length = number < 0 ? snprintf(path, sizeof path, "%s/%s", dir, name)
				: snprintf(path, sizeof path, "%s/%s.%d", dir, name, number);
	if (length < 0 || (size_t)length >= sizeof path)
		die("the folder name %.40s... is too long; use a shorter one", dir);
	return path;
}

static int create(const char *dir, const char *name, int number, int flags)
{
	const char *path = path_of(dir, name, number);
	if (mkfifo(path, 0600) != 0)
		die("cannot make %s: %s; give an empty folder that you may write to", path, strerror(errno));
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags);
	if (fd < 0)
		die("cannot open %s: %s; give an empty folder that you may write to", path, strerror(errno));
	return fd;
}

/* All of them for the supervisor, which never blocks on one. Descriptors for the guest's numbers are left free. */
void channels_create(const char *dir, uint32_t count, struct supervisor_fds *fds)
{
	struct rlimit files;
	rlim_t needed = (rlim_t)data_fd(count) + 1;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	if (files.rlim_max < needed || setrlimit(RLIMIT_NOFILE, &files) != 0)
		die("%llu descriptors are allowed and %llu needed; raise the hard limit (ulimit -Hn), or allow fewer tasks",
		    (unsigned long long)files.rlim_max, (unsigned long long)needed);

	fds->request = create(dir, "request", -1, O_NONBLOCK);
	fds->report = create(dir, "report", -1, O_NONBLOCK);
	fds->control = create(dir, "control", -1, O_NONBLOCK);
	for (uint32_t i = 0; i < count; i++) {
		fds->reply[i] = create(dir, "reply", (int)i, O_NONBLOCK);
		fds->data[i] = create(dir, "data", (int)i, O_NONBLOCK);
	}
	channel_count = count;
	void *shared = mmap(NULL, 64 + count * sizeof *channel_owner, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("out of memory for %u tasks; allow fewer", count);
	/* The controller places files there that are mapped shared. */
	void *arena = (void *)SHARED_BASE;
	int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
	if (mmap(arena, ARENA_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0) != arena)
		die("cannot reserve memory for files that processes share: %s; free some memory", strerror(errno));
	calls_made = shared;
	place_chosen = calls_made + 1;
	channel_owner = (volatile int32_t *)shared + 16;
}

static void open_at(const char *dir, const char *name, int number, int flags, int wanted)
{
	const char *path = path_of(dir, name, number);
	int fd = open(path, flags | O_NOFOLLOW);
	if (fd < 0 || dup2(fd, wanted) < 0)
		die("cannot open %s: %s; leave the folder alone while a run lasts", path, strerror(errno));
	close(fd);
}

/* The guest's own ends, at the numbers that the filter knows; nothing else stays open but 0, 1 and 2. */
void channels_open_guest(const char *dir)
{
	close_others();
	open_at(dir, "request", -1, O_WRONLY, REQUEST_FD);
	for (uint32_t i = 0; i < channel_count; i++) {
		open_at(dir, "reply", (int)i, O_RDONLY, reply_fd(i));
		open_at(dir, "data", (int)i, O_WRONLY, data_fd(i));
	}
}
