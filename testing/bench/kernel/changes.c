/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/changes.h"

#include "base/mem.h"

enum { FIRST_SPI = 0x10000, FIRST_REQID = 16384, PRIORITY = 1757393, REPLAY_WINDOW = 128 };

static const enum kernel_direction sa_ways[] = { KERNEL_IN, KERNEL_OUT };
static const enum kernel_direction policy_ways[] = { KERNEL_IN, KERNEL_FORWARD, KERNEL_OUT };

const char *const phase_names[PHASES] = { "sa_add", "policy_set", "policy_delete", "sa_delete" };

static bool of_sas(enum phase phase)
{
	return phase == SA_ADD || phase == SA_DELETE;
}

size_t phase_count(enum phase phase, size_t tunnels)
{
	return tunnels * (of_sas(phase) ? ARRAY_LEN(sa_ways) : ARRAY_LEN(policy_ways));
}

size_t phase_sas(enum phase phase, size_t tunnels)
{
	return phase == SA_DELETE ? 0 : tunnels * ARRAY_LEN(sa_ways);
}

size_t phase_policies(enum phase phase, size_t tunnels)
{
	return phase == POLICY_SET ? tunnels * ARRAY_LEN(policy_ways) : 0;
}

static struct address ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct address) { .family = AF_INET, .ip = { a, b, c, d } };
}

static struct address hub(void)
{
	return ipv4(192, 1, 2, 45);
}

static struct address peer(size_t tunnel)
{
	return ipv4(198, 18, (uint8_t)(tunnel >> 8), (uint8_t)tunnel);
}

static struct selector net(uint8_t first, size_t tunnel)
{
	struct prefix p = {
		.address = ipv4(first, (uint8_t)(tunnel >> 8), (uint8_t)tunnel, 0),
		.len = 24,
	};

	return selector_of_prefix(&p, 0, 0, UINT16_MAX);
}

static struct kernel_change sa_change(enum kernel_verb verb, size_t tunnel, size_t way)
{
	static const uint8_t key[36] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	bool out = sa_ways[way] == KERNEL_OUT;

	return (struct kernel_change) {
		.verb = verb,
		.sa = {
			.direction = sa_ways[way],
			.spi = (uint32_t)(FIRST_SPI + tunnel * ARRAY_LEN(sa_ways) + way),
			.source = out ? hub() : peer(tunnel),
			.destination = out ? peer(tunnel) : hub(),
			.reqid = (uint32_t)(FIRST_REQID + tunnel),
			.mode = TYPE_TUNNEL,
			.local = net(10, 0),
			.remote = net(11, tunnel),
			.encr = encr_find(ENCR_AES_GCM_16),
			.encr_key_bits = 256,
			.encr_key = BYTES_OF(key),
			.replay_window = out ? 0 : REPLAY_WINDOW,
			.cpu = KERNEL_CPU_NONE,
		},
	};
}

static struct kernel_change policy_change(enum kernel_verb verb, size_t tunnel, size_t way)
{
	bool out = policy_ways[way] == KERNEL_OUT;

	return (struct kernel_change) {
		.verb = verb,
		.policy = {
			.direction = policy_ways[way],
			.source = out ? net(10, 0) : net(11, tunnel),
			.destination = out ? net(11, tunnel) : net(10, 0),
			.kind = POLICY_PROTECT,
			.reqid = (uint32_t)(FIRST_REQID + tunnel),
			.mode = TYPE_TUNNEL,
			.tunnel_source = out ? hub() : peer(tunnel),
			.tunnel_destination = out ? peer(tunnel) : hub(),
			.priority = PRIORITY,
		},
	};
}

struct kernel_change *phase_changes(enum phase phase, size_t tunnels)
{
	static const enum kernel_verb verbs[PHASES] = {
		[SA_ADD] = KERNEL_SA_ADD,
		[POLICY_SET] = KERNEL_POLICY_SET,
		[POLICY_DELETE] = KERNEL_POLICY_DELETE,
		[SA_DELETE] = KERNEL_SA_DELETE,
	};
	size_t count = phase_count(phase, tunnels), each = phase_count(phase, 1);
	struct kernel_change *changes = mem_new_array(count, sizeof(*changes));

	for (size_t i = 0; i < count; i++)
		changes[i] = of_sas(phase) ? sa_change(verbs[phase], i / each, i % each)
					   : policy_change(verbs[phase], i / each, i % each);
	return changes;
}
