/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_MOBIKE_H
#define IKE_EXCHANGE_MOBIKE_H

#include "ike/exchange/steps.h"

/*
 * MOBIKE, RFC 4555. Who initiated the first IKE SA decides which addresses are used, also when the
 * other end has rekeyed it since; both ends tell each other which ones they have. All of these do
 * nothing where it was not agreed on.
 */

/* --- IKE_AUTH --- */

/* What each end says; the responder only to who said it. */
void mobike_write_support(struct world *w, struct ike_sa *sa, const struct connection *c,
			  struct inner *inner);
/* From here on, if the peer said it too. 0, or the notify to refuse with. */
MUST_CHECK uint16_t mobike_agree(struct world *w, struct ike_sa *sa, const struct connection *c,
				 const struct message *m);
/* From IKE_AUTH on over the NAT port (RFC 4555 3.3). */
bool mobike_floats(const struct ike_sa *sa, const struct connection *c);

/* --- requests of ours --- */

/* REQUEST_ADDRESSES and REQUEST_ROUTABILITY, when their turn has come. */
void mobike_send(struct world *w, struct ike_sa *sa, struct request *request);
/* What a sign of life asks besides: how the peer sees us. */
void mobike_write_liveness(struct world *w, struct ike_sa *sa, struct request *request,
			   struct inner *inner);
/* The answer to any of these three. */
struct outcome mobike_answer(struct step_call *call);

/* --- requests of the peer --- */

/* What an INFORMATIONAL request has of MOBIKE. 0, or the notify to refuse it with. */
MUST_CHECK uint16_t mobike_request(struct step_call *call);

/* --- what happens here --- */

/* The host's addresses are others. */
void mobike_own_changed(struct world *w, struct ike_sa *sa);
/* Requests are not answered: the initiator tries other ways. */
void mobike_probe(struct world *w, struct ike_sa *sa);
/* A response came by one of those. */
bool mobike_tried(const struct world *w, const struct ike_sa *sa, const struct message *m);
/* The initiator takes other ends; verified: the peer has answered between these. */
void mobike_go(struct world *w, struct ike_sa *sa, const struct endpoint *local,
	       const struct endpoint *remote, bool verified);
/* A new IKE SA takes over. */
void mobike_inherit(struct ike_sa *from, struct ike_sa *to);

/* The own address to speak to that one from: what the kernel takes, else the first that fits; none
 * where there is none. */
struct address mobike_source(struct world *w, const struct connection *c,
			     const struct address *remote);

/* --- shared by its files --- */

/* Our addresses that the peer may use, without the one in use; their number. */
size_t mobike_own(const struct world *w, const struct connection *c, const struct address *used,
		  struct address out[OWN_ADDRESSES_MAX]);
bool mobike_is_own(const struct world *w, const struct address *a);
/* NATs may be on the way: both ends do NAT traversal. */
bool mobike_allows_nats(const struct ike_sa *sa, const struct connection *c);
void mobike_take_list(struct mobike *mobike, const struct mobike_notes *notes);
/* Asks for REQUEST_ADDRESSES, if none waits. */
void mobike_queue(struct ike_sa *sa);


uint16_t mobike_take_update(struct step_call *call, struct ike_sa *sa);
void mobike_take_peers(struct step_call *call, struct ike_sa *sa);
struct outcome mobike_routability_answer(struct step_call *call);

#endif
