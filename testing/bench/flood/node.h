/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_FLOOD_NODE_H
#define BENCH_FLOOD_NODE_H

#include "base/buffer.h"
#include "ike/engine.h"
#include "pluto/daemon/report.h"
#include "pluto/kernel/kernel.h"
#include "pluto/loop/clock.h"
#include "pluto/loop/loop.h"
#include "pluto/loop/workers.h"
#include "pluto/udp/udp.h"

/* A gateway as the daemon makes one, on loopback and without a kernel's IPsec. */
struct node {
	struct loop *loop;
	struct udp *udp;
	struct workers *workers;
	struct kernel_backend *kernel;
	struct kernel_facts facts;
	struct ike_engine *engine;
	struct conf conf;
	struct report_log log;
	uint64_t lines_of_strangers;
	uint64_t timeouts, rekeys;     /* of IKE SAs that were established; of either kind */
	uint64_t repeated;             /* requests sent again, first messages not counted */
	uint64_t commands_done, commands_failed;
	void (*on_done)(struct node *node, uint64_t command, bool ok); /* may be NULL */
};

/* `text` is an ipsec.conf; `addresses` are the node's. */
struct node *node_new(const char *text, uint16_t port, const struct address *addresses,
		      size_t count);
void node_free(struct node *node);

/* Lines of the log are counted, and written when this is set. */
extern bool node_is_loud;

#endif
