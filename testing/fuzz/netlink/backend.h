/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_NETLINK_BACKEND_H
#define FUZZ_NETLINK_BACKEND_H

#include "base/bytes.h"

/*
 * The whole XFRM backend over a kernel that is a script (answers.h). The input: what the kernel can
 * do (a byte), how many things are asked of the backend, a byte for each, and the script.
 */
void backend_try(struct bytes input);

/* A ledger, its length (2 bytes) before it, whose objects are then looked for and taken out of such
 * a kernel. */
void ledger_try(struct bytes input);

/* What can be asked of it; the same numbers in seeds. */
enum backend_op {
	OP_START, OP_SA_ADD, OP_SA_DELETE, OP_SA_MOVE, OP_SA_MOVE_PORT, OP_SA_QUERY, OP_SA_QUERIES,
	OP_POLICY_SET, OP_POLICY_DELETE, OP_ROUTE_ADD, OP_ROUTE_DELETE, OP_SOURCE_FIND,
	OP_ADDRESSES, OP_EVENTS, OP_DRAIN, OP_COUNT
};

#endif
