/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What drivers say by the ioctl of ethtool. Those commands that only ask need no privilege. Answers are
 * a driver's, so each length that it gives is checked against the room that it was given.
 */
#include "nic/parts.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

/* The hash functions' bits; the kernel has the names in a header of its own. */
enum { HASH_BIT_TOEPLITZ = 1, HASH_BIT_XOR = 2, HASH_BIT_CRC32 = 4 };

enum { FEATURES_MAX = 1024, FEATURE_BITS = 32 };

static int ask_kernel(void *context, const char *name, void *command)
{
	struct ifreq request = { .ifr_data = command };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result = 0;

	(void)context;
	if (fd < 0)
		return -errno;
	memcpy(request.ifr_name, name, strnlen(name, sizeof(request.ifr_name) - 1));
	if (ioctl(fd, SIOCETHTOOL, &request) < 0)
		result = -errno;
	close(fd);
	return result;
}

const struct nic_source nic_source_live = {
	.proc = "/proc", .sys = "/sys", .ethtool = ask_kernel
};

static bool ask(const struct nic_source *source, const struct nic_facts *facts, void *command)
{
	return source->ethtool(source->context, facts->name, command) == 0;
}

static void read_driver_name(const struct nic_source *source, struct nic_facts *facts)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (!ask(source, facts, &info) || info.driver[0] == '\0')
		return;
	memcpy(facts->driver, info.driver, sizeof(facts->driver) - 1);
	facts->driver[sizeof(facts->driver) - 1] = '\0';
}

static void read_queues(const struct nic_source *source, struct nic_facts *facts)
{
	struct ethtool_rxnfc rings = { .cmd = ETHTOOL_GRXRINGS };

	if (ask(source, facts, &rings) && rings.data != 0 && rings.data <= NIC_QUEUE_MAX)
		facts->queues = (uint32_t)rings.data;
}

static enum nic_hash hash_of(uint8_t bits)
{
	switch (bits) {
	case HASH_BIT_TOEPLITZ: return NIC_HASH_TOEPLITZ;
	case HASH_BIT_XOR: return NIC_HASH_XOR;
	case HASH_BIT_CRC32: return NIC_HASH_CRC32;
	default: return NIC_HASH_UNKNOWN;
	}
}

/* Each entry is a queue. Some older drivers count none, and their tables are taken as they are. */
static void take_table(struct nic_facts *facts, const uint32_t *entries, uint32_t count)
{
	uint32_t most = facts->queues != 0 ? facts->queues : NIC_QUEUE_MAX;

	for (uint32_t i = 0; i < count; i++)
		if (entries[i] >= most)
			return;
	facts->table = mem_new_array(count, sizeof(facts->table[0]));
	for (uint32_t i = 0; i < count; i++)
		facts->table[i] = (uint16_t)entries[i];
	facts->table_len = count;
}

/* Key and table of the sizes that the driver said. */
static bool read_hash(const struct nic_source *source, struct nic_facts *facts,
		      uint32_t table_len, uint32_t key_len)
{
	size_t room = table_len * sizeof(uint32_t) + key_len;
	struct ethtool_rxfh *rss = mem_new(sizeof(*rss) + room);
	bool answered;

	rss->cmd = ETHTOOL_GRSSH;
	rss->indir_size = table_len;
	rss->key_size = key_len;
	answered = ask(source, facts, rss) && rss->indir_size == table_len &&
		   rss->key_size == key_len;
	if (answered) {
		facts->hash = hash_of(rss->hfunc);
		facts->transform = rss->rsvd8[0]; /* input_xfrm, by its name of before 6.8 */
		facts->key_len = key_len;
		memcpy(facts->key, rss->rss_config + table_len, key_len);
		if (table_len != 0)
			take_table(facts, rss->rss_config, table_len);
	}
	mem_free(rss);
	return answered;
}

static void read_old_table(const struct nic_source *source, struct nic_facts *facts)
{
	struct ethtool_rxfh_indir sizes = { .cmd = ETHTOOL_GRXFHINDIR }, *table;

	if (!ask(source, facts, &sizes) || sizes.size == 0 || sizes.size > NIC_TABLE_MAX)
		return;
	table = mem_new(sizeof(*table) + sizes.size * sizeof(uint32_t));
	table->cmd = ETHTOOL_GRXFHINDIR;
	table->size = sizes.size;
	if (ask(source, facts, table) && table->size == sizes.size)
		take_table(facts, table->ring_index, table->size);
	mem_free(table);
}

static void read_spread(const struct nic_source *source, struct nic_facts *facts)
{
	struct ethtool_rxfh sizes = { .cmd = ETHTOOL_GRSSH };

	if (!ask(source, facts, &sizes) || sizes.indir_size > NIC_TABLE_MAX ||
	    sizes.key_size > NIC_KEY_MAX ||
	    !read_hash(source, facts, sizes.indir_size, sizes.key_size))
		read_old_table(source, facts);
}

static uint32_t fields_of(uint64_t data)
{
	static const struct {
		uint64_t theirs;
		uint32_t ours;
	} bits[] = {
		{ RXH_IP_SRC, NIC_FIELD_SOURCE },
		{ RXH_IP_DST, NIC_FIELD_DESTINATION },
		{ RXH_L4_B_0_1, NIC_FIELD_FIRST_HALF },
		{ RXH_L4_B_2_3, NIC_FIELD_SECOND_HALF },
		{ (uint32_t)RXH_DISCARD, NIC_FIELD_DISCARD },
	};
	uint32_t fields = 0;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		fields |= (data & bits[i].theirs) != 0 ? bits[i].ours : 0;
		data &= ~bits[i].theirs;
	}
	return fields | (data != 0 ? NIC_FIELD_OTHER : 0);
}

