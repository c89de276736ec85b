/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a card's table to the CPU that a packet comes in on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pluto/daemon/landing.h"

enum { QUEUES = 4 };

/* Queue q interrupts CPU 3 - q; the last queue may hit two. */
static struct nic_facts card(void)
{
	struct nic_facts facts = { .hash = NIC_HASH_TOEPLITZ, .key_len = 40,
				   .table_len = QUEUES, .interrupt_count = QUEUES };

	for (uint32_t i = 0; i < facts.key_len; i++)
		facts.key[i] = (uint8_t)(i * 37 + 11);
	facts.table = mem_new_array(QUEUES, sizeof(facts.table[0]));
	facts.interrupts = mem_new_array(QUEUES, sizeof(facts.interrupts[0]));
	for (uint32_t i = 0; i < QUEUES; i++) {
		uint16_t *cpus = mem_new_array(2, sizeof(*cpus));

		cpus[0] = (uint16_t)(QUEUES - 1 - i);
		cpus[1] = 9;
		facts.table[i] = (uint16_t)i;
		facts.interrupts[i] = (struct nic_interrupt) {
			.queue = i, .cpus = cpus, .cpu_count = i == QUEUES - 1 ? 2 : 1
		};
	}
	facts.flows[NIC_ESP4] = (struct nic_fields) { true, NIC_FIELD_FIRST_HALF |
							    NIC_FIELD_SECOND_HALF };
	facts.flows[NIC_UDP4] = (struct nic_fields) { true, NIC_FIELD_SECOND_HALF };
	return facts;
}

static struct ike_arrival arrival_of(uint32_t spi)
{
	struct ike_arrival arrival = { .spi = spi };

	assert_true(address_parse("192.1.2.23", &arrival.local));
	assert_true(address_parse("192.1.2.45", &arrival.peer));
	return arrival;
}

static void an_spi_lands_on_the_cpu_of_its_queue_and_on_no_other(void **state)
{
	struct nic_facts facts = card();
	struct ike_arrival arrival;
	unsigned here[QUEUES] = { 0 };

	(void)state;
	for (uint32_t spi = 0x1000; spi < 0x1400; spi++) {
		struct nic_packet packet;
		uint32_t queue;

		arrival = arrival_of(spi);
		packet = (struct nic_packet) { .source = arrival.peer,
					       .destination = arrival.local, .spi = spi };
		assert_true(nic_queue_of(&facts, &packet, &queue));
		for (uint32_t cpu = 1; cpu < QUEUES; cpu++) {
			enum ike_landing landing = landing_on_card(&facts, &arrival, cpu);

			assert_int_equal(landing, queue == QUEUES - 1 - cpu ? LANDING_HERE
									    : LANDING_ELSEWHERE);
			here[cpu] += landing == LANDING_HERE;
		}
	}
	for (uint32_t cpu = 1; cpu < QUEUES; cpu++)
		assert_in_range(here[cpu], 128, 384);
	nic_facts_done(&facts);
}

static void nothing_is_known_where_no_draw_could_help(void **state)
{
	struct nic_facts facts = card(), other = facts;
	struct ike_arrival arrival = arrival_of(0x1000), udp = arrival;

	(void)state;
	udp.encapsulated = true;
	assert_int_equal(landing_on_card(&facts, &arrival, 0), LANDING_UNKNOWN); /* or 9 */
	assert_int_equal(landing_on_card(&facts, &arrival, 7), LANDING_UNKNOWN);
	/* the destination port is always the same */
	assert_int_equal(landing_on_card(&facts, &udp, 1), LANDING_UNKNOWN);
	other.interrupt_count = 0;
	assert_int_equal(landing_on_card(&other, &arrival, 1), LANDING_UNKNOWN);
	other = facts;
	other.hash = NIC_HASH_CRC32;
	assert_int_equal(landing_on_card(&other, &arrival, 1), LANDING_UNKNOWN);
	nic_facts_done(&facts);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_spi_lands_on_the_cpu_of_its_queue_and_on_no_other),
		cmocka_unit_test(nothing_is_known_where_no_draw_could_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
