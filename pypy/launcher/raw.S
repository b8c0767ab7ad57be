/* The one system call instruction of the handler (the filter knows its address), and copies of guest memory that survive a bad address. */
	.text
#define FUNCTION(name) .globl name; .hidden name; .type name, %function; .balign 16; name:
#define LABEL(name) .globl name; .hidden name; name:

#if defined __x86_64__

FUNCTION(launcher_syscall)	/* (nr, a, b, c, d, e, f) */
	mov %rdi, %rax
	mov %rsi, %rdi
	mov %rdx, %rsi
	mov %rcx, %rdx
	mov %r8, %r10
	mov %r9, %r8
	mov 8(%rsp), %r9
	syscall
LABEL(launcher_syscall_return)
	ret

FUNCTION(guest_copy)		/* (to, from, length): rcx counts down, so after a fault it is what is left */
	mov %rdx, %rcx
LABEL(guest_copy_fault)
	rep movsb
LABEL(guest_copy_end)
	mov %rcx, %rax
	ret

FUNCTION(guest_string)		/* (to, from, max) */
	xor %eax, %eax
1:	cmp %rdx, %rax
	je 2f
LABEL(guest_string_fault)
	mov (%rsi,%rax), %cl
LABEL(guest_string_store)
	test %cl, %cl
	je 2f
	mov %cl, (%rdi,%rax)
	inc %rax
	jmp 1b
LABEL(guest_string_unreadable)
	mov $-1, %rax
2:	ret

#elif defined __aarch64__

FUNCTION(launcher_syscall)	/* (nr, a, b, c, d, e, f) */
	mov x8, x0
	mov x0, x1
	mov x1, x2
	mov x2, x3
	mov x3, x4
	mov x4, x5
	mov x5, x6
	svc #0
LABEL(launcher_syscall_return)
	ret

FUNCTION(guest_copy)		/* (to, from, length): x2 counts down, so after a fault it is what is left */
LABEL(guest_copy_fault)
1:	cbz x2, guest_copy_end
	ldrb w3, [x1]
	strb w3, [x0]
	add x1, x1, #1
	add x0, x0, #1
	sub x2, x2, #1
	b 1b
LABEL(guest_copy_end)
	mov x0, x2
	ret

FUNCTION(guest_string)		/* (to, from, max) */
	mov x3, #0
1:	cmp x3, x2
	b.eq 2f
LABEL(guest_string_fault)
	ldrb w4, [x1, x3]
LABEL(guest_string_store)
	cbz w4, 2f
	strb w4, [x0, x3]
	add x3, x3, #1
	b 1b
LABEL(guest_string_unreadable)
	mov x3, #-1
2:	mov x0, x3
	ret

#else
#error "approve-run's launcher knows x86-64 and aarch64"
#endif
	.section .note.GNU-stack, "", %progbits
