/* Registers of a trapped call, by architecture. */
#ifndef ARCH_H
#define ARCH_H

#include <linux/audit.h>
#include <ucontext.h>

#if defined __x86_64__

#define OUR_ARCH AUDIT_ARCH_X86_64
#define SYSCALL_BYTES 2
#define CHILD_TID_SHIFT 0 /* clone(flags, stack, parent_tid, child_tid, tls) */
#define PC(uc) ((uc)->uc_mcontext.gregs[REG_RIP])
#define SP(uc) ((uc)->uc_mcontext.gregs[REG_RSP])
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_RAX])

static inline void read_arguments(const ucontext_t *uc, long *a)
{
	const greg_t *r = uc->uc_mcontext.gregs;
	a[0] = r[REG_RDI];
	a[1] = r[REG_RSI];
	a[2] = r[REG_RDX];
	a[3] = r[REG_R10];
	a[4] = r[REG_R8];
	a[5] = r[REG_R9];
}

static inline void make_again(ucontext_t *uc, long nr)
{
	PC(uc) -= SYSCALL_BYTES;
	RESULT(uc) = nr;
}

#elif defined __aarch64__

#define OUR_ARCH AUDIT_ARCH_AARCH64
#define SYSCALL_BYTES 4
#define CHILD_TID_SHIFT 1 /* clone(flags, stack, parent_tid, tls, child_tid) */
#define PC(uc) ((uc)->uc_mcontext.pc)
#define SP(uc) ((uc)->uc_mcontext.sp)
#define RESULT(uc) ((uc)->uc_mcontext.regs[0])

static inline void read_arguments(const ucontext_t *uc, long *a)
{
	for (int i = 0; i < 6; i++)
		a[i] = (long)uc->uc_mcontext.regs[i];
}

/* x0 still holds the first argument: the kernel put it back when it trapped. */
static inline void make_again(ucontext_t *uc, long nr)
{
	(void)nr;
	PC(uc) -= SYSCALL_BYTES;
}

#endif
#endif
