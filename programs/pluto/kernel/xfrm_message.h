/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_XFRM_MESSAGE_H
#define PLUTO_KERNEL_XFRM_MESSAGE_H

#include <linux/xfrm.h>

#include "pluto/kernel/netlink.h"

/* Changes and queries as XFRM messages, and XFRM's messages as what they say. No I/O. */

/* Younger than the headers of some distributions that we build on: the dialect "mainline". */
enum {
	ATTR_MTIMER_THRESH = 32,
	ATTR_SA_DIR = 33,
	ATTR_SA_PCPU = 35,
	SA_DIR_IN = 1,
	SA_DIR_OUT = 2,
	POLICY_CPU_ACQUIRE = 4, /* XFRM_POLICY_CPU_ACQUIRE */
	MESSAGE_MIGRATE_STATE = 0x29
};

/* The body of MESSAGE_MIGRATE_STATE: one SA gets other ends. */
struct xfrm_migrate_state {
	struct xfrm_usersa_id id;
	xfrm_address_t new_destination, new_source;
	struct xfrm_mark mark;
	struct xfrm_selector selector;
	uint32_t reqid, flags;
	uint16_t family, reserved;
};

enum { XFRM_REPLAY_WINDOW_MAX = 4096 };

/*
 * The dialect "pcpu-2", of the prototypes of 2019. An outbound SA for any CPU is a head; those that
 * are bound to a CPU are its subs, which are found only by who says so.
 */
enum {
	PCPU_2_ATTR_CPU = 32,
	PCPU_2_HEAD = 2, /* in XFRMA_SA_EXTRA_FLAGS; on other kernels sequence numbers may wrap */
	PCPU_2_SUB = 4
};

/* What the running kernel understands. */
struct xfrm_abilities {
	bool direction;         /* SAs have one */
	bool per_cpu;           /* SAs can be bound to a CPU */
	bool pcpu_2;            /* that is said as in 2019; then SAs have no direction */
	bool moves;             /* SAs can get other addresses */
	uint32_t possible_cpus; /* an event that names another CPU is not believed */
};

/* The message holds keys: mem_wipe() it when it was sent. -EINVAL with a sentence in `text`. */
MUST_CHECK int xfrm_write_sa(union netlink_message *m, const struct kernel_sa *sa,
			     const struct xfrm_abilities *can, char text[KERNEL_TEXT_MAX]);
/* XFRM_MSG_UPDSA: other UDP ports for an SA that is there; its keys need not be given. */
MUST_CHECK int xfrm_write_ports(union netlink_message *m, const struct kernel_sa *sa,
				const struct kernel_ends *to, const struct xfrm_abilities *can,
				char text[KERNEL_TEXT_MAX]);
/* MESSAGE_MIGRATE_STATE: other ends of any kind. */
MUST_CHECK int xfrm_write_move(union netlink_message *m, const struct kernel_sa *sa,
			       const struct kernel_ends *to, char text[KERNEL_TEXT_MAX]);
/* XFRM_MSG_GETSA or XFRM_MSG_DELSA. */
void xfrm_write_sa_id(union netlink_message *m, uint16_t type, const struct kernel_sa *sa,
		      const struct xfrm_abilities *can);
/* All ESP SAs; with `like` only those with the same ends. */
void xfrm_write_sa_dump(union netlink_message *m, const struct kernel_sa *like);
MUST_CHECK int xfrm_write_policy(union netlink_message *m, const struct kernel_policy *policy,
				 char text[KERNEL_TEXT_MAX]);
/* XFRM_MSG_GETPOLICY or XFRM_MSG_DELPOLICY. */
MUST_CHECK int xfrm_write_policy_id(union netlink_message *m, uint16_t type,
				    const struct kernel_policy *policy,
				    char text[KERNEL_TEXT_MAX]);
/* What a socket's own policy is set with: everything passes. IN or OUT. */
struct xfrm_userpolicy_info xfrm_socket_policy(uint16_t family, enum kernel_direction direction);

/* An SA of the kernel's, without its keys. */
struct xfrm_sa_seen {
	struct address destination;
	uint32_t spi, reqid;
	bool has_direction;
	uint32_t cpu;         /* or KERNEL_CPU_NONE; mainline */
	uint32_t extra_flags;
	struct kernel_counters counters;
};

struct xfrm_policy_seen {
	uint32_t reqid; /* of the first template; 0: it has none */
	uint32_t priority;
};

struct xfrm_expire_seen {
	struct address destination;
	uint32_t spi;
	bool hard;
};

struct xfrm_mapping_seen {
	struct address destination;
	uint32_t spi;
	struct endpoint from; /* where its packets come from now */
};

/* false: it is another message, or not a whole one, or says what cannot be; *out is left alone. */
MUST_CHECK bool xfrm_read_sa(const struct nlmsghdr *message, struct xfrm_sa_seen *out);
MUST_CHECK bool xfrm_read_policy(const struct nlmsghdr *message, struct xfrm_policy_seen *out);
MUST_CHECK bool xfrm_read_acquire(const struct nlmsghdr *message,
				  const struct xfrm_abilities *can,
				  struct kernel_acquire *out);
MUST_CHECK bool xfrm_read_expire(const struct nlmsghdr *message, struct xfrm_expire_seen *out);
MUST_CHECK bool xfrm_read_mapping(const struct nlmsghdr *message, struct xfrm_mapping_seen *out);

#endif
