/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules in a card: made, found again by what they say, and taken out; on a card that is only played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pluto/steer/rule.h"
#include "pluto/steer/state.h"

enum { TABLE = 8, QUEUES = 4 };

/* The card. */
static struct {
	struct ethtool_rx_flow_spec table[TABLE];
	bool used[TABLE], finds_place;
	int refuses;           /* what it says to the next but `good` insertions */
	unsigned good;
	uint32_t claims;       /* how many rules it says there are, where that is a lie; 0: no lie */
	int keeps;             /* what it says when a rule is to go */
	const char *name;
} card;

/* In place of the C library's: the card is interface 7. */
char *if_indextoname(unsigned index, char name[IF_NAMESIZE])
{
	return index == 7 ? strcpy(name, card.name) : NULL;
}

static unsigned rule_count(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < TABLE; i++)
		count += card.used[i];
	return count;
}

static int card_insert(struct ethtool_rxnfc *c)
{
	uint32_t place = c->fs.location;

	if (card.refuses != 0 && card.good-- == 0)
		return card.refuses;
	if (place == RX_CLS_LOC_ANY) {
		assert_true(card.finds_place);
		for (place = 0; place < TABLE && card.used[place]; place++)
			continue;
	}
	if (place >= TABLE || card.used[place])
		return -ENOSPC;
	assert_true(c->fs.ring_cookie < QUEUES);
	card.used[place] = true;
	card.table[place] = c->fs;
	card.table[place].location = place;
	return 0;
}

static int card_list(struct ethtool_rxnfc *c)
{
	uint32_t count = 0;

	if (c->rule_cnt < rule_count())
		return -EMSGSIZE;
	for (uint32_t i = 0; i < TABLE; i++)
		if (card.used[i])
			c->rule_locs[count++] = i;
	c->rule_cnt = card.claims != 0 ? card.claims : count;
	c->data = TABLE;
	return 0;
}

