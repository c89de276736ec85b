/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages that come in fragments, until they are whole: RFC 7383 2.6. */

#include "ike/engine/engine.h"
#include "ike/exchange/create/child.h"
#include "ike/sa/assembly.h"

/* Whether somebody waits for this message. *again: a request that was answered already. */
static bool is_awaited(struct world *w, struct ike_sa *sa, const struct message *m, bool *again)
{
	const struct request *request;
	const char *unwanted;
	struct reply *reply;

	*again = false;
	if ((m->header.flags & FLAG_RESPONSE) != 0) {
		request = request_in_flight(sa, m->header.message_id);
		return request != NULL && !request->answered;
	}
	switch (reply_find(sa, m->header.message_id, w->setup->ike_window, &reply)) {
	case REPLY_AGAIN:
		*again = true;
		return true;
	case REPLY_WORKING:
		return false;
	case REPLY_OUTSIDE:
		dispatch_drop(w, &m->remote, "its message id is outside the window");
		return false;
	case REPLY_NEW:
		break;
	}
	unwanted = dispatch_unwanted(sa, m);
	if (unwanted != NULL)
		dispatch_drop(w, &m->remote, unwanted);
	return unwanted == NULL;
}

static bool add(struct world *w, struct ike_sa *sa, struct message *m,
		const struct fragment *fragment, struct buffer *plain)
{
	const char *why;

	switch (assembly_add(w, sa, &m->header, fragment, plain, &m->sk_flags, &why)) {
	case ASSEMBLY_COMPLETE:
		return true;
	case ASSEMBLY_REFUSED:
		dispatch_drop(w, &m->remote, why);
		return false;
	case ASSEMBLY_WAITS:
		break;
	}
	return false;
}

bool dispatch_fragment(struct world *w, struct ike_sa *sa, struct message *m,
		       struct buffer *plain)
{
	const struct payload *skf = payload_find(&m->payloads, PAYLOAD_SKF);
	struct fragment fragment;
	bool again;

	if (!sa->fragmentation) {
		dispatch_drop(w, &m->remote, "a fragment, which was not agreed on");
		return false;
	}
	if (m->payloads.count != 1 || fragment_read(skf->body, &fragment) != WIRE_OK) {
		dispatch_drop(w, &m->remote, "it is no valid fragment");
		return false;
	}
	if (assembly_has(sa, &m->header, &fragment) || !is_awaited(w, sa, m, &again))
		return false;
	m->sk_flags = skf->flags;
	m->sk_alone = true;
	if (ike_open(sa, m->datagram, skf, m->payloads.sk_next, plain) != CRYPTO_OK) {
		dispatch_drop(w, &m->remote, "it is not authentic");
		return false;
	}
	/* RFC 7383 2.6.1: of a request's fragments only the first asks for the answer again. */
	if (again) {
		child_proof_restart(w, sa, m->header.message_id);
		return fragment.number == 1;
	}
	return add(w, sa, m, &fragment, plain);
}
