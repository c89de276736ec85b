/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned passed, failed;

bool check(bool good, const char *what, const char *detail)
{
	if (good) {
		passed++;
		return true;
	}
	failed++;
	printf("xfrm-check: FAILED: %s (%s)\n", what, detail);
	return false;
}

bool check_result(const struct kernel_change *c, int result, const char *what)
{
	char detail[KERNEL_TEXT_MAX + 64];

	snprintf(detail, sizeof(detail), "%s, not %s; %s", strerror(-c->result),
		 strerror(-result), c->text);
	return check(c->result == result, what, detail);
}

struct address address(const char *text)
{
	struct address a;

	if (!address_parse(text, &a))
		abort();
	return a;
}

struct selector net(const char *text)
{
	struct prefix p;

	if (!prefix_parse(text, &p))
		abort();
	return selector_of_prefix(&p, 0, 0, 0xffff);
}

void shell(const char *command)
{
	if (system(command) != 0)
		printf("xfrm-check: did not work: %s\n", command);
}

struct kernel_change sa_change(enum kernel_direction direction, uint32_t spi, uint32_t cpu)
{
	static const uint8_t key[36] = { 1, 2, 3 };
	bool out = direction == KERNEL_OUT;
	struct address us = address("192.1.2.45"), them = address("192.1.2.23");

	return (struct kernel_change) {
		.verb = KERNEL_SA_ADD,
		.sa = {
			.direction = direction,
			.spi = spi,
			.source = out ? us : them,
			.destination = out ? them : us,
			.reqid = REQID,
			.mode = TYPE_TUNNEL,
			.local = net("192.1.2.45/32"),
			.remote = net("192.1.2.23/32"),
			.encr = encr_find(ENCR_AES_GCM_16),
			.encr_key_bits = 256,
			.encr_key = BYTES_OF(key),
			.replay_window = out ? 0 : 128,
			.cpu = cpu,
		},
	};
}

struct kernel_change policy_change(enum kernel_direction direction)
{
	bool out = direction == KERNEL_OUT;
	struct address us = address("192.1.2.45"), them = address("192.1.2.23");

	return (struct kernel_change) {
		.verb = KERNEL_POLICY_SET,
		.policy = {
			.direction = direction,
			.source = net(out ? "192.0.1.0/24" : "192.0.2.0/24"),
			.destination = net(out ? "192.0.2.0/24" : "192.0.1.0/24"),
			.kind = POLICY_PROTECT,
			.reqid = REQID,
			.mode = TYPE_TUNNEL,
			.tunnel_source = out ? us : them,
			.tunnel_destination = out ? them : us,
			.priority = PRIORITY,
		},
	};
}

void apply(struct kernel_backend *k, struct kernel_change *c, enum kernel_verb verb)
{
	c->verb = verb;
	kernel_apply(k, c, 1);
}
