/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

#include "pluto/kernel/kernel.h"

/* What the parts of xfrm-check share. */
enum { REQID = 16389, PRIORITY = 1757393 };

extern unsigned passed, failed;

/* Counts, and prints what failed: its sentence, and in `detail` how. Returns `good`. */
bool check(bool good, const char *what, const char *detail);
/* A change ended with that result, 0 or -errno. */
bool check_result(const struct kernel_change *c, int result, const char *what);

struct address address(const char *text);
struct selector net(const char *text);
void shell(const char *command); /* says when it does not work */

/* 192.1.2.45 is us; the peer and what is behind it are not there. */
struct kernel_change sa_change(enum kernel_direction direction, uint32_t spi, uint32_t cpu);
struct kernel_change policy_change(enum kernel_direction direction);
void apply(struct kernel_backend *k, struct kernel_change *c, enum kernel_verb verb);

/* objects.c */
void check_sas(struct kernel_backend *k, const struct kernel_facts *facts);
void check_sa_refusals(struct kernel_backend *k, const struct kernel_facts *facts);
void check_policies(struct kernel_backend *k);
void check_many(struct kernel_backend *k);

/* moves.c */
void check_moves(struct kernel_backend *k, const struct kernel_facts *facts);

/* slots.c */
void check_slots(struct kernel_backend *k);

/* traffic.c */
int udp_socket(void); /* of the net behind us */
int udp_send(int fd); /* one datagram to a host of the net behind the peer; 0 or -errno */
void run_on(uint32_t cpu);
void check_traffic(struct kernel_backend *k, const struct kernel_facts *facts);

/* routes.c */
void check_addresses(struct kernel_backend *k);
void check_routes(struct kernel_backend *k);

#endif