static int card_ethtool(void *context, const char *name, void *command)
{
	struct ethtool_rxnfc *c = command;

	(void)context;
	if (strcmp(name, card.name) != 0)
		return -ENODEV;
	switch (c->cmd) {
	case ETHTOOL_GRXCLSRLCNT:
		c->rule_cnt = card.claims != 0 ? card.claims : rule_count();
		c->data = card.finds_place ? RX_CLS_LOC_SPECIAL : 0;
		return 0;
	case ETHTOOL_GRXCLSRLALL:
		return card_list(c);
	case ETHTOOL_GRXCLSRULE:
		if (c->fs.location >= TABLE || !card.used[c->fs.location])
			return -EINVAL;
		c->fs = card.table[c->fs.location];
		return 0;
	case ETHTOOL_SRXCLSRLINS:
		return card_insert(c);
	case ETHTOOL_SRXCLSRLDEL:
		if (card.keeps != 0)
			return card.keeps;
		if (c->fs.location >= TABLE || !card.used[c->fs.location])
			return -ENOENT;
		card.used[c->fs.location] = false;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static const struct nic_source source = { .ethtool = card_ethtool };

static struct rule rule_of(const char *address, uint32_t spi, uint32_t queue)
{
	struct rule rule = { .spi = spi, .queue = queue };

	assert_true(address_parse(address, &rule.destination));
	return rule;
}

static int make_card(void **state)
{
	(void)state;
	memset(&card, 0, sizeof(card));
	card.name = "eth1";
	return 0;
}

static void test_a_rule_says_destination_spi_and_queue(void **state)
{
	struct rule r4 = rule_of("192.1.2.23", 0x12345678, 3);
	struct rule r6 = rule_of("2001:db8::23", 0x9abcdef0, 1);
	const struct ethtool_rx_flow_spec *last = &card.table[TABLE - 1];

	(void)state;
	assert_int_equal(rule_insert(&source, "eth1", &r4), 0);
	assert_true(card.used[TABLE - 1]); /* from the end */
	assert_int_equal(last->flow_type, ESP_V4_FLOW);
	assert_int_equal(last->h_u.esp_ip4_spec.ip4dst, inet_addr("192.1.2.23"));
	assert_int_equal(last->h_u.esp_ip4_spec.spi, htonl(0x12345678));
	assert_int_equal(last->m_u.esp_ip4_spec.ip4dst, UINT32_MAX);
	assert_int_equal(last->m_u.esp_ip4_spec.spi, UINT32_MAX);
	assert_int_equal(last->m_u.esp_ip4_spec.ip4src, 0);
	assert_int_equal(last->m_u.esp_ip4_spec.tos, 0);
	assert_int_equal(last->ring_cookie, 3);
	card.finds_place = true;
	assert_int_equal(rule_insert(&source, "eth1", &r6), 0);
	assert_true(card.used[0]);
	assert_int_equal(card.table[0].flow_type, ESP_V6_FLOW);
	assert_memory_equal(card.table[0].h_u.esp_ip6_spec.ip6dst, r6.destination.ip, 16);
	assert_int_equal(rule_delete(&source, "eth1", &r4), 0);
	assert_int_equal(rule_delete(&source, "eth1", &r6), 0);
	assert_int_equal(rule_count(), 0);
}

static void test_others_rules_are_left_alone(void **state)
{
	struct rule ours = rule_of("192.1.2.23", 0x1000, 3), other;

	(void)state;
	assert_int_equal(rule_insert(&source, "eth1", &ours), 0);
	other = rule_of("192.1.2.23", 0x1000, 2);
	assert_int_equal(rule_delete(&source, "eth1", &other), -ENOENT);
	other = rule_of("192.1.2.23", 0x1001, 3);
	assert_int_equal(rule_delete(&source, "eth1", &other), -ENOENT);
	other = rule_of("192.1.2.24", 0x1000, 3);
	assert_int_equal(rule_delete(&source, "eth1", &other), -ENOENT);
	/* A rule that wants a source, too, is not ours. */
	card.table[TABLE - 1].m_u.esp_ip4_spec.ip4src = UINT32_MAX;
	assert_int_equal(rule_delete(&source, "eth1", &ours), -ENOENT);
	card.table[TABLE - 1].m_u.esp_ip4_spec.ip4src = 0;
	assert_int_equal(rule_delete(&source, "eth1", &ours), 0);
	assert_int_equal(rule_delete(&source, "eth2", &ours), -ENODEV);
}

static void test_a_full_table_and_a_lying_driver_are_refusals(void **state)
{
	struct rule rule = rule_of("192.1.2.23", 0x1000, 3);

	(void)state;
	for (size_t i = 0; i < TABLE; i++)
		card.used[i] = true;
	assert_int_equal(rule_insert(&source, "eth1", &rule), -ENOSPC);
	card.claims = UINT32_MAX;
	assert_int_equal(rule_insert(&source, "eth1", &rule), -EINVAL);
	assert_int_equal(rule_delete(&source, "eth1", &rule), -EINVAL);
	assert_int_equal(rule_insert(&(struct nic_source) { .proc = NULL }, "eth1", &rule),
			 -EOPNOTSUPP);
}

/* --- SAs at a card --- */

static char ledger_path[64];
static unsigned said;
static char last_said[512];

static void keep_line(const char *format, ...) PRINTF_LIKE(1, 2);

static void keep_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last_said, sizeof(last_said), format, args);
	va_end(args);
	said++;
}

struct world {
	struct event_base *base;
	struct steering *s;
	struct place *p;
	struct steered sas[QUEUES];
	struct nic_interrupt interrupts[QUEUES];
	uint16_t cpus[QUEUES];
	struct nic_facts facts;
};

/* A card with rules, whose queue i is the affair of CPU QUEUES - 1 - i; an SA for each of these. */
static struct world *world_new(enum conf_steering means)
{
	struct world *w = NEW(struct world);

	snprintf(ledger_path, sizeof(ledger_path), "/tmp/test_rule.%d", getpid());
	unlink(ledger_path);
	said = 0;
	w->base = event_base_new();
	w->s = steering_new(&(struct steering_config) { .base = w->base, .sys = "/nowhere",
							.nic = &source,
							.ledger_path = ledger_path,
							.log = keep_line });
	w->p = NEW(struct place);
	w->p->index = 7;
	w->p->xdp = -1;
	strcpy(w->p->name, "eth1");
	list_append(&w->s->places, &w->p->link);
	w->facts = (struct nic_facts) { .is_card = true, .driver = "played", .queues = QUEUES,
					.features_known = true,
					.features_on = 1U << NIC_NTUPLE,
					.interrupts = w->interrupts, .interrupt_count = QUEUES };
	for (uint32_t i = 0; i < QUEUES; i++) {
		w->cpus[i] = (uint16_t)(QUEUES - 1 - i);
		w->interrupts[i] = (struct nic_interrupt) { .queue = i, .cpus = &w->cpus[i],
							    .cpu_count = 1 };
		w->sas[i] = (struct steered) { .sa = { .cpu = i, .spi = 0x1000 + i,
						       .means = means },
					       .place = w->p };
		assert_true(address_parse("192.1.2.23", &w->sas[i].sa.destination));
		list_append(&w->s->sas, &w->sas[i].link);
		by_rule.enter(w->s, &w->sas[i]);
	}
	return w;
}

