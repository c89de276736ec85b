/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include "ike/sa/assembly.h"
#include "ike/sa/requests.h"
#include "../must.h"

/* An input is a few dozen messages: what grows beyond these is not bounded. */
enum { IKE_SAS_BOUND = 128, CHILDREN_BOUND = 256, REQUESTS_BOUND = 512 };

struct sums {
	uint32_t half_open, established, children_up;
	uint64_t kept;
	size_t kernel_sas, fragment_bytes;
};

static void check_requests(const struct ike_sa *sa)
{
	size_t count = 0;

	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = LIST_OBJECT(link, struct request, link);

		must(++count < REQUESTS_BOUND);
		if (r->state == REQUEST_SENT)
			must(r->datagram.len > 0 && r->message_id < sa->next_message_id);
	}
}

static void check_replies(const struct ike_sa *sa, uint32_t window)
{
	must(sa->reply_count == 0 || sa->reply_count == window);
	for (uint32_t i = 0; i < sa->reply_count; i++) {
		const struct reply *r = &sa->replies[i];

		must(!r->used || r->message_id < sa->highest_request);
		must(!r->used || r->message_id % sa->reply_count == i);
	}
}

static void check_child(const struct world *w, const struct ike_sa *sa,
			const struct child_sa *child, struct sums *sums)
{
	must(child->ike_sa == sa->id);
	must(child_sa_find_id(w, child->id) == child);
	must(child_sa_find_spi(w, child->spi_in) == child);
	must(child->state != CHILD_UP || child->inbound || child->exhausted);
	must(!child->spare || child->role == ROLE_RESPONDER);
	sums->kernel_sas += (size_t)child->inbound + (size_t)child->outbound;
	sums->children_up += child->state == CHILD_UP;
}

static void check_ike(const struct side *side, const struct ike_sa *sa, struct sums *sums)
{
	const struct world *w = &side->engine->w;
	uint32_t children = 0;

	must(sa->state > IKE_NONE && sa->state < IKE_GONE);
	must(ike_sa_find_id(w, sa->id) == sa);
	must(ike_sa_find_spi(w, ike_sa_own_spi(sa)) == sa);
	LIST_FOR_EACH(link, &sa->children) {
		must(++children <= CHILDREN_BOUND);
		check_child(w, sa, LIST_OBJECT(link, struct child_sa, link), sums);
	}
	must(children == sa->child_count);
	must((sa->state != IKE_DELETING && sa->state != IKE_WITHDRAWN) || children == 0);
	check_requests(sa);
	check_replies(sa, w->setup->ike_window);
	must(sa->fragment_bytes <= FRAGMENT_BYTES_PER_SA);
	sums->fragment_bytes += sa->fragment_bytes;
	sums->established += sa->state == IKE_ESTABLISHED || sa->state == IKE_DELETING;
	if (sa->state == IKE_INIT_RECEIVED || sa->state == IKE_INIT_ANSWERED ||
	    sa->state == IKE_INTERMEDIATE_DUE) {
		sums->half_open++;
		sums->kept += sa->kept;
	}
}

static void check_set(const struct world *w, const struct connection *c)
{
	const struct clone_set *set = c->set;

	must(c->template != 0 || connection_find_name(&w->connections, c->name) == c);
	for (uint32_t i = 0; i < set->count; i++) {
		const struct child_sa *child = child_sa_find_id(w, set->children[i]);

		if (set->slots[i].state == SLOT_UP)
			must(child != NULL && child->slot == i && child->connection == c->id);
		must(set->slots[i].spares <= CHILDREN_BOUND);
	}
}

void engine_check(const struct side *side)
{
	const struct world *w = &side->engine->w;
	struct sums sums = { 0 };
	size_t ike_sas = 0;

	LIST_FOR_EACH(link, &w->ike_sas) {
		must(++ike_sas <= IKE_SAS_BOUND);
		check_ike(side, LIST_OBJECT(link, struct ike_sa, link), &sums);
	}
	must(list_empty(&w->gone));
	must(sums.half_open == w->half_open && sums.established == w->established);
	must(sums.kept == w->guard.bytes && w->guard.work >= 0);
	must(sums.fragment_bytes == w->fragment_bytes);
	must(sums.children_up == w->child_count);
	must(sums.kernel_sas == side->kernel.sa_count);
	LIST_FOR_EACH(link, &w->connections.all)
		check_set(w, LIST_OBJECT(link, struct connection, link));
}
