/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets whose CPUs go offline and come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair/engine_pair.h"
#include "set_facts.h"
#include "provider.h"

static void a_clone_whose_cpu_goes_stays_in_the_kernel_until_that_is_back(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=yes\n", .east = " clones=yes\n",
	});
	unsigned sent;

	(void)state;
	pair_up(pair);
	sent = pair->west.sent + pair->east.sent;
	facts_online(&pair->west, 0x7);
	pair_advance(pair, SECONDS(600));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	assert_int_equal(pair->west.kernel.sa_count, 10);
	assert_string_equal(facts_slot_state(&pair->west, "t-4"), "spare");
	assert_string_equal(facts_slot_state(&pair->west, "t-3"), "up");
	facts_online(&pair->west, 0xf);
	pair_advance(pair, SECONDS(600));
	assert_string_equal(facts_slot_state(&pair->west, "t-4"), "up");
	assert_int_equal(pair->west.kernel.sa_count, 10);
	assert_int_equal(pair->east.kernel.sa_count, 10);
	/* and nobody was asked for anything */
	assert_int_equal(pair->west.sent + pair->east.sent, sent);
	pair_free(pair);
}

static void clones_yes_makes_one_for_a_cpu_that_comes(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .east = " clones=yes\n" });

	(void)state;
	facts_online(&pair->west, 0x5);
	pair_crash(&pair->west, " clones=yes\n");
	facts_online(&pair->east, 0x1);
	pair_crash(&pair->east, " clones=yes\n");
	pair_up(pair);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x5);
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0x1);
	facts_online(&pair->west, 0x7);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	assert_string_equal(facts_slot_state(&pair->west, "t-2"), "up");
	assert_string_equal(facts_slot_state(&pair->west, "t-3"), "up");
	pair_free(pair);
}

static void a_spare_is_used_when_a_cpu_comes(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=4\n" });
	unsigned sent;

	(void)state;
	facts_online(&pair->east, 0x3);
	pair_crash(&pair->east, " clones=yes\n");
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0x3);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 5);
	sent = pair->west.sent + pair->east.sent;
	facts_online(&pair->east, 0x7);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0x7);
	facts_online(&pair->east, 0xf);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0xf);
	assert_int_equal(facts_count(&pair->east, KERNEL_IN), 5);
	assert_int_equal(facts_count(&pair->east, KERNEL_OUT), 5);
	assert_int_equal(pair->west.sent + pair->east.sent, sent);
	pair_free(pair);
}

/* The number of a spare is beyond those of the slots, also when these become more. */
static void no_two_members_of_a_set_have_one_name(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=4\n" });

	(void)state;
	facts_online(&pair->east, 0x1);
	pair_crash(&pair->east, " clones=yes\n");
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(facts_names(&pair->east), 0x1f);
	facts_online(&pair->east, 0x3);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_names(&pair->east), 0x3 | 0x4 | 0x18);
	pair_free(pair);
}

static void a_list_means_those_cpus_and_no_others(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .east = " clones=no\n" });

	(void)state;
	facts_online(&pair->west, 0xb);
	pair_crash(&pair->west, " clones=1-2\n");
	pair_crash(&pair->east, " clones=1\n");
	pair_up(pair);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x2);
	assert_string_equal(facts_slot_state(&pair->west, "t-2"), "offline");
	facts_online(&pair->west, 0xd); /* 2 comes, 1 goes */
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x6);
	assert_string_equal(facts_slot_state(&pair->west, "t-1"), "spare");
	pair_free(pair);
}

static void a_list_of_cpus_that_are_all_offline_gets_them_later(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .east = " clones=2\n" });

	(void)state;
	facts_online(&pair->west, 0x3);
	pair_crash(&pair->west, " clones=2-3\n");
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	/* what east made has no CPU here yet */
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0);
	assert_int_equal(facts_count(&pair->west, KERNEL_IN), 3);
	facts_online(&pair->west, 0xf);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xc);
	assert_int_equal(facts_count(&pair->west, KERNEL_IN), 3);
	pair_free(pair);
}

static void a_number_keeps_its_cpus_and_grows_up_to_it(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .east = " clones=4\n" });

	(void)state;
	facts_online(&pair->west, 0x3);
	pair_crash(&pair->west, " clones=3\n");
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x3);
	facts_online(&pair->west, 0xf);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	facts_online(&pair->west, 0xd); /* CPU 3 does not take the place of CPU 1 */
	pair_advance(pair, SECONDS(30));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	pair_free(pair);
}

static void a_clone_whose_cpu_is_offline_is_rekeyed_for_that_cpu(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=yes\n", .east = " clones=yes\n",
	});
	uint32_t before;

	(void)state;
	pair_up(pair);
	facts_online(&pair->west, 0x7);
	before = facts_spi_out(&pair->west, 3);
	ike_engine_rekey(pair->west.engine, "t-4", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(20));
	assert_int_not_equal(facts_spi_out(&pair->west, 3), before);
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	assert_int_equal(pair->west.kernel.sa_count, 10);
	assert_string_equal(facts_slot_state(&pair->west, "t-4"), "spare");
	pair_free(pair);
}

