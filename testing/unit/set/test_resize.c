/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection that is loaded again with another clones=. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "provider.h"
#include "set_facts.h"

#define CONN "conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n" \
	     " leftsubnet=192.0.1.0/24\n rightsubnet=192.0.2.0/24\n authby=secret\n auto=add\n"

struct sas {
	uint32_t spis[DOUBLE_SAS_MAX];
	size_t count;
};

static struct sas sas_of(const struct side *side)
{
	struct sas out = { .count = side->kernel.sa_count };

	for (size_t i = 0; i < out.count; i++)
		out.spis[i] = side->kernel.sas[i].spi;
	return out;
}

/* How many of them are still there. */
static size_t left_of(const struct sas *sas, const struct side *side)
{
	size_t left = 0;

	for (size_t i = 0; i < sas->count; i++)
		for (size_t k = 0; k < side->kernel.sa_count; k++)
			left += side->kernel.sas[k].spi == sas->spis[i];
	return left;
}

/* Requests of west: Deletes and the like, and new Child SAs. */
static unsigned informationals, creations;

static bool counts(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;
	bool request = packet->sender == &pair->west && (p[19] & FLAG_RESPONSE) == 0;

	informationals += request && p[18] == EXCHANGE_INFORMATIONAL;
	creations += request && p[18] == EXCHANGE_CREATE_CHILD_SA;
	return false;
}

static struct pair *pair_up_with(const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	pair->loses = counts;
	informationals = creations = 0;
	return pair;
}

static void more_clones_are_made_and_those_that_are_there_stay(void **state)
{
	struct pair *pair = pair_up_with(" clones=1\n", " clones=1\n");
	struct sas before = sas_of(&pair->west);

	(void)state;
	assert_int_equal(before.count, 4);
	pair_add(&pair->west, CONN " clones=3\n");
	pair_advance(pair, SECONDS(5));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	assert_int_equal(left_of(&before, &pair->west), 4);
	assert_int_equal(creations, 2);
	assert_string_equal(facts_slot_state(&pair->west, "t-3"), "up");
	pair_free(pair);
}

static void fewer_are_given_back_by_one_delete_and_the_others_stay(void **state)
{
	struct pair *pair = pair_up_with(" clones=4\n", " clones=1\n");
	struct sas before = sas_of(&pair->west);

	(void)state;
	pair_add(&pair->west, CONN " clones=1\n");
	/* what is on its way still arrives */
	assert_int_equal(facts_count(&pair->west, KERNEL_IN), 5);
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x1);
	assert_int_equal(left_of(&before, &pair->west), 4);
	assert_int_equal(pair->west.kernel.sa_count, 4);
	assert_int_equal(pair->east.kernel.sa_count, 4);
	assert_int_equal(informationals, 1);
	assert_int_equal(creations, 0);
	assert_string_equal(facts_slot_state(&pair->west, "t-1"), "up");
	assert_string_equal(facts_slot_state(&pair->west, "t-3"), "");
	/* and that is all */
	pair_advance(pair, SECONDS(600));
	assert_int_equal(pair->west.kernel.sa_count, 4);
	assert_int_equal(informationals + creations, 1);
	pair_free(pair);
}

static void what_the_peer_made_is_the_peers(void **state)
{
	struct pair *pair = pair_up_with(" clones=4\n", " clones=4\n");
	struct sas before = sas_of(&pair->east);

	(void)state;
	pair_add(&pair->east, CONN " clones=1\n");
	pair_advance(pair, SECONDS(60));
	assert_int_equal(left_of(&before, &pair->east), 10);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	/* what comes anew is a spare there */
	facts_delete(&pair->west, facts_child(&pair->west, 1, false));
	pair_advance(pair, SECONDS(10));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 5);
	assert_int_equal(facts_count(&pair->east, KERNEL_OUT), 4);
	pair_free(pair);
}

static void back_to_what_it_was_before_they_went(void **state)
{
	struct pair *pair = pair_up_with(" clones=3\n", " clones=1\n");

	(void)state;
	pair_add(&pair->west, CONN " clones=1\n");
	pair_advance(pair, SECONDS(2));
	pair_add(&pair->west, CONN " clones=3\n");
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	assert_int_equal(pair->west.kernel.sa_count, 8);
	assert_int_equal(pair->east.kernel.sa_count, 6); /* two spares */
	pair_free(pair);
}

static void other_cpus_get_theirs_and_the_common_ones_stay(void **state)
{
	struct pair *pair = pair_up_with(" clones=0-2\n", " clones=1\n");
	uint32_t common = facts_spi_out(&pair->west, 2);

	(void)state;
	pair_add(&pair->west, CONN " clones=2-3\n");
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xc);
	assert_int_equal(facts_spi_out(&pair->west, 2), common);
	pair_add(&pair->west, CONN " clones=yes\n");
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	assert_int_equal(facts_spi_out(&pair->west, 2), common);
	pair_add(&pair->west, CONN " clones=2\n");
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x3);
	pair_free(pair);
}

