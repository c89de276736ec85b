/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fake kernel does with policies that ask for the SAs of CPUs, or name one SA: as Linux was
 * seen to do it. */
#include "kernel_samples.h"

#include "pluto/kernel/fake.h"

enum { HEAD = 0x1000, CLONE_0, CLONE_1, CPUS = 2 };

struct said {
	unsigned count;
	uint32_t cpu;
};

static struct kernel_backend *fake;

static void hear_acquire(void *context, const struct kernel_acquire *acquire)
{
	struct said *said = context;

	assert_int_equal(acquire->reqid, SAMPLE_REQID);
	said->count++;
	said->cpu = acquire->cpu;
}

static void assert_asks_for(unsigned count, uint32_t cpu)
{
	struct said said = { .cpu = KERNEL_CPU_NONE };

	kernel_read_events(fake, &(struct kernel_events) { .context = &said,
							    .on_acquire = hear_acquire });
	assert_int_equal(said.count, count);
	if (count > 0)
		assert_int_equal(said.cpu, cpu);
}

/* The SPI, or -errno. */
static int send_from(uint32_t cpu)
{
	struct fake_packet p = { .source = sample_address("192.0.1.254"),
				 .destination = sample_address("192.0.2.254"),
				 .protocol = IPPROTO_ICMP,
				 .len = 84 };
	struct fake_wire wire;
	int result = fake_send(fake, cpu, &p, &wire);

	return result == 0 ? (int)wire.spi : result;
}

static void set_policy(bool asks, uint32_t spi)
{
	struct kernel_change c = sample_policy(KERNEL_OUT);

	c.policy.cpu_acquire = asks;
	c.policy.spi = spi;
	assert_int_equal(sample_apply(fake, c), 0);
}

static void add(uint32_t spi, uint32_t cpu)
{
	assert_int_equal(sample_apply(fake, sample_sa(KERNEL_OUT, spi, cpu)), 0);
}

static int with_a_head(void **state)
{
	(void)state;
	fake = kernel_fake_new(&(struct fake_config) { .cpus = CPUS, .per_cpu = true });
	add(HEAD, KERNEL_CPU_NONE);
	set_policy(true, 0);
	return 0;
}

static int free_fake(void **state)
{
	(void)state;
	kernel_free(fake);
	return 0;
}

static void one_packet_goes_by_the_head_and_the_rest_is_lost(void **state)
{
	(void)state;
	assert_int_equal(send_from(0), HEAD);
	assert_asks_for(1, 0);
	assert_int_equal(send_from(0), -EAGAIN);
	assert_asks_for(0, 0);
}

static void what_one_cpu_asks_for_takes_all_others_along(void **state)
{
	(void)state;
	assert_int_equal(send_from(0), HEAD);
	assert_asks_for(1, 0);
	assert_int_equal(send_from(1), -EAGAIN);
	assert_asks_for(0, 0);
}

static void the_clone_of_that_cpu_answers(void **state)
{
	(void)state;
	assert_int_equal(send_from(0), HEAD);
	assert_asks_for(1, 0);
	add(CLONE_1, 1);
	assert_int_equal(send_from(0), -EAGAIN);
	assert_int_equal(send_from(1), CLONE_1);
	add(CLONE_0, 0);
	assert_int_equal(send_from(0), CLONE_0);
	assert_asks_for(0, 0);
}

static void who_does_not_ask_any_more_has_the_head_at_once(void **state)
{
	(void)state;
	assert_int_equal(send_from(0), HEAD);
	set_policy(false, 0);
	assert_int_equal(send_from(0), HEAD);
	assert_int_equal(send_from(1), HEAD);
	set_policy(true, 0); /* and the question stands */
	assert_int_equal(send_from(1), -EAGAIN);
	fake_expire_acquires(fake);
	assert_int_equal(send_from(1), HEAD);
	assert_asks_for(2, 1);
}

static void nothing_is_asked_where_each_cpu_has_its_clone(void **state)
{
	(void)state;
	add(CLONE_0, 0);
	add(CLONE_1, 1);
	assert_int_equal(send_from(0), CLONE_0);
	assert_int_equal(send_from(1), CLONE_1);
	assert_asks_for(0, 0);
}

static void without_any_sa_no_cpu_is_named(void **state)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, HEAD, KERNEL_CPU_NONE);

	(void)state;
	c.verb = KERNEL_SA_DELETE;
	assert_int_equal(sample_apply(fake, c), 0);
	assert_int_equal(send_from(1), -EAGAIN);
	assert_asks_for(1, KERNEL_CPU_NONE);
}

static void a_policy_that_names_the_head_has_no_other_choice(void **state)
{
	(void)state;
	add(CLONE_0, 0);
	set_policy(false, HEAD);
	assert_int_equal(send_from(0), HEAD);
	set_policy(false, 0);
	assert_int_equal(send_from(0), CLONE_0);
	set_policy(false, CLONE_1); /* which is not there */
	assert_int_equal(send_from(0), -EAGAIN);
}

int main(void)
{
#define ROW(f) cmocka_unit_test_setup_teardown(f, with_a_head, free_fake)
	static const struct CMUnitTest tests[] = {
		ROW(one_packet_goes_by_the_head_and_the_rest_is_lost),
		ROW(what_one_cpu_asks_for_takes_all_others_along),
		ROW(the_clone_of_that_cpu_answers),
		ROW(who_does_not_ask_any_more_has_the_head_at_once),
		ROW(nothing_is_asked_where_each_cpu_has_its_clone),
		ROW(without_any_sa_no_cpu_is_named),
		ROW(a_policy_that_names_the_head_has_no_other_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
