/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpuview/rates.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* A counter that fell is another SA's, or was read back from the kernel anew. */
static uint64_t per_second(uint64_t before, uint64_t now, int64_t span)
{
	double grown = now >= before ? (double)(now - before) : (double)now;

	return (uint64_t)(grown * (double)SECONDS(1) / (double)span + 0.5);
}

static const struct sa_seen *find_serial(const struct sample *s, uint32_t serial)
{
	size_t low = 0, high = s->sa_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->sas[middle].serial < serial)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->sa_count && s->sas[low].serial == serial ? &s->sas[low] : NULL;
}

static void flow_add(struct flow *to, const struct flow *more)
{
	to->packets += more->packets;
	to->bits += more->bits;
}

static struct flow flow_between(const struct counts *before, const struct counts *now, int64_t span)
{
	if (!before->known || !now->known)
		return (struct flow) { 0 };
	return (struct flow) { per_second(before->packets, now->packets, span),
			       per_second(before->bytes, now->bytes, span) * 8 };
}

/* One that was not there before has been made meanwhile, and all it has is of this time. */
static void row_add_sa(struct cpu_row *row, const struct sa_seen *before, const struct sa_seen *now,
		       int64_t span)
{
	static const struct sa_seen new = { .in.known = true, .out.known = true };
	const struct sa_seen *b = before == NULL ? &new : before;
	struct flow out = flow_between(&b->out, &now->out, span);
	struct flow in = flow_between(&b->in, &now->in, span);

	if (row->sa_count++ == 0)
		memcpy(row->name, now->name, sizeof(row->name));
	flow_add(&row->out, &out);
	flow_add(&row->in, &in);
}

static void row_add_load(struct cpu_row *row, const struct cpu_load *before,
			 const struct cpu_load *now, int64_t span)
{
	if (!before->known || !now->known)
		return;
	row->received = per_second(before->packets, now->packets, span);
	row->dropped = per_second(before->dropped, now->dropped, span);
	row->squeezed = per_second(before->squeezed, now->squeezed, span);
}

static void add_total(struct cpu_row *total, const struct cpu_row *row)
{
	flow_add(&total->out, &row->out);
	flow_add(&total->in, &row->in);
	total->sa_count += row->sa_count;
	total->received += row->received;
	total->decrypted += row->decrypted;
	total->dropped += row->dropped;
	total->squeezed += row->squeezed;
}

static void add_sas(struct rates *r, struct cpu_row *all, const struct sample *before,
		    const struct sample *now)
{
	for (size_t i = 0; i < now->sa_count; i++) {
		const struct sa_seen *sa = &now->sas[i];

		row_add_sa(sa->cpu < 0 ? &r->any : &all[sa->cpu], find_serial(before, sa->serial),
			   sa, r->span);
		r->clone_count += sa->cpu >= 0;
	}
}

static void add_steered(struct rates *r, struct cpu_row *all, const struct sample *before,
			const struct sample *now)
{
	for (size_t i = 0; i < now->steered_count; i++) {
		const struct steered_seen *s = &now->steered[i];
		const struct steered_seen *b = sample_find_steered(before, s);

		all[s->cpu].decrypted += per_second(b == NULL ? 0 : b->packets, s->packets, r->span);
	}
	r->by_xdp = now->steered_count != 0;
}

static uint32_t percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (uint32_t)((part * 100 + whole / 2) / whole);
}

/* Only those that there is something to say of. */
static void keep_rows(struct rates *r, struct cpu_row *all, const struct sample *now)
{
	for (uint32_t cpu = 0; cpu < now->cpu_count; cpu++)
		if (all[cpu].online || all[cpu].sa_count != 0)
			r->rows[r->row_count++] = all[cpu];
	add_total(&r->total, &r->any);
	for (size_t i = 0; i < r->row_count; i++) {
		add_total(&r->total, &r->rows[i]);
		r->bound_cpus += r->rows[i].sa_count != 0;
	}
	for (size_t i = 0; i < r->row_count; i++) {
		r->rows[i].share = percent(r->rows[i].received, r->total.received);
		r->rows[i].decrypted_share = percent(r->rows[i].decrypted, r->total.decrypted);
	}
}

void rates_make(struct rates *out, const struct sample *before, const struct sample *now)
{
	uint32_t count = now->cpu_count;
	struct cpu_row *all = mem_new_array(count == 0 ? 1 : count, sizeof(*all));

	*out = (struct rates) {
		.per_cpu = now->per_cpu, .set_count = now->set_count,
		.sa_count = (uint32_t)now->sa_count, .any = { .cpu = -1 }, .total = { .cpu = -1 },
		.span = now->when > before->when ? now->when - before->when : 1,
		.rows = mem_new_array(count == 0 ? 1 : count, sizeof(*out->rows)),
	};
	memcpy(out->dialect, now->dialect, sizeof(out->dialect));
	for (uint32_t cpu = 0; cpu < count; cpu++) {
		all[cpu].cpu = (int32_t)cpu;
		all[cpu].online = now->online[cpu];
		out->loads_known |= now->loads[cpu].known;
		if (cpu < before->cpu_count)
			row_add_load(&all[cpu], &before->loads[cpu], &now->loads[cpu], out->span);
	}
	add_sas(out, all, before, now);
	add_steered(out, all, before, now);
	keep_rows(out, all, now);
	mem_free(all);
}

const char *inbound_source(const struct rates *r)
{
	return r->by_xdp ? "xdp" : "softirq";
}

/* Both are counted one after the other, so the part may seem to be more than the whole. */
uint32_t inbound_known_share(const struct rates *r)
{
	uint32_t share = percent(r->total.decrypted, r->total.in.packets);

	return share > 100 ? 100 : share;
}

void inbound_source_explain(const struct rates *r, struct buffer *out)
{
	if (r->by_xdp)
		write_format(out, "which CPU decrypts (dec): by XDP's counters, %" PRIu32
			     " %% of what came", inbound_known_share(r));
	else
		write_text(out, "which CPU decrypts: unknown, softirq load only (rx)");
}

void rates_done(struct rates *r)
{
	mem_free(r->rows);
	*r = (struct rates) { 0 };
}

const char *amount_print(uint64_t amount, char out[AMOUNT_MAX])
{
	static const char units[] = " kMGTPE";
	uint64_t whole = amount, tenths = 0;
	size_t unit = 0;

	for (; whole >= 1000; unit++) {
		tenths = whole % 1000 / 100;
		whole /= 1000;
	}
	if (unit == 0)
		(void)snprintf(out, AMOUNT_MAX, "%" PRIu64, whole);
	else if (whole < 10)
		(void)snprintf(out, AMOUNT_MAX, "%" PRIu64 ".%" PRIu64 "%c", whole, tenths,
			       units[unit]);
	else
		(void)snprintf(out, AMOUNT_MAX, "%" PRIu64 "%c", whole, units[unit]);
	return out;
}
