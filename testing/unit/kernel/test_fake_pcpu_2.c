/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake kernel as a prototype of 2019: heads with a slot for each CPU. */
#include "kernel_samples.h"

#include "kernel/slots.h"
#include "pluto/kernel/fake.h"

enum { NOTHING = 0 };

static struct kernel_backend *new_fake(void)
{
	struct fake_config config = { .cpus = SLOT_CPUS, .per_cpu = true, .pcpu_2 = true };
	struct kernel_backend *k = kernel_fake_new(&config);

	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	return k;
}

/* `kind`: a CPU, or one of slots.h. */
static struct kernel_change outbound(uint32_t spi, int kind)
{
	struct kernel_change c =
		sample_sa(KERNEL_OUT, spi, kind < 0 ? KERNEL_CPU_NONE : (uint32_t)kind);

	c.sa.clone_head = kind == SLOT_HEAD || kind == SLOT_OTHER_SET;
	c.sa.reqid += kind == SLOT_OTHER_SET;
	return c;
}

static struct kernel_change to_delete(uint32_t spi, int kind)
{
	struct kernel_change c = outbound(spi, kind);

	c.verb = KERNEL_SA_DELETE;
	return c;
}

static uint32_t spi_from(struct kernel_backend *k, uint32_t cpu)
{
	struct fake_packet p = { .source = sample_address("192.0.1.254"),
				 .destination = sample_address("192.0.2.254"),
				 .protocol = IPPROTO_ICMP,
				 .len = 84 };
	struct fake_wire wire;

	return fake_send(k, cpu, &p, &wire) == 0 ? wire.spi : NOTHING;
}

static void clones_are_found_in_the_slots_of_their_head(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(slot_rows); i++) {
		const struct slot_row *row = &slot_rows[i];
		struct kernel_backend *k = new_fake();

		print_message("%s\n", row->what);
		for (uint32_t n = 0; n < ARRAY_LEN(row->adds) && row->adds[n] != SLOT_END; n++)
			assert_int_equal(sample_apply(k, outbound(SLOT_SPI + n, row->adds[n])), 0);
		for (size_t n = 0; n < ARRAY_LEN(row->gone) && row->gone[n] != SLOT_END; n++) {
			int gone = row->gone[n];

			assert_int_equal(sample_apply(k, to_delete(SLOT_SPI + (uint32_t)gone,
								   row->adds[gone])), 0);
		}
		for (uint32_t cpu = 0; cpu < SLOT_CPUS; cpu++)
			assert_int_equal(spi_from(k, cpu),
					 row->expect[cpu] == SLOT_NOTHING ?
						 NOTHING :
						 SLOT_SPI + (uint32_t)row->expect[cpu]);
		kernel_free(k);
	}
}

static void orphans_do_not_serve_the_next_head(void **state)
{
	struct kernel_backend *k = new_fake();

	(void)state;
	assert_int_equal(sample_apply(k, outbound(0x1000, SLOT_HEAD)), 0);
	assert_int_equal(sample_apply(k, outbound(0x1001, 0)), 0);
	assert_int_equal(sample_apply(k, to_delete(0x1000, SLOT_HEAD)), 0);
	assert_int_equal(sample_apply(k, outbound(0x1002, SLOT_HEAD)), 0);
	assert_int_equal(spi_from(k, 0), 0x1002);
	kernel_free(k);
}

static void what_the_prototype_refuses(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change c;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(slot_refusals); i++) {
		print_message("%s\n", slot_refusals[i].what);
		assert_int_equal(sample_apply(k, outbound(0x1000 + i, slot_refusals[i].kind)),
				 slot_refusals[i].result);
	}
	/* Inbound there are no heads and no clones. */
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_IN, 0x1007, 1)), 0);
	assert_int_equal(sample_apply(k, to_delete(0x1004, 1)), -ESRCH);
	assert_int_equal(sample_apply(k, to_delete(0x1004, SLOT_PLAIN)), -ESRCH);
	c = to_delete(0x1004, 0);
	c.sa.source = sample_address("192.1.2.46");
	assert_int_equal(sample_apply(k, c), -ESRCH);
	c = outbound(0x1004, 0);
	c.verb = KERNEL_SA_QUERY;
	assert_int_equal(sample_apply(k, c), 0);
	assert_int_equal(sample_apply(k, to_delete(0x1004, 0)), 0);
	kernel_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clones_are_found_in_the_slots_of_their_head),
		cmocka_unit_test(orphans_do_not_serve_the_next_head),
		cmocka_unit_test(what_the_prototype_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
