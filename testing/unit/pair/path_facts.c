/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ike/exchange/send.h"
#include "path_facts.h"

struct address pair_address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

size_t pair_sas_at(const struct side *side, const char *peer, uint16_t port)
{
	struct address a = pair_address(peer);
	size_t count = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++) {
		const struct double_sa *sa = &side->kernel.sas[i];
		bool in = sa->direction == KERNEL_IN;

		count += address_equal(in ? &sa->source : &sa->destination, &a) &&
			 (in ? sa->source_port : sa->destination_port) == port;
	}
	return count;
}

void pair_speak(struct side *side)
{
	struct ike_sa *sa = pair_ike(side);

	(void)request_new(sa, REQUEST_LIVENESS);
	requests_run(&side->engine->w, sa);
	pair_run(side->pair);
}

void pair_remember_spis(const struct side *side, uint32_t out[2 * SET])
{
	assert_int_equal(side->kernel.sa_count, 2 * SET);
	for (size_t i = 0; i < 2 * SET; i++)
		out[i] = side->kernel.sas[i].spi;
}

size_t pair_spis_left(const struct side *side, const uint32_t spis[2 * SET])
{
	size_t count = 0;

	for (size_t i = 0; i < side->kernel.sa_count; i++)
		for (size_t j = 0; j < 2 * SET; j++)
			count += side->kernel.sas[i].spi == spis[j];
	return count;
}

void pair_assert_policies_at(const struct side *side, const char *peer)
{
	struct address a = pair_address(peer);

	assert_int_equal(side->kernel.policy_count, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct double_policy *p = &side->kernel.policies[i];
		bool out = p->direction == KERNEL_OUT;

		assert_int_equal(p->kind, POLICY_PROTECT);
		assert_true(address_equal(out ? &p->tunnel_destination : &p->tunnel_source, &a));
	}
}

const char mobile_conn[] = " clones=2\n mobike=yes\n";

struct pair *pair_of(bool moves_addresses, const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = west, .east = east, .moves_addresses = moves_addresses });

	pair_up(pair);
	return pair;
}

struct pair *pair_mobile(bool moves_addresses)
{
	struct pair *pair = pair_of(moves_addresses, mobile_conn, mobile_conn);

	assert_non_null(pair_ike(&pair->west)->mobike);
	assert_non_null(pair_ike(&pair->east)->mobike);
	return pair;
}

void pair_assert_set_at(struct pair *pair, const char *west, const char *east)
{
	struct address w = pair_address(west), e = pair_address(east);
	size_t count = 0;

	assert_non_null(pair_ike(&pair->west));
	assert_non_null(pair_ike(&pair->east));
	assert_true(address_equal(&pair_ike(&pair->west)->local.address, &w));
	assert_true(address_equal(&pair_ike(&pair->east)->remote.address, &w));
	assert_true(address_equal(&pair_ike(&pair->west)->remote.address, &e));
	assert_true(address_equal(&pair_ike(&pair->east)->local.address, &e));
	assert_int_equal(pair->west.kernel.sa_count, 2 * SET);
	assert_int_equal(pair->east.kernel.sa_count, 2 * SET);
	for (size_t i = 0; i < 2 * SET; i++) {
		const struct double_sa *a = &pair->west.kernel.sas[i];

		count += a->direction == KERNEL_OUT ? address_equal(&a->source, &w) &&
							      address_equal(&a->destination, &e)
						    : address_equal(&a->source, &e) &&
							      address_equal(&a->destination, &w);
	}
	assert_int_equal(count, 2 * SET);
	pair_assert_policies_at(&pair->west, east);
	pair_assert_policies_at(&pair->east, west);
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
}
