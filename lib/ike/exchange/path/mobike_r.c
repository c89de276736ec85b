/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MOBIKE as the responder of the connection: the peer decides. RFC 4555 3.5, 3.7. */

#include "ike/exchange/path/mobike.h"

#include "ike/exchange/path/path.h"
#include "ike/exchange/send.h"

/* Child SAs that the kernel cannot move are the initiator's to rekey, if it has to as well. */
#define REKEY_AFTER SECONDS(3)

static bool is_host(const struct address *a)
{
	if (a->family == AF_INET)
		return a->ip[0] != 0 && a->ip[0] < 224; /* neither multicast nor broadcast */
	return !address_is_any(a) && a->ip[0] != 0xff;
}

static bool is_acceptable(const struct world *w, const struct message *m)
{
	return m->remote.address.family == m->local.address.family && m->remote.port != 0 &&
	       is_host(&m->remote.address) && !mobike_is_own(w, &m->remote.address);
}

/* Nothing is sent to an address before something has come from who it is said to be of. */
static void ask_back(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->requests) {
		const struct request *r = LIST_OBJECT(link, struct request, link);

		if (r->kind == REQUEST_ROUTABILITY && r->state == REQUEST_QUEUED)
			return;
	}
	(void)request_new(sa, REQUEST_ROUTABILITY);
	requests_run(w, sa);
}

static void take_path(struct world *w, struct ike_sa *sa, const struct message *m)
{
	bool elsewhere = !address_equal(&m->remote.address, &sa->remote.address);
	bool storm = path_moves_too_often(w, sa);

	path_set(w, sa, &m->local, &m->remote);
	path_keep_alive(w, sa);
	if (!storm)
		requests_send_now(w, sa);
	if (elsewhere || storm)
		ask_back(w, sa);
	else
		path_follow(w, sa, REKEY_AFTER);
}

uint16_t mobike_take_update(struct step_call *call, struct ike_sa *sa)
{
	const struct message *m = call->m;
	uint32_t id = m->header.message_id;
	uint32_t *last = call->sa == sa ? &sa->mobike->last_update
					: &sa->mobike->last_update_before;
	char peer[ENDPOINT_TEXT_MAX];

	if (sa->mobike->decides)
		return NOTIFY_INVALID_SYNTAX; /* ours to say */
	/* RFC 4555 3.5: one that was overtaken by a newer one is only answered. */
	if (id < *last)
		return 0;
	if (!is_acceptable(call->w, m)) {
		report_ike(call->w, sa, REPORT_REFUSED, "the peer cannot be at %s",
			   endpoint_print(&m->remote, peer));
		return NOTIFY_UNACCEPTABLE_ADDRESSES;
	}
	if (!nat_take(sa, m))
		return NOTIFY_TEMPORARY_FAILURE;
	*last = id + 1;
	if (call->sa != sa) /* the replaced one has its Delete to send yet */
		path_set(call->w, call->sa, &m->local, &m->remote);
	take_path(call->w, sa, m);
	return 0;
}

static bool has_cookie(const struct request *request, const struct message *m)
{
	return m->mobike.has_cookie2 &&
	       bytes_equal_secret(m->mobike.cookie2, BYTES_OF(request->cookie2));
}

struct outcome mobike_routability_answer(struct step_call *call)
{
	struct ike_sa *sa = call->sa;

	if (sa->mobike == NULL || call->request->path != sa->mobike->path)
		return DONE; /* it is elsewhere again, and was asked there */
	/* RFC 4555 4.2.5: MUST be closed. */
	if (!has_cookie(call->request, call->m))
		return KILL(END_REFUSED, "the peer's COOKIE2 is not ours");
	path_follow(call->w, sa, REKEY_AFTER);
	return DONE;
}
