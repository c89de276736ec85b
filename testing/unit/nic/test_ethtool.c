/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What drivers answer, as some do, and as none should. */
#include "machine.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A driver: what it was recorded to answer, and in which way it lies. */
static struct driver {
	const char *name;
	uint32_t queues;
	uint32_t table_len, key_len;
	uint8_t hash, transform;
	int hash_missing;               /* -errno of ETHTOOL_GRSSH */
	uint32_t flows[NIC_FLOWS];      /* RXH_* */
	uint32_t flow_count;            /* of these it answers, the others it does not know */
	uint32_t on, available, never;  /* bits of `features` */
	uint32_t rules;
	bool other_table_len, other_key_len, other_names, far_queue;
} driver;

/* As kernels list them, cut to where those that matter are; more than a block of 32. */
static const char *const features[] = {
	"tx-scatter-gather", "tx-checksum-ipv4", "", "tx-checksum-ip-generic", "tx-checksum-ipv6",
	"highdma", "tx-scatter-gather-fraglist", "tx-vlan-hw-insert", "rx-vlan-hw-parse",
	"rx-vlan-filter", "tx-vlan-stag-hw-insert", "rx-vlan-stag-hw-parse",
	"rx-vlan-stag-filter", "vlan-challenged", "tx-generic-segmentation", "rx-gro",
	"rx-gro-hw", "tx-tcp-segmentation", "rx-lro", "rx-hashing", "rx-checksum",
	"rx-ntuple-filter", "tx-nocache-copy", "loopback", "rx-fcs", "rx-all",
	"tx-udp_tnl-segmentation", "tx-gso-list", "l2-fwd-offload", "hw-tc-offload",
	"esp-hw-offload", "esp-tx-csum-hw-offload", "rx-udp_tunnel-port-offload",
	"rx-gro-list", "rx-udp-gro-forwarding",
};
enum { BIT_VLAN = 8, BIT_GRO = 15, BIT_NTUPLE = 21, BIT_FORWARDING = 34 };

static int answer_hash(struct ethtool_rxfh *rss)
{
	uint32_t room = rss->indir_size;

	if (driver.hash_missing != 0)
		return driver.hash_missing;
	rss->hfunc = driver.hash;
	rss->rsvd8[0] = driver.transform;
	if (rss->indir_size != 0 || rss->key_size != 0) {
		for (uint32_t i = 0; i < room; i++)
			rss->rss_config[i] = i % driver.queues;
		if (driver.far_queue)
			rss->rss_config[room - 1] = driver.queues;
		memset(rss->rss_config + room, 0x6d, rss->key_size);
		rss->indir_size += driver.other_table_len;
		rss->key_size += driver.other_key_len;
		return 0;
	}
	rss->indir_size = driver.table_len;
	rss->key_size = driver.key_len;
	return 0;
}

static int answer_old_table(struct ethtool_rxfh_indir *table)
{
	for (uint32_t i = 0; i < table->size; i++)
		table->ring_index[i] = driver.queues - 1 - i % driver.queues;
	table->size = driver.table_len;
	return 0;
}

static int answer_fields(struct ethtool_rxnfc *flow)
{
	static const uint32_t types[] = { ESP_V4_FLOW, ESP_V6_FLOW, UDP_V4_FLOW, UDP_V6_FLOW };

	for (uint32_t i = 0; i < driver.flow_count; i++)
		if (types[i] == flow->flow_type) {
			flow->data = driver.flows[i];
			return 0;
		}
	return -EINVAL;
}

static int answer_names(struct ethtool_gstrings *names)
{
	assert_int_equal(names->len, ARRAY_LEN(features));
	for (size_t i = 0; i < ARRAY_LEN(features); i++)
		strncpy((char *)names->data + i * ETH_GSTRING_LEN, features[i],
			ETH_GSTRING_LEN - 1);
	names->len += driver.other_names;
	return 0;
}

static int answer_features(struct ethtool_gfeatures *states)
{
	assert_int_equal(states->size, 2);
	states->features[0].active = driver.on;
	states->features[0].available = driver.available;
	states->features[0].never_changed = driver.never;
	states->features[1].active = 1U << (BIT_FORWARDING - 32);
	return 0;
}

static int answer(void *context, const char *name, void *command)
{
	uint32_t cmd;

	assert_null(context);
	assert_string_equal(name, "eth0");
	memcpy(&cmd, command, sizeof(cmd));
	if (driver.name == NULL)
		return -EOPNOTSUPP;
	switch (cmd) {
	case ETHTOOL_GDRVINFO:
		memset(((struct ethtool_drvinfo *)command)->driver, 'x', 32);
		strncpy(((struct ethtool_drvinfo *)command)->driver, driver.name, 31);
		return 0;
	case ETHTOOL_GRXRINGS: ((struct ethtool_rxnfc *)command)->data = driver.queues; return 0;
	case ETHTOOL_GRSSH: return answer_hash(command);
	case ETHTOOL_GRXFHINDIR: return answer_old_table(command);
	case ETHTOOL_GRXFH: return answer_fields(command);
	case ETHTOOL_GSSET_INFO:
		((struct ethtool_sset_info *)command)->data[0] = ARRAY_LEN(features);
		return 0;
	case ETHTOOL_GSTRINGS: return answer_names(command);
	case ETHTOOL_GFEATURES: return answer_features(command);
	case ETHTOOL_GRXCLSRLCNT: ((struct ethtool_rxnfc *)command)->rule_cnt = driver.rules; return 0;
	default: fail(); return -EINVAL;
	}
}

