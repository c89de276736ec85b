/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpuview/rates.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	FEW_PACKETS = 100, /* per second; below that nothing is said of how they are spread */
	MUCH = 60,         /* percent on one CPU of several */
	HEAD_MUCH = 20     /* percent by the head, which CPUs without a clone use */
};

static void say(struct sentences *out, const char *format, ...) PRINTF_LIKE(2, 3);

static void say(struct sentences *out, const char *format, ...)
{
	va_list args;

	if (out->count == SENTENCES_MAX)
		return;
	va_start(args, format);
	(void)vsnprintf(out->list[out->count++], SENTENCE_LEN_MAX, format, args);
	va_end(args);
}

static unsigned percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (unsigned)((part * 100 + whole / 2) / whole);
}

static const struct cpu_row *most(const struct rates *r, uint64_t (*of)(const struct cpu_row *row))
{
	const struct cpu_row *best = NULL;

	for (size_t i = 0; i < r->row_count; i++)
		if (best == NULL || of(&r->rows[i]) > of(best))
			best = &r->rows[i];
	return best;
}

static uint64_t received_of(const struct cpu_row *row)
{
	return row->received;
}

static uint64_t sent_of(const struct cpu_row *row)
{
	return row->out.packets;
}

static bool hashes(const struct nic_facts *nic, enum nic_flow flow)
{
	const struct nic_fields *f = &nic->flows[flow];

	return f->known && (f->fields & (NIC_FIELD_FIRST_HALF | NIC_FIELD_SECOND_HALF)) != 0;
}

/* Why the card that leads to the peers puts it there, and what would help. */
static void write_reason(const struct nic_facts *nic, char *out, size_t out_len)
{
	const char *driver = nic->driver[0] == '\0' ? "driver not known" : nic->driver;

	const char *lacks = NULL;

	if (!nic->is_card)
		lacks = "is no card with queues of its own";
	else if (nic->queues == 1)
		lacks = "has one queue";
	else if (!hashes(nic, NIC_ESP4) && !hashes(nic, NIC_ESP6) && !hashes(nic, NIC_UDP4) &&
		 !hashes(nic, NIC_UDP6))
		lacks = "hashes neither ESP nor UDP ports";
	else if (!hashes(nic, NIC_ESP4) && !hashes(nic, NIC_ESP6))
		lacks = "does not hash ESP";
	if (lacks == NULL)
		(void)snprintf(out, out_len, "look at the interrupts of %s (%s)", nic->name,
			       driver);
	else
		(void)snprintf(out, out_len, "%s (%s) %s; clone-steering=xdp would spread it",
			       nic->name, driver, lacks);
}

static void find_received(const struct rates *r, const struct nic_facts *nics, size_t nic_count,
			  struct sentences *out)
{
	const struct cpu_row *top = most(r, received_of);
	char why[160] = "ipsec verify looks for the reason";

	/* Where XDP hands packets on it is meant that one CPU takes up all. */
	if (top == NULL || r->by_xdp || r->bound_cpus < 2 || r->total.in.packets < FEW_PACKETS ||
	    r->total.received < FEW_PACKETS || top->share < MUCH)
		return;
	if (nic_count != 0)
		write_reason(&nics[0], why, sizeof(why));
	say(out, "%" PRIu32 " %% of what is received makes work on CPU %" PRId32 ": %s", top->share,
	    top->cpu, why);
}

static void find_sent(const struct rates *r, struct sentences *out)
{
	const struct cpu_row *top = most(r, sent_of);
	uint64_t all = r->total.out.packets;

	if (top == NULL || !r->per_cpu || r->bound_cpus < 2 || all < FEW_PACKETS)
		return;
	if (percent(top->out.packets, all) >= MUCH)
		say(out, "%u %% of what is sent comes from CPU %" PRId32 ": the cards or programs "
			 "that it comes from use no other", percent(top->out.packets, all),
		    top->cpu);
	if (percent(r->any.out.packets, all) >= HEAD_MUCH)
		say(out, "%u %% of what is sent goes by heads and other SAs that every CPU uses: "
			 "CPUs without a clone send", percent(r->any.out.packets, all));
}

static void find_drops(const struct rates *r, struct sentences *out)
{
	for (size_t i = 0; i < r->row_count && out->count < SENTENCES_MAX; i++)
		if (r->rows[i].dropped != 0)
			say(out, "CPU %" PRId32 " drops %" PRIu64 " packets/s that wait for it: "
				 "net.core.netdev_max_backlog", r->rows[i].cpu,
			    r->rows[i].dropped);
}

void uneven_find(const struct rates *r, const struct nic_facts *nics, size_t nic_count,
		 struct sentences *out)
{
	out->count = 0;
	if (r->clone_count != 0 && !r->per_cpu)
		say(out, "this kernel binds no SA to a CPU: the columns are by SA");
	find_received(r, nics, nic_count, out);
	find_sent(r, out);
	find_drops(r, out);
}