static void a_clone_that_is_under_way_goes_when_it_is_there(void **state)
{
	struct pair *pair = pair_up_with(" clones=1\n", " clones=1\n");

	(void)state;
	pair->hold_jobs = true;
	pair_add(&pair->west, CONN " clones=4\n");
	pair_run(pair);
	pair_add(&pair->west, CONN " clones=1\n");
	pair->hold_jobs = false;
	pair_advance(pair, SECONDS(30));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x1);
	assert_int_equal(pair->west.kernel.sa_count, 4);
	assert_int_equal(pair->east.kernel.sa_count, 4);
	pair_free(pair);
}

static void a_set_that_is_down_stays_down(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=1\n" });

	(void)state;
	pair_add(&pair->west, CONN " clones=3\n");
	pair_advance(pair, SECONDS(5));
	assert_int_equal(pair->west.sent, 0);
	assert_string_equal(facts_slot_state(&pair->west, "t-3"), "empty");
	pair_free(pair);
}

static const struct {
	const char *what, *more;
} others[] = {
	{ "the same again", " clones=2\n" },
	{ "another option too", " clones=3\n pfs=no\n" },
	{ "only another option", " clones=2\n ipsec-lifetime=1h\n" },
	{ "no clones any more", "" },
};

static void whatever_else_is_other_takes_the_connection_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct pair *pair = pair_up_with(" clones=2\n", " clones=2\n");
		char text[512];

		print_message("%s\n", others[i].what);
		(void)snprintf(text, sizeof(text), "%s%s", CONN, others[i].more);
		pair_add(&pair->west, text);
		assert_int_equal(pair->west.kernel.sa_count, 0);
		pair_run(pair);
		assert_int_equal(pair->east.kernel.sa_count, 0);
		assert_int_equal(informationals, 1);
		pair_free(pair);
	}
}

static void a_connection_cannot_have_the_name_of_a_clone(void **state)
{
	struct pair *pair = pair_up_with(" clones=2\n", " clones=2\n");
	struct engine_counts counts;

	(void)state;
	pair_add(&pair->west, "conn t-1\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n");
	assert_string_equal(pair->west.last,
			    "\"t-1\" is one member of the clone set \"t\", which comes and goes "
			    "as a whole: say \"t\", or choose another name");
	ike_engine_counts(pair->west.engine, &counts);
	assert_int_equal(counts.connections, 1);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	pair_free(pair);
}

static void commands_on_one_clone_say_what_to_say(void **state)
{
	struct pair *pair = pair_up_with(" clones=2\n", " clones=2\n");
	static const char *const names[] = { "t-0", "t-2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ike_engine_down(pair->west.engine, names[i], 8, pair->now);
		assert_int_equal(pair->west.last_code, CONTROL_UNKNOWN_NAME);
		assert_non_null(strstr(pair->west.last, "is one member of the clone set \"t\", which "
							"comes and goes as a whole: say \"t\""));
		ike_engine_delete(pair->west.engine, names[i], 9, pair->now);
		assert_int_equal(pair->west.last_code, CONTROL_UNKNOWN_NAME);
	}
	assert_int_equal(pair->west.kernel.sa_count, 6);
	pair_free(pair);
}

/* A set on an IKE SA that is another connection's: that one stays. */
static void the_whole_set_goes_by_one_delete(void **state)
{
	static const char host[] = "conn h\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n"
				   " rightid=@east\n authby=secret\n auto=add\n";
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=4\n", .east = " clones=4\n",
	});

	(void)state;
	pair_add(&pair->west, host);
	pair_add(&pair->east, host);
	pair_up(pair);
	pair_up_named(pair, "h", CONTROL_OK);
	pair_advance(pair, SECONDS(5));
	pair->loses = counts;
	informationals = 0;
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair_run(pair);
	assert_int_equal(informationals, 1);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	pair_free(pair);
}

static void all_peers_of_any_address_are_resized(void **state)
{
	static const char hub[] = "conn hub\n left=192.1.2.23\n leftid=@east\n right=%any\n"
				  " leftsubnet=192.0.2.0/24\n rightsubnet=192.0.1.0/24\n"
				  " authby=secret\n";
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=1\n" });
	char text[512];

	(void)state;
	ike_engine_delete(pair->east.engine, "t", 0, pair->now);
	(void)snprintf(text, sizeof(text), "%s clones=1\n", hub);
	pair_add(&pair->east, text);
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	(void)snprintf(text, sizeof(text), "%s clones=3\n", hub);
	pair_add(&pair->east, text);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0x7);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_clones_are_made_and_those_that_are_there_stay),
		cmocka_unit_test(fewer_are_given_back_by_one_delete_and_the_others_stay),
		cmocka_unit_test(what_the_peer_made_is_the_peers),
		cmocka_unit_test(back_to_what_it_was_before_they_went),
		cmocka_unit_test(other_cpus_get_theirs_and_the_common_ones_stay),
		cmocka_unit_test(a_clone_that_is_under_way_goes_when_it_is_there),
		cmocka_unit_test(a_set_that_is_down_stays_down),
		cmocka_unit_test(whatever_else_is_other_takes_the_connection_down),
		cmocka_unit_test(a_connection_cannot_have_the_name_of_a_clone),
		cmocka_unit_test(commands_on_one_clone_say_what_to_say),
		cmocka_unit_test(the_whole_set_goes_by_one_delete),
		cmocka_unit_test(all_peers_of_any_address_are_resized),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