static const struct driver ice = {
	.name = "ice", .queues = 8, .table_len = 512, .key_len = 52, .hash = 1,
	.flows = { RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3, RXH_IP_SRC | RXH_IP_DST,
		   RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3 | RXH_VLAN,
		   (uint32_t)RXH_DISCARD },
	.flow_count = NIC_FLOWS, .on = 1U << BIT_GRO | 1U << BIT_NTUPLE,
	.available = 1U << BIT_NTUPLE | 1U << BIT_VLAN, .never = 1U << BIT_VLAN, .rules = 3
};

static struct nic_facts facts;

static void read_driver(const struct driver *what)
{
	struct nic_source source = machine_new();

	source.ethtool = answer;
	driver = *what;
	machine_add_device("eth0", "0000:17:00.0", 2);
	machine_write("class/net/eth0/mtu", "9000\n");
	assert_int_equal(nic_read(&source, "eth0", &facts), 0);
	machine_free();
}

static void what_a_driver_answers_is_known(void **state)
{
	(void)state;
	read_driver(&ice);
	assert_string_equal(facts.driver, "ice");
	assert_string_equal(facts.bus, "0000:17:00.0");
	assert_true(facts.is_card);
	assert_int_equal(facts.mtu, 9000);
	assert_int_equal(facts.queues, 8);
	assert_int_equal(facts.hash, NIC_HASH_TOEPLITZ);
	assert_int_equal(facts.table_len, 512);
	assert_int_equal(facts.table[11], 3);
	assert_int_equal(facts.key_len, 52);
	assert_int_equal(facts.key[0], 0x6d);
	assert_int_equal(facts.key[51], 0x6d);
	assert_int_equal(facts.flows[NIC_ESP4].fields,
			 NIC_FIELD_SOURCE | NIC_FIELD_DESTINATION | NIC_FIELD_FIRST_HALF |
				 NIC_FIELD_SECOND_HALF);
	assert_int_equal(facts.flows[NIC_ESP6].fields, NIC_FIELD_SOURCE | NIC_FIELD_DESTINATION);
	assert_true((facts.flows[NIC_UDP4].fields & NIC_FIELD_OTHER) != 0);
	assert_int_equal(facts.flows[NIC_UDP6].fields, NIC_FIELD_DISCARD);
	assert_true(nic_has(&facts, NIC_GRO));
	assert_true(nic_has(&facts, NIC_NTUPLE));
	assert_true(nic_has(&facts, NIC_GRO_UDP_FORWARDING));
	assert_false(nic_has(&facts, NIC_VLAN_STRIP));
	assert_int_equal(facts.features_can, 1U << NIC_NTUPLE);
	assert_true(facts.rules_known);
	assert_int_equal(facts.rules, 3);
	nic_facts_done(&facts);
}

static void each_hash_function_has_a_name(void **state)
{
	static const enum nic_hash names[] = {
		NIC_HASH_UNKNOWN, NIC_HASH_TOEPLITZ, NIC_HASH_XOR, NIC_HASH_UNKNOWN,
		NIC_HASH_CRC32
	};
	struct driver d = ice;

	(void)state;
	for (uint8_t i = 0; i < ARRAY_LEN(names); i++) {
		d.hash = i;
		d.transform = i;
		read_driver(&d);
		assert_int_equal(facts.hash, names[i]);
		assert_int_equal(facts.transform, i);
		nic_facts_done(&facts);
	}
}

static void a_driver_that_is_silent_leaves_what_sys_says(void **state)
{
	(void)state;
	read_driver(&(struct driver) { .name = NULL });
	assert_string_equal(facts.driver, "");
	assert_int_equal(facts.queues, 2);
	assert_int_equal(facts.mtu, 9000);
	assert_int_equal(facts.table_len, 0);
	assert_int_equal(facts.key_len, 0);
	for (int i = 0; i < NIC_FLOWS; i++)
		assert_false(facts.flows[i].known);
	assert_false(facts.features_known);
	assert_false(facts.rules_known);
	assert_false(nic_has(&facts, NIC_GRO));
	nic_facts_done(&facts);
}

static void an_old_driver_has_a_table_and_no_key(void **state)
{
	struct driver d = ice;

	(void)state;
	d.hash_missing = -EOPNOTSUPP;
	d.table_len = 128;
	d.flow_count = 0;
	read_driver(&d);
	assert_int_equal(facts.table_len, 128);
	assert_int_equal(facts.table[0], 7);
	assert_int_equal(facts.key_len, 0);
	assert_int_equal(facts.hash, NIC_HASH_UNKNOWN);
	assert_false(facts.flows[NIC_ESP4].known);
	nic_facts_done(&facts);
}

