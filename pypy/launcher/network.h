/* What network.c, receive.c and loopback.c share. */
#ifndef NETWORK_H
#define NETWORK_H

#include <stddef.h>
#include <stdint.h>

enum { DATA_MAX = 1 << 20, NAME_MAX_BYTES = 128, CONTROL_MAX = 4096 };

struct call {
	uint32_t operation;
	int32_t socket, a, b, c;
	uint32_t length; /* of the bytes that follow */
};

/* network.c: answers the call that is being obeyed; so many bytes lie in `out` */
extern unsigned char out[];
void answer(int64_t result, uint32_t flags, size_t length);

/* receive.c */
void receive_bytes(const struct call *call);
/* The guest process that bytes go to from now on. */
void receive_for(const struct call *call);
/* Straight into the memory of that process; `in` has the address. */
void receive_into(const struct call *call, const unsigned char *in);

/* A descriptor through which sockets of the guest's own loopback come, or -errno where there can be none. */
int loopback_start(void);
/* A socket there, or -errno. */
int loopback_socket(int channel, int family, int type, int protocol);

#endif
