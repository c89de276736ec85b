/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_FOLLOWUP_H
#define IKE_SA_FOLLOWUP_H

#include "ike/sa/ike_sa.h"

/*
 * A peer's CREATE_CHILD_SA whose additional key exchanges (RFC 9370 2.2.4) are not all made: what
 * its next IKE_FOLLOWUP_KE goes on with. Owned by its IKE SA's list, found by the link that the
 * peer was given. So many at once, and no longer than FOLLOWUP_WAIT between two of the peer's
 * messages.
 */
enum { FOLLOWUPS_MAX = 32, FOLLOWUP_LINK_LEN = 9 };
#define FOLLOWUP_WAIT SECONDS(30)

struct followup {
	struct list link;
	uint64_t ike_sa;       /* id */
	uint64_t id;           /* in the link that the peer sends */
	uint64_t child;        /* id of the Child SA that is made; or */
	uint64_t successor;    /* of the IKE SA */
	struct ke_secrets ke;
	bool working;          /* a job is under way */
	struct timer timer;
};

/* NULL: there are too many. With the first secret, which was agreed in CREATE_CHILD_SA. */
struct followup *followup_new(struct world *w, struct ike_sa *sa, const struct suite *suite,
			      struct bytes shared);
/* Only itself; what it would have made is the caller's to end. */
void followup_free(struct world *w, struct followup *f);
void followups_free_all(struct world *w, struct ike_sa *sa);

struct followup *followup_find(const struct ike_sa *sa, uint64_t id);
/* By what the peer sent; NULL also when it is not this one's turn. */
struct followup *followup_find_link(const struct ike_sa *sa, struct bytes link);
/* The link for its next exchange. */
void followup_link(const struct followup *f, uint8_t out[FOLLOWUP_LINK_LEN]);

#endif
