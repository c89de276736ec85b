/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_NETLINK_ANSWERS_H
#define FUZZ_NETLINK_ANSWERS_H

#include "base/buffer.h"
#include "base/reader.h"

/*
 * A kernel that is only a script: libmnl's socket functions and recvmsg() end here (--wrap in
 * fuzz.mk), and what is received is what stands next in the script, datagram by datagram:
 *
 *   kind (1 byte)   length (2 bytes)   the datagram
 *
 * At the script's end nothing comes any more.
 */
enum answer_kind {
	ANSWER,          /* its messages get the sequence number of what was sent last */
	ANSWER_UNASKED,  /* they keep theirs */
	ANSWER_FORGED,   /* another process sent it */
	ANSWER_CUT,      /* it was longer */
	ANSWER_ERROR,    /* the length chooses an errno; no datagram follows */
	ANSWER_KINDS
};

void answers_begin(struct bytes script);
/* Requests that were sent since then. */
size_t answers_requests(void);

/* For seeds: appends one to a script. */
void answer_write(struct buffer *script, enum answer_kind kind, struct bytes datagram);
void answer_write_error(struct buffer *script, uint16_t which); /* 1: ENOBUFS */

#endif