static void what_a_driver_cannot_mean_is_not_known(void **state)
{
	struct driver d = ice;

	(void)state;
	d.far_queue = true; /* a table with a queue that there is not: the key may still be true */
	read_driver(&d);
	assert_int_equal(facts.table_len, 0);
	assert_int_equal(facts.key_len, 52);
	nic_facts_done(&facts);

	d = ice;
	d.other_table_len = true; /* answers a size that it was not asked for, and an older one too */
	d.table_len = NIC_TABLE_MAX;
	read_driver(&d);
	assert_int_equal(facts.key_len, 0);
	nic_facts_done(&facts);

	d = ice;
	d.other_key_len = true;
	read_driver(&d);
	assert_int_equal(facts.key_len, 0);
	nic_facts_done(&facts);

	d = ice;
	d.table_len = NIC_TABLE_MAX + 1;
	read_driver(&d);
	assert_int_equal(facts.table_len, 0);
	nic_facts_done(&facts);

	d = ice;
	d.key_len = 0xffffffff;
	read_driver(&d);
	assert_int_equal(facts.key_len, 0);
	nic_facts_done(&facts);

	d = ice;
	d.other_names = true;
	read_driver(&d);
	assert_false(facts.features_known);
	nic_facts_done(&facts);

	d = ice;
	d.name = "a-name-that-takes-all-the-room-there-is";
	read_driver(&d);
	assert_int_equal(strlen(facts.driver), NIC_TEXT_MAX - 1);
	nic_facts_done(&facts);
}

static void a_device_that_is_not_there_or_has_no_name(void **state)
{
	static const struct {
		const char *name;
		int result;
	} rows[] = {
		{ "eth1", -ENODEV }, { "", -EINVAL }, { ".", -EINVAL }, { "..", -EINVAL },
		{ "../lo", -EINVAL }, { "0123456789abcdef", -EINVAL },
	};
	struct nic_source source = machine_new();

	(void)state;
	source.ethtool = answer;
	driver = ice;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(nic_read(&source, rows[i].name, &facts), rows[i].result);
		assert_int_equal(facts.name[0], '\0');
		nic_facts_done(&facts);
	}
	machine_free();
}

static void of_a_vlan_the_card_below_is_read(void **state)
{
	struct nic_source source = machine_new();

	(void)state;
	source.ethtool = answer;
	driver = (struct driver) { .name = NULL };
	machine_add_device("eth0", "0000:17:00.0", 2);
	machine_add_device("eth0.5", NULL, 1);
	machine_add_device("eth0.5.7", NULL, 1);
	machine_add_device("alone", NULL, 1);
	machine_write("class/net/eth0.5/uevent", "DEVTYPE=vlan\nINTERFACE=eth0.5\n");
	machine_write("class/net/eth0.5/lower_eth0", "");
	machine_write("class/net/eth0.5.7/uevent", "DEVTYPE=vlan\nINTERFACE=eth0.5.7\n");
	machine_write("class/net/eth0.5.7/lower_eth0.5", "");
	machine_write("class/net/alone/uevent", "DEVTYPE=vlan\n");
	assert_int_equal(nic_read_card(&source, "eth0.5.7", &facts), 0);
	assert_string_equal(facts.name, "eth0");
	assert_true(facts.is_card);
	nic_facts_done(&facts);
	assert_int_equal(nic_read_card(&source, "eth0", &facts), 0);
	assert_string_equal(facts.name, "eth0");
	nic_facts_done(&facts);
	source.ethtool = NULL;
	/* what is below that is in another namespace */
	assert_int_equal(nic_read_card(&source, "alone", &facts), 0);
	assert_string_equal(facts.name, "alone");
	nic_facts_done(&facts);
	/* a ring, as no kernel has */
	machine_write("class/net/alone/lower_alone", "");
	assert_int_equal(nic_read_card(&source, "alone", &facts), 0);
	nic_facts_done(&facts);
	assert_int_equal(nic_read_card(&source, "../eth0", &facts), -EINVAL);
	machine_free();
}

static void the_loopback_of_this_machine_is_no_card(void **state)
{
	uint16_t cpu;

	(void)state;
	if (nic_read(&nic_source_live, "lo", &facts) < 0)
		skip();
	assert_false(facts.is_card);
	assert_true(facts.mtu != 0);
	assert_true(facts.features_known);
	assert_false(nic_cpu_of_queue(&facts, 0, &cpu));
	nic_facts_done(&facts);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_driver_answers_is_known),
		cmocka_unit_test(each_hash_function_has_a_name),
		cmocka_unit_test(a_driver_that_is_silent_leaves_what_sys_says),
		cmocka_unit_test(an_old_driver_has_a_table_and_no_key),
		cmocka_unit_test(what_a_driver_cannot_mean_is_not_known),
		cmocka_unit_test(a_device_that_is_not_there_or_has_no_name),
		cmocka_unit_test(of_a_vlan_the_card_below_is_read),
		cmocka_unit_test(the_loopback_of_this_machine_is_no_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
