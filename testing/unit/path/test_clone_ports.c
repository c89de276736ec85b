/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone-ports=spread: a source port for each clone, which both ends know by its SPI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ike/ports.h"
#include "pair/engine_pair.h"
#include "pair/path_facts.h"
#include "provider.h"

#define SPREAD " clones=2\n clone-ports=spread\n"
#define FORCED SPREAD " encapsulation=yes\n"

enum { NAT_PORT = 4500, OTHER_PORT = 6501 };

/* What a side's SAs of one direction and kind have as ports. */
struct ports {
	unsigned count, own, same; /* from the port of the SPI; from the NAT port, or the peer's */
	unsigned wrong;            /* to anything but the receiver's port */
	bool twice;                /* two have one port */
};

static struct ports ports_of(const struct side *side, enum kernel_direction direction, bool clones,
			     uint16_t peer_port)
{
	uint16_t to = direction == KERNEL_IN ? NAT_PORT : peer_port;
	uint16_t from = direction == KERNEL_IN ? peer_port : NAT_PORT;
	const struct kernel_double *k = &side->kernel;
	struct ports p = { 0 };

	for (size_t i = 0; i < k->sa_count; i++) {
		const struct double_sa *sa = &k->sas[i];

		if (sa->direction != direction || (sa->cpu != KERNEL_CPU_NONE) != clones)
			continue;
		assert_true(sa->encapsulated);
		p.count++;
		p.own += sa->source_port == ike_clone_port(sa->spi);
		p.same += sa->source_port == from;
		p.wrong += sa->destination_port != to;
		for (size_t j = 0; j < i; j++)
			p.twice |= k->sas[j].direction == direction &&
				   k->sas[j].source_port == sa->source_port;
	}
	return p;
}

static void assert_clones(const struct side *side, enum kernel_direction direction,
			  uint16_t peer_port, bool own)
{
	struct ports p = ports_of(side, direction, true, peer_port);

	assert_int_equal(p.count, 2);
	assert_int_equal(p.own, own ? 2 : 0);
	assert_int_equal(p.same, own ? 0 : 2);
	assert_int_equal(p.wrong, 0);
	assert_true(p.twice != own);
}

static void assert_head(const struct side *side, uint16_t peer_port)
{
	for (int d = KERNEL_IN; d <= KERNEL_OUT; d++) {
		struct ports p = ports_of(side, (enum kernel_direction)d, false, peer_port);

		assert_int_equal(p.count, 1);
		assert_int_equal(p.same, 1);
		assert_int_equal(p.wrong, 0);
	}
}

static struct pair *new_pair(const char *west, const char *east, uint16_t nat_port)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = west, .east = east,
		.nat = { nat_port != 0, pair_address("192.1.2.45"), 6500, nat_port },
	});

	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	return pair;
}

static void both_ends_know_the_ports_of_both_directions_also_after_a_rekey(void **state)
{
	struct pair *pair = new_pair(FORCED, FORCED, 0);

	(void)state;
	for (int rekeyed = 0; rekeyed <= 1; rekeyed++) {
		const struct side *sides[] = { &pair->west, &pair->east };

		for (size_t i = 0; i < 2; i++) {
			assert_clones(sides[i], KERNEL_OUT, NAT_PORT, true);
			assert_clones(sides[i], KERNEL_IN, NAT_PORT, true);
			assert_head(sides[i], NAT_PORT);
		}
		ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 1, pair->now);
		pair_advance(pair, SECONDS(20));
	}
	pair_free(pair);
}

/* Each end honestly says where it thinks the other is, so that real NATs are seen. */
static void forced_encapsulation_makes_believe_of_a_nat_before_us_only(void **state)
{
	struct pair *pair = new_pair(FORCED, SPREAD, 0);

	(void)state;
	assert_false(pair_ike(&pair->west)->nat_local);
	assert_false(pair_ike(&pair->west)->nat_remote);
	assert_false(pair_ike(&pair->east)->nat_local);
	assert_true(pair_ike(&pair->east)->nat_remote);
	assert_clones(&pair->east, KERNEL_OUT, NAT_PORT, true); /* so there is UDP at east too */
	pair_free(pair);
}

static void one_end_may_spread_and_the_other_not(void **state)
{
	struct pair *pair = new_pair(FORCED, " clones=2\n encapsulation=yes\n", 0);

	(void)state;
	assert_clones(&pair->west, KERNEL_OUT, NAT_PORT, true);
	assert_clones(&pair->east, KERNEL_OUT, NAT_PORT, false);
	pair_free(pair);
}

static void without_udp_there_are_no_ports(void **state)
{
	struct pair *pair = new_pair(SPREAD, SPREAD, 0);

	(void)state;
	for (size_t i = 0; i < pair->west.kernel.sa_count; i++)
		assert_false(pair->west.kernel.sas[i].encapsulated);
	pair_free(pair);
}

