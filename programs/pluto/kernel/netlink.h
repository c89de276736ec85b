/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_NETLINK_H
#define PLUTO_KERNEL_NETLINK_H

#include <libmnl/libmnl.h>

#include "base/bytes.h"
#include "base/must_check.h"
#include "ike/kernel.h"

/*
 * Netlink sockets: one request at a time and its answer, or a stream of events. What messages
 * mean is not known here. Only what the kernel itself sent is listened to.
 */
struct netlink {
	struct mnl_socket *socket; /* NULL: closed */
	uint8_t *raw;              /* what is received */
	uint32_t sequence;
};

enum { NETLINK_MESSAGE_MAX = 4096, NETLINK_RECEIVE_MAX = 65536 };

/* A message being built; the largest is an SA with two keys and a replay window. */
union netlink_message {
	struct nlmsghdr header;
	uint64_t align;
	uint8_t raw[NETLINK_MESSAGE_MAX];
};

/* Zeroes it, and gives the zeroed fixed part of `len` bytes after the header. */
void *netlink_begin(union netlink_message *m, uint16_t type, size_t len);

/* -errno. With groups (a bit mask, RTMGRP_ or XFRMGRP_) it is for events and never blocks. */
MUST_CHECK int netlink_open(struct netlink *n, int protocol, unsigned groups);
void netlink_close(struct netlink *n); /* closed already: nothing */
int netlink_fd(const struct netlink *n); /* -1: closed */

/* Called for each message that is an answer, or for each event. Borrowed for the call; hostile. */
struct netlink_listener {
	void *context;
	void (*on_message)(void *context, const struct nlmsghdr *message);
};

/*
 * Sends and waits for the kernel's word: 0 or its -errno, with its own text where it gave one. The
 * listener (NULL: none) hears what came before it. -ETIMEDOUT or -ENOBUFS: the word was lost, and
 * the caller has to look whether it was done.
 */
MUST_CHECK int netlink_request(struct netlink *n, union netlink_message *m,
			       const struct netlink_listener *listener,
			       char text[KERNEL_TEXT_MAX]);
/* The same for a request that is answered by a list; -EINTR: it changed under our eyes. */
MUST_CHECK int netlink_dump(struct netlink *n, union netlink_message *m,
			    const struct netlink_listener *listener);

enum netlink_events { NETLINK_NOTHING, NETLINK_SOME, NETLINK_LOST };

/* One datagram of events, if there is one. Never blocks. */
enum netlink_events netlink_read(struct netlink *n, const struct netlink_listener *listener);

/*
 * What a datagram says about request `sequence`: true when that was the last word, then *result is
 * set, and *text where the kernel gave one.
 */
MUST_CHECK bool netlink_digest(struct bytes datagram, uint32_t sequence,
			       const struct netlink_listener *listener, int *result,
			       char text[KERNEL_TEXT_MAX]);

/* The message's attributes after `header_len` bytes, by type; NULL in `out` for those not there.
 * false: the message is too short for that header. Types above `max` are skipped. */
MUST_CHECK bool netlink_attributes(const struct nlmsghdr *message, size_t header_len,
				   const struct nlattr **out, uint16_t max);
/* The fixed part of a message, copied; false: it is shorter. */
MUST_CHECK bool netlink_header(const struct nlmsghdr *message, void *out, size_t len);
/* An attribute's payload, copied; false: it is absent or shorter. */
MUST_CHECK bool netlink_attribute(const struct nlattr *attribute, void *out, size_t len);

#endif