static void carry_out(struct world *w)
{
	by_rule_carry_out(w->s, w->p, &w->facts);
}

static void sa_goes(struct world *w, size_t i)
{
	by_rule.leave(w->s, &w->sas[i]);
	list_remove(&w->sas[i].link);
}

static bool ledger_is_there(void)
{
	return access(ledger_path, F_OK) == 0;
}

static void world_free(struct world *w)
{
	for (size_t i = 0; i < QUEUES; i++)
		if (list_linked(&w->sas[i].link))
			sa_goes(w, i);
	assert_int_equal(rule_count(), 0);
	assert_false(ledger_is_there());
	list_init(&w->s->places);
	steering_free(w->s);
	event_base_free(w->base);
	mem_free(w->p);
	mem_free(w);
}

static uint64_t queue_of_spi(uint32_t spi)
{
	for (size_t i = 0; i < TABLE; i++)
		if (card.used[i] && card.table[i].h_u.esp_ip4_spec.spi == htonl(spi))
			return card.table[i].ring_cookie;
	return UINT64_MAX;
}

static void test_each_sa_gets_the_queue_of_its_cpu(void **state)
{
	struct world *w = world_new(STEERING_AUTO);

	(void)state;
	carry_out(w);
	assert_int_equal(rule_count(), QUEUES);
	for (uint32_t i = 0; i < QUEUES; i++)
		assert_int_equal(queue_of_spi(0x1000 + i), QUEUES - 1 - i);
	assert_true(ledger_is_there());
	assert_int_equal(said, 0);
	/* An interrupt is moved: its SA's rule moves along. */
	w->cpus[0] = 0;
	w->cpus[3] = 3;
	by_rule.settle(w->s, &w->sas[0]);
	carry_out(w);
	assert_int_equal(queue_of_spi(0x1000), 0);
	assert_int_equal(queue_of_spi(0x1003), 3);
	assert_int_equal(rule_count(), QUEUES);
	sa_goes(w, 2);
	assert_int_equal(rule_count(), QUEUES - 1);
	world_free(w);
}

static void test_a_driver_that_fails_half_way_has_no_rule_in_the_end(void **state)
{
	struct world *w = world_new(STEERING_NTUPLE);

	(void)state;
	card.refuses = -EIO;
	card.good = 2;
	carry_out(w);
	assert_int_equal(rule_count(), 0);
	assert_int_equal(said, 1);
	assert_non_null(strstr(last_said, "clone-steering=ntuple is not possible"));
	assert_non_null(strstr(last_said, "eth1 (played)"));
	card.refuses = 0;
	by_rule.settle(w->s, &w->sas[0]);
	carry_out(w); /* not again and again */
	assert_int_equal(rule_count(), 0);
	assert_int_equal(said, 1);
	world_free(w);
}

static void test_what_the_card_lacks_is_said_once(void **state)
{
	static const struct {
		const char *word;
		bool software, off, switchable;
		uint32_t queues;
	} rows[] = {
		{ "no network card", true, true, false, QUEUES },
		{ "one receive queue", false, false, false, 1 },
		{ "ntuple rules are off", false, true, true, QUEUES },
		{ "no ntuple rules", false, true, false, QUEUES },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_new(STEERING_AUTO);

		w->facts.is_card = !rows[i].software;
		w->facts.queues = rows[i].queues;
		w->facts.features_on = rows[i].off ? 0 : 1U << NIC_NTUPLE;
		w->facts.features_can = rows[i].switchable ? 1U << NIC_NTUPLE : 0;
		carry_out(w);
		by_rule.settle(w->s, &w->sas[0]);
		carry_out(w);
		assert_int_equal(rule_count(), 0);
		assert_int_equal(said, 1);
		if (strstr(last_said, rows[i].word) == NULL ||
		    strstr(last_said, "clone-steering=xdp") == NULL)
			fail_msg("instead of \"%s\": %s", rows[i].word, last_said);
		world_free(w);
	}
}

