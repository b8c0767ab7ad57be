/* What network.c and loopback.c share. */
#ifndef NETWORK_H
#define NETWORK_H

/* A descriptor through which sockets of the guest's own loopback come, or -errno where there can be none. */
int loopback_start(void);
/* A socket there, or -errno. */
int loopback_socket(int channel, int family, int type, int protocol);

#endif