static void what_is_deleted_while_its_cpu_is_offline_is_made_when_it_is_back(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=yes\n", .east = " clones=1\n",
	});

	(void)state;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	facts_online(&pair->west, 0x7);
	facts_delete(&pair->east, child_sa_find_spi(&pair->east.engine->w, facts_spi_out(&pair->west, 3)));
	pair_advance(pair, SECONDS(600));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0x7);
	assert_string_equal(facts_slot_state(&pair->west, "t-4"), "offline");
	facts_online(&pair->west, 0xf);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	pair_free(pair);
}

static void instances_of_any_peers_follow_too(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n" });

	(void)state;
	facts_online(&pair->east, 0x1);
	ike_engine_delete(pair->east.engine, "t", 0, pair->now);
	pair_add(&pair->east, "conn hub\n left=192.1.2.23\n leftid=@east\n right=%any\n"
			      " leftsubnet=192.0.2.0/24\n rightsubnet=192.0.1.0/24\n"
			      " authby=secret\n clones=yes\n");
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0x1);
	facts_online(&pair->east, 0x3);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(facts_cpus(&pair->east, KERNEL_OUT), 0x3);
	pair_free(pair);
}

/* --- CPUs that take what comes in --- */

static struct ike_receivers receivers;
static unsigned asked;

static void tell_receivers(void *context, const struct address *peer, struct ike_receivers *out)
{
	const struct side *side = context;

	assert_true(address_equal(peer, &side->pair->east.address.address));
	*out = receivers;
	asked++;
}

static const struct {
	const char *what, *west, *east;
	uint16_t cpus[6];
	uint32_t count;
	const char *said; /* how the line ends; NULL: nothing is said */
} rows[] = {
	{ "all have clones", " clones=4\n", " clones=4\n", { 0, 1, 2, 3 }, 4, NULL },
	{ "some have none", " clones=1-2\n", " clones=4\n", { 0, 1, 2, 3, 5 }, 5, ": 0,3,5" },
	{ "a range", " clones=1\n", " clones=4\n", { 0, 1, 2, 3 }, 4, ": 1-3" },
	{ "nothing is known", " clones=1\n", " clones=4\n", { 0 }, 0, NULL },
	{ "the peer knows no clones", " clones=1\n", "", { 0, 1 }, 2, NULL },
	{ "there are none", "", " clones=4\n", { 0, 1 }, 2, NULL },
	{ "one is refused", " clones=4\n", " clones=1\n max-clones=2\n", { 0, 1, 2, 3 }, 4, ": 2-3" },
};

static void cpus_that_take_packets_and_have_no_clone_are_said_at_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) {
			.west = rows[i].west, .east = rows[i].east,
		});
		const char *said = pair->west.warning;

		print_message("%s\n", rows[i].what);
		receivers = (struct ike_receivers) { .device = "eth0", .count = rows[i].count };
		memcpy(receivers.cpus, rows[i].cpus, sizeof(rows[i].cpus));
		pair->west.engine->w.host.receivers = tell_receivers;
		pair_up(pair);
		pair_advance(pair, SECONDS(5));
		if (rows[i].said == NULL)
			assert_string_equal(said, "");
		else
			assert_string_equal(said + strlen(said) - strlen(rows[i].said),
					    rows[i].said);
		pair_free(pair);
	}
}

static void they_are_said_once(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=yes\n", .east = " clones=1\n",
	});

	(void)state;
	receivers = (struct ike_receivers) { .device = "eth0", .count = 1, .cpus = { 5 } };
	pair->west.engine->w.host.receivers = tell_receivers;
	asked = 0;
	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(asked, 1);
	/* a clone that comes anew completes the set again */
	facts_delete(&pair->east, child_sa_find_spi(&pair->east.engine->w,
						    facts_spi_out(&pair->west, 3)));
	pair_advance(pair, SECONDS(20));
	assert_int_equal(facts_cpus(&pair->west, KERNEL_OUT), 0xf);
	assert_int_equal(asked, 1);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clone_whose_cpu_goes_stays_in_the_kernel_until_that_is_back),
		cmocka_unit_test(clones_yes_makes_one_for_a_cpu_that_comes),
		cmocka_unit_test(a_spare_is_used_when_a_cpu_comes),
		cmocka_unit_test(no_two_members_of_a_set_have_one_name),
		cmocka_unit_test(a_list_means_those_cpus_and_no_others),
		cmocka_unit_test(a_list_of_cpus_that_are_all_offline_gets_them_later),
		cmocka_unit_test(a_number_keeps_its_cpus_and_grows_up_to_it),
		cmocka_unit_test(a_clone_whose_cpu_is_offline_is_rekeyed_for_that_cpu),
		cmocka_unit_test(what_is_deleted_while_its_cpu_is_offline_is_made_when_it_is_back),
		cmocka_unit_test(instances_of_any_peers_follow_too),
		cmocka_unit_test(cpus_that_take_packets_and_have_no_clone_are_said_at_up),
		cmocka_unit_test(they_are_said_once),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
