/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_KERNEL_SAMPLES_H
#define UNIT_KERNEL_SAMPLES_H

/* cmocka.h wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "pluto/kernel/kernel.h"

/* Changes as the engine makes them, for the tests of the kernel backends. */
enum { SAMPLE_REQID = 16389, SAMPLE_PRIORITY = 1757393 };

static const uint8_t sample_key[36] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static inline struct address sample_address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static inline struct selector sample_net(const char *text)
{
	struct prefix p;

	assert_true(prefix_parse(text, &p));
	return selector_of_prefix(&p, 0, 0, 0xffff);
}

static inline struct kernel_change sample_sa(enum kernel_direction direction, uint32_t spi,
					     uint32_t cpu)
{
	struct address west = sample_address("192.1.2.45"), east = sample_address("192.1.2.23");
	bool out = direction == KERNEL_OUT;

	return (struct kernel_change) {
		.verb = KERNEL_SA_ADD,
		.sa = {
			.direction = direction,
			.spi = spi,
			.source = out ? west : east,
			.destination = out ? east : west,
			.reqid = SAMPLE_REQID,
			.mode = TYPE_TUNNEL,
			.local = sample_net("192.0.1.0/24"),
			.remote = sample_net("192.0.2.0/24"),
			.encr = encr_find(ENCR_AES_GCM_16),
			.encr_key_bits = 256,
			.encr_key = bytes_at(sample_key, 36),
			.replay_window = out ? 0 : 128,
			.cpu = cpu,
		},
	};
}

static inline struct kernel_change sample_policy(enum kernel_direction direction)
{
	struct address west = sample_address("192.1.2.45"), east = sample_address("192.1.2.23");
	bool out = direction == KERNEL_OUT;

	return (struct kernel_change) {
		.verb = KERNEL_POLICY_SET,
		.policy = {
			.direction = direction,
			.source = sample_net(out ? "192.0.1.0/24" : "192.0.2.0/24"),
			.destination = sample_net(out ? "192.0.2.0/24" : "192.0.1.0/24"),
			.kind = POLICY_PROTECT,
			.reqid = SAMPLE_REQID,
			.mode = TYPE_TUNNEL,
			.tunnel_source = out ? west : east,
			.tunnel_destination = out ? east : west,
			.priority = SAMPLE_PRIORITY,
		},
	};
}

static inline struct kernel_change sample_route(const char *destination)
{
	struct kernel_change c = { .verb = KERNEL_ROUTE_ADD };

	assert_true(prefix_parse(destination, &c.route.destination));
	c.route.peer = sample_address("192.1.2.23");
	return c;
}

static inline int sample_apply(struct kernel_backend *k, struct kernel_change c)
{
	kernel_apply(k, &c, 1);
	return c.result;
}

#endif
