/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the CPUs that are interrupted and those that have clones are the same. */
#include <inttypes.h>

#include "base/mem.h"
#include "verify/host.h"

/* Those of `ids` without a clone, as a list. */
static uint32_t without_clone(const struct host *h, const uint16_t *ids, uint32_t count,
			      struct buffer *out)
{
	uint16_t *without = mem_new_array(CPU_MAX, sizeof(*without));
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		if (!h->clones_on[ids[i]])
			without[n++] = ids[i];
	cpus_print(without, n, out);
	mem_free(without);
	return n;
}

static void check_device(const struct host *h, const struct nic_facts *nic, struct findings *f)
{
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	uint32_t count = nic_receiving_cpus(nic, ids), n;
	struct buffer all = { 0 }, without = { 0 };

	cpus_print(ids, count, &all);
	if (count == 0 && nic->is_card)
		found(f, VERDICT_OK, nic->name, "interrupts", NULL,
		      "its interrupts for receiving are not known");
	else if (count == 1 && nic->queues > 1)
		found(f, VERDICT_WARN, nic->name, "interrupts",
		      "spread them: irqbalance, or /proc/irq/N/smp_affinity_list",
		      "all of its %" PRIu32 " queues interrupt CPU %s", nic->queues,
		      buffer_text(&all));
	else if (count != 0 && h->clone_count != 0) {
		n = without_clone(h, ids, count, &without);
		if (n == 0)
			found(f, VERDICT_OK, nic->name, "interrupts", NULL,
			      "interrupts CPUs %s, and each has a clone", buffer_text(&all));
		else
			found(f, VERDICT_WARN, nic->name, "interrupts",
			      "clones=yes, or a list with them", "interrupts CPUs %s, of which %s %s "
			      "no clone: what is forwarded from there goes by the head",
			      buffer_text(&all), buffer_text(&without), n == 1 ? "has" : "have");
	} else if (count != 0)
		found(f, VERDICT_OK, nic->name, "interrupts", NULL, "interrupts CPUs %s",
		      buffer_text(&all));
	buffer_done(&all);
	buffer_done(&without);
	mem_free(ids);
}

void check_spread(const struct host *h, struct findings *f)
{
	for (size_t i = 0; i < h->device_count; i++)
		check_device(h, &h->devices[i].nic, f);
}
