/* File mappings: anonymous memory that the controller fills. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static uintptr_t next_shared = SHARED_BASE + ARENA_BYTES;

/* MAP_SHARED and writable: placed where the filter notices munmap, and shared with forked children as on Linux. */
long do_map(const long *a)
{
	uintptr_t address = (uintptr_t)a[0];
	size_t size = ((size_t)a[1] + 65535) & ~(size_t)65535; /* the largest page size there is */
	long prot = a[2], flags = a[3];
	bool shared = (flags & MAP_SHARED) && (prot & PROT_WRITE); /* also MAP_SHARED_VALIDATE */
	long native = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) | MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE);
	if (a[1] <= 0 || size < (size_t)a[1])
		return a[1] == 0 ? -EINVAL : -ENOMEM;
	if (shared && !(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
		address = __atomic_fetch_add(&next_shared, size, __ATOMIC_RELAXED);
		if (address + size > SHARED_END)
			return -ENOMEM;
		native |= MAP_FIXED_NOREPLACE;
	}
	long memory = raw(__NR_mmap, address, a[1], PROT_READ | PROT_WRITE, native, -1, 0);
	if (memory < 0 && memory >= -4095)
		return memory;
	long arguments[] = {memory, a[1], prot, flags, a[4], a[5]};
	long result = call("mmap(piiiii)i", arguments);
	if (result > 0) { /* the same part of the file is mapped there: an old size of 0 doubles the mapping */
		long twin = raw(__NR_mremap, result, 0, a[1], MREMAP_MAYMOVE | MREMAP_FIXED, memory);
		result = twin < 0 ? twin : 0;
	}
	if (result >= 0 && prot != (PROT_READ | PROT_WRITE))
		result = raw(__NR_mprotect, memory, a[1], prot);
	if (result < 0) {
		raw(__NR_munmap, memory, a[1]);
		return result;
	}
	return memory;
}

long do_unmap(const long *a)
{
	long result = call("munmap(pi)i", a);
	return result < 0 ? result : raw(__NR_munmap, a[0], a[1]);
}