static void read_fields(const struct nic_source *source, struct nic_facts *facts)
{
	static const uint32_t types[NIC_FLOWS] = {
		[NIC_ESP4] = ESP_V4_FLOW, [NIC_ESP6] = ESP_V6_FLOW,
		[NIC_UDP4] = UDP_V4_FLOW, [NIC_UDP6] = UDP_V6_FLOW,
	};
	/* Of before there was one for ESP alone. */
	static const uint32_t older[NIC_FLOWS] = {
		[NIC_ESP4] = AH_ESP_V4_FLOW, [NIC_ESP6] = AH_ESP_V6_FLOW,
	};

	for (int i = 0; i < NIC_FLOWS; i++) {
		struct ethtool_rxnfc flow = { .cmd = ETHTOOL_GRXFH, .flow_type = types[i] };
		struct ethtool_rxnfc old = { .cmd = ETHTOOL_GRXFH, .flow_type = older[i] };
		bool known = ask(source, facts, &flow);

		if (!known && older[i] != 0) {
			known = ask(source, facts, &old);
			flow = old;
		}
		facts->flows[i].known = known;
		facts->flows[i].fields = known ? fields_of(flow.data) : 0;
	}
}

const char *nic_feature_name(enum nic_feature feature)
{
	static const char *const names[NIC_FEATURES] = {
		[NIC_NTUPLE] = "rx-ntuple-filter",
		[NIC_RX_HASH] = "rx-hashing",
		[NIC_GRO] = "rx-gro",
		[NIC_GRO_HW] = "rx-gro-hw",
		[NIC_GRO_LIST] = "rx-gro-list",
		[NIC_GRO_UDP_FORWARDING] = "rx-udp-gro-forwarding",
		[NIC_LRO] = "rx-lro",
		[NIC_VLAN_STRIP] = "rx-vlan-hw-parse",
		[NIC_ESP_OFFLOAD] = "esp-hw-offload",
	};

	return names[feature];
}

static uint32_t count_features(const struct nic_source *source, const struct nic_facts *facts)
{
	struct ethtool_sset_info *sets = mem_new(sizeof(*sets) + sizeof(sets->data[0]));
	uint32_t count = 0;

	sets->cmd = ETHTOOL_GSSET_INFO;
	sets->sset_mask = 1U << ETH_SS_FEATURES;
	if (ask(source, facts, sets) && sets->sset_mask == 1U << ETH_SS_FEATURES &&
	    sets->data[0] <= FEATURES_MAX)
		count = sets->data[0];
	mem_free(sets);
	return count;
}

static void take_feature(struct nic_facts *facts, const char *name, bool on, bool can)
{
	for (unsigned i = 0; i < NIC_FEATURES; i++) {
		if (strncmp(nic_feature_name((enum nic_feature)i), name, ETH_GSTRING_LEN) != 0)
			continue;
		facts->features_on |= on ? 1U << i : 0;
		facts->features_can |= can ? 1U << i : 0;
	}
}

static void read_features(const struct nic_source *source, struct nic_facts *facts)
{
	uint32_t count = count_features(source, facts);
	uint32_t blocks = (count + FEATURE_BITS - 1) / FEATURE_BITS;
	struct ethtool_gstrings *names;
	struct ethtool_gfeatures *states;

	if (count == 0)
		return;
	names = mem_new(sizeof(*names) + (size_t)count * ETH_GSTRING_LEN);
	states = mem_new(sizeof(*states) + blocks * sizeof(states->features[0]));
	*names = (struct ethtool_gstrings) { .cmd = ETHTOOL_GSTRINGS, .len = count,
					     .string_set = ETH_SS_FEATURES };
	states->cmd = ETHTOOL_GFEATURES;
	states->size = blocks;
	facts->features_known = ask(source, facts, names) && names->len == count &&
				ask(source, facts, states) && states->size <= blocks;
	for (uint32_t i = 0; facts->features_known && i < count; i++) {
		const struct ethtool_get_features_block *in = &states->features[i / FEATURE_BITS];
		uint32_t bit = 1U << i % FEATURE_BITS;

		take_feature(facts, (const char *)names->data + (size_t)i * ETH_GSTRING_LEN,
			     (in->active & bit) != 0,
			     (in->available & bit) != 0 && (in->never_changed & bit) == 0);
	}
	mem_free(names);
	mem_free(states);
}

static void read_rules(const struct nic_source *source, struct nic_facts *facts)
{
	struct ethtool_rxnfc rules = { .cmd = ETHTOOL_GRXCLSRLCNT };

	facts->rules_known = ask(source, facts, &rules);
	facts->rules = facts->rules_known ? rules.rule_cnt : 0;
}

void nic_read_driver(const struct nic_source *source, struct nic_facts *facts)
{
	read_driver_name(source, facts);
	read_queues(source, facts);
	read_spread(source, facts);
	read_fields(source, facts);
	read_features(source, facts);
	read_rules(source, facts);
}
