/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dialect of 2019 on a kernel that speaks it. */
#include "slots.h"

#include <stdio.h>
#include <unistd.h>

#include "check.h"

static struct kernel_change outbound(uint32_t spi, int kind)
{
	struct kernel_change c =
		sa_change(KERNEL_OUT, spi, kind < 0 ? KERNEL_CPU_NONE : (uint32_t)kind);

	c.sa.clone_head = kind == SLOT_HEAD || kind == SLOT_OTHER_SET;
	c.sa.reqid += kind == SLOT_OTHER_SET;
	return c;
}

static size_t adds_of(const struct slot_row *row)
{
	size_t count = 0;

	while (count < SLOT_ADDS_MAX && row->adds[count] != SLOT_END)
		count++;
	return count;
}

/* Which of them has carried a packet. */
static int carrier(struct kernel_backend *k, const struct slot_row *row)
{
	int found = SLOT_NOTHING;

	for (size_t i = 0; i < adds_of(row); i++) {
		struct kernel_change c = outbound(SLOT_SPI + (uint32_t)i, row->adds[i]);

		apply(k, &c, KERNEL_SA_QUERY);
		if (c.result == 0 && c.counters.packets > 0)
			found = (int)i;
	}
	return found;
}

static void row_play(struct kernel_backend *k, const struct slot_row *row, uint32_t cpu)
{
	char detail[64];
	int fd = udp_socket(), got;

	for (size_t i = 0; i < adds_of(row); i++) {
		struct kernel_change c = outbound(SLOT_SPI + (uint32_t)i, row->adds[i]);

		apply(k, &c, KERNEL_SA_ADD);
		check_result(&c, 0, row->what);
	}
	for (size_t i = 0; i < ARRAY_LEN(row->gone) && row->gone[i] != SLOT_END; i++) {
		int gone = row->gone[i];
		struct kernel_change c = outbound(SLOT_SPI + (uint32_t)gone, row->adds[gone]);

		apply(k, &c, KERNEL_SA_DELETE);
		check_result(&c, 0, row->what);
	}
	run_on(cpu);
	(void)udp_send(fd);
	got = carrier(k, row);
	snprintf(detail, sizeof(detail), "CPU %u sends by %d, not %d", (unsigned)cpu, got,
		 row->expect[cpu]);
	check(got == row->expect[cpu], row->what, detail);
	for (size_t i = 0; i < adds_of(row); i++) {
		struct kernel_change c = outbound(SLOT_SPI + (uint32_t)i, row->adds[i]);

		apply(k, &c, KERNEL_SA_DELETE);
	}
	close(fd);
}

static void check_refusals(struct kernel_backend *k)
{
	for (uint32_t i = 0; i < ARRAY_LEN(slot_refusals); i++) {
		struct kernel_change c = outbound(SLOT_SPI + i, slot_refusals[i].kind);

		apply(k, &c, KERNEL_SA_ADD);
		check_result(&c, slot_refusals[i].result, slot_refusals[i].what);
	}
	for (uint32_t i = 0; i < ARRAY_LEN(slot_refusals); i++) {
		struct kernel_change c = outbound(SLOT_SPI + i, slot_refusals[i].kind);

		apply(k, &c, KERNEL_SA_DELETE);
		check_result(&c, slot_refusals[i].result == 0 ? 0 : -ESRCH, slot_refusals[i].what);
	}
}

void check_slots(struct kernel_backend *k)
{
	struct kernel_change trap = policy_change(KERNEL_OUT);

	apply(k, &trap, KERNEL_POLICY_SET);
	check_result(&trap, 0, "a trap");
	for (size_t i = 0; i < ARRAY_LEN(slot_rows) * SLOT_CPUS; i++)
		row_play(k, &slot_rows[i / SLOT_CPUS], (uint32_t)(i % SLOT_CPUS));
	check_refusals(k);
	apply(k, &trap, KERNEL_POLICY_DELETE);
}