/* Its hash knows SPIs, so that nothing need be said. */
static void test_rules_that_were_off_for_a_while_come_back(void **state)
{
	struct world *w = world_new(STEERING_AUTO);
	uint16_t table[] = { 0 };

	(void)state;
	w->facts.hash = NIC_HASH_TOEPLITZ;
	w->facts.key_len = 40;
	w->facts.table = table;
	w->facts.table_len = 1;
	w->facts.flows[NIC_ESP4] = (struct nic_fields) { true, NIC_FIELD_SECOND_HALF };
	carry_out(w);
	assert_int_equal(rule_count(), QUEUES);
	w->facts.features_on = 0;
	memset(card.used, 0, sizeof(card.used)); /* by the driver */
	by_rule.settle(w->s, &w->sas[0]);
	carry_out(w);
	assert_false(ledger_is_there());
	w->facts.features_on = 1U << NIC_NTUPLE;
	by_rule.settle(w->s, &w->sas[0]);
	carry_out(w);
	assert_int_equal(rule_count(), QUEUES);
	assert_int_equal(said, 0);
	world_free(w);
}

static void test_a_card_with_another_name_is_the_same(void **state)
{
	struct world *w = world_new(STEERING_AUTO);

	(void)state;
	carry_out(w);
	card.name = "wan0";
	sa_goes(w, 0);
	assert_int_equal(rule_count(), QUEUES - 1);
	w->cpus[0] = 2;
	w->cpus[1] = 3;
	by_rule.settle(w->s, &w->sas[1]);
	carry_out(w);
	assert_int_equal(queue_of_spi(0x1003), 1);
	assert_int_equal(said, 0);
	world_free(w);
}

static void test_what_cannot_go_now_stays_in_the_ledger(void **state)
{
	struct world *w = world_new(STEERING_AUTO);

	(void)state;
	carry_out(w);
	card.keeps = -EMFILE;
	sa_goes(w, 0);
	assert_int_equal(rule_count(), QUEUES);
	assert_int_equal(said, 1);
	card.keeps = 0;
	for (size_t i = 1; i < QUEUES; i++)
		sa_goes(w, i);
	assert_int_equal(rule_count(), 1);
	assert_true(ledger_is_there());
	list_init(&w->s->places);
	steering_free(w->s);
	/* The next one tries again. */
	w->s = steering_new(&(struct steering_config) { .base = w->base, .sys = "/nowhere",
							.nic = &source,
							.ledger_path = ledger_path,
							.log = keep_line });
	world_free(w);
}

static void test_clones_in_udp_get_no_rule(void **state)
{
	struct world *w = world_new(STEERING_AUTO);

	(void)state;
	w->sas[1].sa.encapsulated = true;
	carry_out(w);
	assert_int_equal(rule_count(), QUEUES - 1);
	assert_int_equal(said, 1);
	world_free(w);
}

static void test_a_cpu_without_a_queue_of_its_own_gets_no_rule(void **state)
{
	struct world *w = world_new(STEERING_AUTO);

	(void)state;
	w->interrupts[1].cpu_count = 2;
	carry_out(w);
	assert_int_equal(rule_count(), QUEUES - 1);
	assert_int_equal(queue_of_spi(0x1002), UINT64_MAX);
	assert_int_equal(said, 1);
	world_free(w);
}

#define AT_CARD(test) cmocka_unit_test_setup(test, make_card)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_CARD(test_a_rule_says_destination_spi_and_queue),
		AT_CARD(test_others_rules_are_left_alone),
		AT_CARD(test_a_full_table_and_a_lying_driver_are_refusals),
		AT_CARD(test_each_sa_gets_the_queue_of_its_cpu),
		AT_CARD(test_a_driver_that_fails_half_way_has_no_rule_in_the_end),
		AT_CARD(test_what_the_card_lacks_is_said_once),
		AT_CARD(test_rules_that_were_off_for_a_while_come_back),
		AT_CARD(test_a_card_with_another_name_is_the_same),
		AT_CARD(test_what_cannot_go_now_stays_in_the_ledger),
		AT_CARD(test_clones_in_udp_get_no_rule),
		AT_CARD(test_a_cpu_without_a_queue_of_its_own_gets_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
