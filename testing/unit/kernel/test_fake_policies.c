/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the fake kernel's policies a packet meets, and what is said of their owners. */
#include "kernel_samples.h"

#include "base/mem.h"
#include "pluto/kernel/fake.h"

static struct kernel_backend *fake;

static int new_fake(void **state)
{
	struct fake_config config = { .cpus = 1 };

	(void)state;
	fake = kernel_fake_new(&config);
	return 0;
}

static int free_fake(void **state)
{
	(void)state;
	kernel_free(fake);
	return 0;
}

static struct kernel_change block(const char *source, const char *destination, uint32_t priority)
{
	struct kernel_change c = sample_policy(KERNEL_OUT);

	c.policy.kind = POLICY_BLOCK;
	c.policy.source = sample_net(source);
	c.policy.destination = sample_net(destination);
	c.policy.priority = priority;
	return c;
}

static struct kernel_change pass(const char *source, const char *destination, uint32_t priority)
{
	struct kernel_change c = block(source, destination, priority);

	c.policy.kind = POLICY_PASS;
	return c;
}

static int sent(void)
{
	struct fake_packet p = { .source = sample_address("192.0.1.254"),
				 .destination = sample_address("192.0.2.254"),
				 .protocol = IPPROTO_ICMP,
				 .len = 84 };
	struct fake_wire wire;

	return fake_send(fake, 0, &p, &wire);
}

#define HOST_A "192.0.1.254/32"
#define HOST_B "192.0.2.254/32"

static void hosts_and_nets_are_weighed_together(void **state)
{
	(void)state;
	assert_int_equal(sample_apply(fake, pass("192.0.1.0/24", "192.0.2.0/24", 10)), 0);
	assert_int_equal(sample_apply(fake, block(HOST_A, HOST_B, 20)), 0);
	assert_int_equal(sent(), 0);
	assert_int_equal(sample_apply(fake, block(HOST_A, HOST_B, 5)), 0);
	assert_int_equal(sent(), -EPERM);
	assert_int_equal(fake_policy_count(fake), 2);
}

static void of_equals_the_older_one_counts(void **state)
{
	(void)state;
	assert_int_equal(sample_apply(fake, block("192.0.1.0/24", HOST_B, 10)), 0);
	assert_int_equal(sample_apply(fake, pass(HOST_A, HOST_B, 10)), 0);
	assert_int_equal(sent(), -EPERM);
}

static void a_deleted_one_is_met_no_more(void **state)
{
	struct kernel_change c = block(HOST_A, HOST_B, 10);

	(void)state;
	assert_int_equal(sample_apply(fake, c), 0);
	c.verb = KERNEL_POLICY_DELETE;
	assert_int_equal(sample_apply(fake, c), 0);
	assert_int_equal(sent(), 0);
	assert_int_equal(fake_policy_count(fake), 0);
}

static void a_reqids_policies_are_counted_by_direction(void **state)
{
	struct kernel_change other = sample_policy(KERNEL_OUT);
	size_t counts[KERNEL_FORWARD + 1];

	(void)state;
	other.policy.source = sample_net("192.0.9.0/24");
	assert_int_equal(sample_apply(fake, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(sample_apply(fake, sample_policy(KERNEL_IN)), 0);
	assert_int_equal(sample_apply(fake, other), 0);
	fake_count_policies(fake, SAMPLE_REQID, counts);
	assert_int_equal(counts[KERNEL_OUT], 2);
	assert_int_equal(counts[KERNEL_IN], 1);
	assert_int_equal(counts[KERNEL_FORWARD], 0);
	fake_count_policies(fake, SAMPLE_REQID + 1, counts);
	assert_int_equal(counts[KERNEL_OUT], 0);
}

static void who_takes_another_sets_place_is_noticed(void **state)
{
	struct kernel_change c = sample_policy(KERNEL_OUT);

	(void)state;
	assert_int_equal(sample_apply(fake, c), 0);
	assert_int_equal(sample_apply(fake, c), 0);
	assert_int_equal(fake_taken_over(fake), 0);
	c.policy.reqid++;
	assert_int_equal(sample_apply(fake, c), 0);
	assert_int_equal(fake_taken_over(fake), 1);
	assert_int_equal(fake_policy_count(fake), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hosts_and_nets_are_weighed_together, new_fake,
						free_fake),
		cmocka_unit_test_setup_teardown(of_equals_the_older_one_counts, new_fake,
						free_fake),
		cmocka_unit_test_setup_teardown(a_deleted_one_is_met_no_more, new_fake, free_fake),
		cmocka_unit_test_setup_teardown(a_reqids_policies_are_counted_by_direction,
						new_fake, free_fake),
		cmocka_unit_test_setup_teardown(who_takes_another_sets_place_is_noticed, new_fake,
						free_fake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