static void a_nat_that_keeps_ports_is_passed(void **state)
{
	struct pair *pair = new_pair(SPREAD, SPREAD, NAT_PORT);

	(void)state;
	assert_clones(&pair->west, KERNEL_OUT, NAT_PORT, true);
	assert_clones(&pair->east, KERNEL_OUT, NAT_PORT, true);
	assert_clones(&pair->east, KERNEL_IN, NAT_PORT, true);
	pair_free(pair);
}

/* It lets in only what answers. What leaves through it reaches us from wherever. */
static void to_a_peer_behind_a_nat_that_translates_ports_there_is_one_port(void **state)
{
	struct pair *pair = new_pair(SPREAD, SPREAD, OTHER_PORT);

	(void)state;
	assert_clones(&pair->east, KERNEL_OUT, OTHER_PORT, false);
	assert_clones(&pair->west, KERNEL_OUT, NAT_PORT, true);
	pair_free(pair);
}

static void ports_follow_a_nat_that_begins_to_translate_them_and_ends(void **state)
{
	struct pair *pair = new_pair(SPREAD, SPREAD, NAT_PORT);

	(void)state;
	pair->nat.nat_port = OTHER_PORT;
	pair_speak(&pair->west);
	assert_int_equal(pair_ike(&pair->east)->remote.port, OTHER_PORT);
	assert_clones(&pair->east, KERNEL_OUT, OTHER_PORT, false);
	assert_clones(&pair->east, KERNEL_IN, OTHER_PORT, false);
	assert_head(&pair->east, OTHER_PORT);
	pair->nat.nat_port = NAT_PORT;
	pair_speak(&pair->west);
	assert_clones(&pair->east, KERNEL_OUT, NAT_PORT, true);
	assert_clones(&pair->east, KERNEL_IN, NAT_PORT, true);
	assert_int_equal(pair->east.kernel.errors, 0);
	pair_free(pair);
}

/* --- what the kernel says of where packets come from --- */

static const struct double_sa *inbound(const struct side *side, bool clone)
{
	for (size_t i = 0; i < side->kernel.sa_count; i++)
		if (side->kernel.sas[i].direction == KERNEL_IN &&
		    (side->kernel.sas[i].cpu != KERNEL_CPU_NONE) == clone)
			return &side->kernel.sas[i];
	fail_msg("there is no inbound SA");
	return NULL;
}

/* How many messages East sends because of that. */
static unsigned said_of(struct pair *pair, bool clone, const char *address, uint16_t port)
{
	const struct double_sa *sa = inbound(&pair->east, clone);
	struct endpoint from = { pair_address(address), port };
	unsigned before = pair->east.sent;

	if (port == 0)
		from.port = ike_clone_port(sa->spi);
	ike_engine_on_mapping(pair->east.engine, sa->spi, &sa->destination, &from, pair->now);
	return pair->east.sent - before;
}

static const struct {
	const char *what, *west, *east;
	bool foreign, clone;
	const char *address;
	uint16_t port; /* 0: that of the SPI */
	bool asks;
} mappings[] = {
	{ "a head's port", SPREAD, SPREAD, false, false, "192.1.2.45", 7000, true },
	{ "a clone's port", SPREAD, SPREAD, false, true, "192.1.2.45", 7000, false },
	{ "a clone's address", SPREAD, SPREAD, false, true, "192.1.2.46", 7000, false },
	{ "a clone's port, which are not spread", " clones=2\n", " clones=2\n", false, true,
	  "192.1.2.45", 7000, true },
	{ "a clone's port, which only the peer spreads", SPREAD, " clones=2\n", false, true,
	  "192.1.2.45", 0, false },
	{ "that of another daemon's clone", " clones=2\n", " clones=2\n", true, true, "192.1.2.45",
	  50000, false },
	{ "the address of another daemon's clone", " clones=2\n", " clones=2\n", true, true,
	  "192.1.2.46", 50000, true },
};

static void where_a_clone_comes_from_moves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
		struct pair *pair = new_pair(mappings[i].west, mappings[i].east, NAT_PORT);
		const struct ike_sa *sa = pair_ike(&pair->east);
		struct endpoint before = sa->remote;

		print_message("%s\n", mappings[i].what);
		pair_ike(&pair->east)->peer_is_cygnet = !mappings[i].foreign;
		assert_int_equal(said_of(pair, mappings[i].clone, mappings[i].address,
					 mappings[i].port) > 0, mappings[i].asks);
		assert_true(endpoint_equal(&sa->remote, &before));
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_know_the_ports_of_both_directions_also_after_a_rekey),
		cmocka_unit_test(forced_encapsulation_makes_believe_of_a_nat_before_us_only),
		cmocka_unit_test(one_end_may_spread_and_the_other_not),
		cmocka_unit_test(without_udp_there_are_no_ports),
		cmocka_unit_test(a_nat_that_keeps_ports_is_passed),
		cmocka_unit_test(to_a_peer_behind_a_nat_that_translates_ports_there_is_one_port),
		cmocka_unit_test(ports_follow_a_nat_that_begins_to_translate_them_and_ends),
		cmocka_unit_test(where_a_clone_comes_from_moves_nothing),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
