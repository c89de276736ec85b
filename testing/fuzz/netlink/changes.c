/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "changes.h"

#include <netinet/in.h>

#include "../must.h"
#include "base/must_check.h"

static const uint8_t key[36] = { 1, 2, 3 };

struct address address_of_text(const char *text)
{
	struct address a;

	must(address_parse(text, &a));
	return a;
}

struct kernel_change change_of_sa(enum kernel_verb verb)
{
	struct kernel_change c = {
		.verb = verb,
		.sa = { .direction = KERNEL_IN, .spi = 0x12345678,
			.source = address_of_text("192.1.2.45"),
			.destination = address_of_text("192.1.2.23"), .reqid = 16384,
			.local = selector_of_address(&(struct address) { AF_INET, { 1 } }),
			.remote = selector_of_address(&(struct address) { AF_INET, { 2 } }),
			.encr = encr_find(ENCR_AES_GCM_16), .encr_key_bits = 256,
			.encr_key = BYTES_OF(key), .replay_window = 128, .cpu = 1 },
	};

	c.to = (struct kernel_ends) { .source = address_of_text("192.1.2.46"),
				      .destination = c.sa.destination };
	return c;
}

struct kernel_change change_of_policy(enum kernel_verb verb)
{
	struct address east = address_of_text("2001:db8::1");
	struct address west = address_of_text("2001:db8::2");

	return (struct kernel_change) {
		.verb = verb,
		.policy = { .direction = KERNEL_OUT, .source = selector_of_address(&west),
			    .destination = selector_of_address(&east), .kind = POLICY_PROTECT,
			    .reqid = 16384, .tunnel_source = west, .tunnel_destination = east,
			    .priority = 1 },
	};
}

struct kernel_change change_of_route(enum kernel_verb verb)
{
	struct kernel_change c = { .verb = verb };
	struct address net = address_of_text("192.0.1.254");

	must(prefix_parse("192.0.2.0/24", &c.route.destination));
	c.route.peer = address_of_text("192.1.2.23");
	c.route.local = selector_of_address(&net);
	c.route.mtu = 1400;
	c.route.metric = 7;
	return c;
}
