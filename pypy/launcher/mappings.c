/* File mappings: anonymous memory that the controller fills. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static uintptr_t next_shared = SHARED_BASE + ARENA_BYTES;

/* Where `size` bytes of a shared file mapping may lie; 0: nowhere. */
static uintptr_t take_place(size_t size)
{
	uintptr_t address = __atomic_fetch_add(&next_shared, size, __ATOMIC_RELAXED);
	return address + size > SHARED_END ? 0 : address;
}

/* A result above 0 is where the same part of the file is mapped already: an old size of 0 doubles that mapping. */
static long join(long result, long memory, size_t size)
{
	if (result <= 0)
		return result;
	long twin = raw(__NR_mremap, result, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, memory);
	return twin < 0 ? twin : 0;
}

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
		address = take_place(size);
		if (address == 0)
			return -ENOMEM;
		native |= MAP_FIXED_NOREPLACE;
	}
	long memory = raw(__NR_mmap, address, a[1], PROT_READ | PROT_WRITE, native, -1, 0);
	if (memory < 0 && memory >= -4095)
		return memory;
	long arguments[] = {memory, a[1], prot, flags, a[4], a[5]};
	long result = join(call("mmap(piiiii)i", arguments), memory, (size_t)a[1]);
	if (result >= 0 && prot != (PROT_READ | PROT_WRITE))
		result = raw(__NR_mprotect, memory, a[1], prot);
	if (result < 0) {
		raw(__NR_munmap, memory, a[1]);
		return result;
	}
	return memory;
}

/* Of a writable shared file mapping. The controller says where the file lies once it is longer. */
long do_remap(const long *a)
{
	size_t old = ((size_t)a[1] + 4095) & ~(size_t)4095, size = ((size_t)a[2] + 4095) & ~(size_t)4095;
	if (a[0] & 4095 || a[1] <= 0 || a[2] <= 0 || a[3] & ~MREMAP_MAYMOVE || size + 65535 < size)
		return -EINVAL;
	if (size < old)
		raw(__NR_munmap, (uintptr_t)a[0] + size, old - size);
	if (size <= old)
		return a[0];
	uintptr_t address = a[3] & MREMAP_MAYMOVE ? take_place((size + 65535) & ~(size_t)65535) : 0;
	if (address == 0)
		return -ENOMEM;
	long memory = raw(__NR_mmap, address, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_SHARED | MAP_FIXED_NOREPLACE, -1, 0);
	if (memory < 0 && memory >= -4095)
		return memory;
	long arguments[] = {a[0], a[1], a[2], a[3], memory};
	long result = join(call("mremap(piiip)i", arguments), memory, size);
	raw(__NR_munmap, result < 0 ? memory : a[0], result < 0 ? size : old);
	return result < 0 ? result : memory;
}

long do_unmap(const long *a)
{
	long result = call("munmap(pi)i", a);
	return result < 0 ? result : raw(__NR_munmap, a[0], a[1]);
}
