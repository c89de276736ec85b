/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pair/no_gap.h"

bool gap_has_inbound(const struct side *side, uint32_t spi)
{
	for (size_t i = 0; i < side->kernel.sa_count; i++)
		if (side->kernel.sas[i].direction == KERNEL_IN && side->kernel.sas[i].spi == spi)
			return true;
	return false;
}

const struct double_policy *gap_policy(const struct side *side)
{
	for (size_t i = 0; i < side->kernel.policy_count; i++)
		if (side->kernel.policies[i].direction == KERNEL_OUT)
			return &side->kernel.policies[i];
	return NULL;
}

const struct double_sa *gap_chosen(const struct side *side, uint32_t cpu)
{
	const struct double_policy *policy = gap_policy(side);
	const struct double_sa *best = NULL;

	for (size_t i = 0; i < side->kernel.sa_count; i++) {
		const struct double_sa *sa = &side->kernel.sas[i];

		if (policy != NULL && policy->spi != 0 && sa->spi != policy->spi)
			continue;
		if (sa->direction == KERNEL_OUT &&
		    (sa->cpu == cpu || (sa->cpu == KERNEL_CPU_NONE &&
					(best == NULL || best->cpu == KERNEL_CPU_NONE))))
			best = sa;
	}
	return best;
}

static void count(struct side *side, enum kernel_direction direction, uint32_t spi)
{
	for (size_t i = 0; i < side->kernel.sa_count; i++) {
		struct double_sa *sa = &side->kernel.sas[i];

		if (sa->direction == direction && sa->spi == spi) {
			sa->packets++;
			sa->bytes += 100;
		}
	}
}

uint32_t gap_send(struct side *from, uint32_t cpu)
{
	const struct double_sa *sa = gap_chosen(from, cpu);

	assert_non_null(sa);
	assert_true(gap_has_inbound(pair_other(from), sa->spi));
	count(from, KERNEL_OUT, sa->spi);
	count(pair_other(from), KERNEL_IN, sa->spi);
	return sa->cpu;
}

bool gap_watch(struct pair *pair, const struct packet *packet)
{
	struct side *sides[] = { &pair->west, &pair->east };

	(void)packet;
	for (int i = 0; i < 2; i++)
		for (uint32_t cpu = 0; cpu < 4; cpu++) {
			const struct double_sa *sa = gap_chosen(sides[i], cpu);

			assert_true(sides[i]->kernel.policy_count >= 3);
			assert_non_null(sa);
			assert_true(gap_has_inbound(pair_other(sides[i]), sa->spi));
		}
	return false;
}

struct connection *gap_connection(const struct side *side)
{
	return connection_find_name(&side->engine->w.connections, "t");
}

struct ike_sa *gap_ike(const struct side *side)
{
	return ike_sa_find_id(&side->engine->w, gap_connection(side)->ike_sa);
}

void gap_assert_one_set(struct pair *pair, size_t sas)
{
	assert_int_equal(pair_ike_count(&pair->west), 1);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	assert_int_equal(pair->west.kernel.sa_count, sas);
	assert_int_equal(pair->east.kernel.sa_count, sas);
	assert_int_equal(pair_shared_sas(pair), sas);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
}
