/*
 * Where a signal comes from, as the guest is told. All of them are sent by the supervisor, and the kernel lets nobody speak in the
 * name of kill(2) or of itself but with a code below 0. So what is meant travels behind the value, and is put in its place here.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <string.h>

enum { MEANT_AT = 32, MEANT = 0x6d65616e }; /* the rest of the 48 bytes that the kernel carries */

struct meant {
	int32_t code, pid;
	uint32_t uid;
	int32_t magic;
};

void siginfo_send_as(siginfo_t *info, int signal, const struct sender *sender)
{
	const struct meant meant = {sender->code, sender->pid, sender->uid, MEANT};
	memset(info, 0, sizeof *info);
	info->si_signo = signal;
	info->si_code = SI_QUEUE;
	memcpy(&info->si_value, &sender->value, sizeof sender->value);
	memcpy((char *)info + MEANT_AT, &meant, sizeof meant);
}

/* Async-signal-safe. What is meant is gone then, so it does no harm twice. */
void siginfo_receive(siginfo_t *info)
{
	struct meant meant;
	memcpy(&meant, (const char *)info + MEANT_AT, sizeof meant);
	if (info->si_code != SI_QUEUE || meant.magic != MEANT)
		return;
	info->si_code = meant.code;
	info->si_pid = meant.pid;
	info->si_uid = meant.uid;
	memset((char *)info + MEANT_AT, 0, sizeof meant);
}
