/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in the fake kernel, for assertions and for people. */
#include <inttypes.h>

#include "pluto/kernel/fake_state.h"

struct fake_counts fake_counts(const struct kernel_backend *k)
{
	const struct fake_kernel *f = fake_of_const(k);
	struct fake_counts n = {
		.policies = f->policy_count,
		.routes = f->route_count,
		.changes = f->changes,
		.acquires = f->acquires,
	};

	LIST_FOR_EACH(link, &f->states) {
		const struct fake_state *s = LIST_OBJECT(link, struct fake_state, in_order);

		if (s->view.sa.direction == KERNEL_IN)
			n.inbound++;
		else
			n.outbound++;
		if (s->view.sa.cpu != KERNEL_CPU_NONE)
			n.bound++;
	}
	return n;
}

size_t fake_sa_count(const struct kernel_backend *k)
{
	return fake_of_const(k)->by_spi.count;
}

const struct fake_sa *fake_sa_at(const struct kernel_backend *k, size_t index)
{
	const struct fake_kernel *f = fake_of_const(k);

	LIST_FOR_EACH(link, &f->states) {
		if (index-- == 0)
			return &LIST_OBJECT(link, struct fake_state, in_order)->view;
	}
	return NULL;
}

const struct fake_sa *fake_find_sa(const struct kernel_backend *k, uint32_t spi,
				   const struct address *destination)
{
	const struct fake_state *s = fake_state_find(fake_of_const(k), spi, destination);

	return s == NULL ? NULL : &s->view;
}

size_t fake_policy_count(const struct kernel_backend *k)
{
	return fake_of_const(k)->policy_count;
}

const struct kernel_policy *fake_policy_at(const struct kernel_backend *k, size_t index)
{
	const struct fake_kernel *f = fake_of_const(k);

	LIST_FOR_EACH(link, &f->policies) {
		if (index-- == 0)
			return &LIST_OBJECT(link, struct fake_spd_entry, in_order)->policy;
	}
	return NULL;
}

uint64_t fake_taken_over(const struct kernel_backend *k)
{
	return fake_of_const(k)->taken_over;
}

void fake_count_policies(const struct kernel_backend *k, uint32_t reqid,
			 size_t counts[KERNEL_FORWARD + 1])
{
	const struct fake_kernel *f = fake_of_const(k);

	for (size_t i = 0; i <= KERNEL_FORWARD; i++)
		counts[i] = 0;
	LIST_FOR_EACH(link, &f->policies) {
		const struct kernel_policy *p =
			&LIST_OBJECT(link, struct fake_spd_entry, in_order)->policy;

		if (p->reqid == reqid)
			counts[p->direction]++;
	}
}

size_t fake_route_count(const struct kernel_backend *k)
{
	return fake_of_const(k)->route_count;
}

const struct kernel_route *fake_route_at(const struct kernel_backend *k, size_t index)
{
	const struct fake_kernel *f = fake_of_const(k);

	return index < f->route_count ? &f->routes[index] : NULL;
}

static const char *direction_name(enum kernel_direction d)
{
	return d == KERNEL_IN ? "in" : d == KERNEL_OUT ? "out" : "fwd";
}

static void dump_sa(const struct fake_sa *s, struct buffer *out)
{
	char from[ADDRESS_TEXT_MAX], to[ADDRESS_TEXT_MAX];

	write_format(out, "sa %s spi 0x%08" PRIx32 " %s -> %s reqid %" PRIu32 " %s",
		     direction_name(s->sa.direction), s->sa.spi, address_print(&s->sa.source, from),
		     address_print(&s->sa.destination, to), s->sa.reqid,
		     s->sa.mode == TYPE_TUNNEL ? "tunnel" : "transport");
	if (s->sa.cpu != KERNEL_CPU_NONE)
		write_format(out, " cpu %" PRIu32, s->sa.cpu);
	write_format(out, "%s%s packets %" PRIu64 " bytes %" PRIu64 " sequence %" PRIu64 "\n",
		     s->sa.esn ? " esn" : "", s->sa.encapsulated ? " udp" : "", s->counters.packets,
		     s->counters.bytes, s->sequence);
}

static void dump_policy(const struct kernel_policy *p, struct buffer *out)
{
	static const char *const kinds[] = { [POLICY_PROTECT] = "protect",
					     [POLICY_BLOCK] = "block",
					     [POLICY_PASS] = "pass" };
	char from[SELECTOR_TEXT_MAX], to[SELECTOR_TEXT_MAX];

	write_format(out, "policy %s %s -> %s %s reqid %" PRIu32 " priority %" PRIu32 "\n",
		     direction_name(p->direction), selector_print(&p->source, from),
		     selector_print(&p->destination, to), kinds[p->kind], p->reqid, p->priority);
}

void fake_dump(const struct kernel_backend *k, struct buffer *out)
{
	const struct fake_kernel *f = fake_of_const(k);
	char text[ADDRESS_TEXT_MAX];

	LIST_FOR_EACH(link, &f->states)
		dump_sa(&LIST_OBJECT(link, struct fake_state, in_order)->view, out);
	LIST_FOR_EACH(link, &f->policies)
		dump_policy(&LIST_OBJECT(link, struct fake_spd_entry, in_order)->policy, out);
	for (size_t i = 0; i < f->route_count; i++)
		write_format(out, "route %s/%u metric %" PRIu32 "\n",
			     address_print(&f->routes[i].destination.address, text),
			     (unsigned)f->routes[i].destination.len, f->routes[i].metric);
}
