/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_ASSEMBLY_H
#define IKE_SA_ASSEMBLY_H

#include "ike/sa/ike_sa.h"
#include "wire/message.h"
#include "wire/payloads.h"

/*
 * The peer's messages that come in fragments (RFC 7383 2.6). Only authentic fragments get here, of
 * messages that are in the window and not answered yet; so an IKE SA has as many assemblies as its
 * windows are wide, at most. What they keep is bounded per message, per IKE SA and in all, where
 * peers that did not prove yet who they are get only a part.
 */
enum {
	FRAGMENTS_MAX = 128,              /* of one message; together at most MESSAGE_MAX bytes */
	FRAGMENT_BYTES_PER_SA = 4 * MESSAGE_MAX,
	FRAGMENT_BYTES_ALL = 64 << 20,
	FRAGMENT_BYTES_HALF_OPEN = 16 << 20
};

enum assembly_status {
	ASSEMBLY_WAITS,    /* kept, or there already */
	ASSEMBLY_COMPLETE, /* *text is the whole message's */
	ASSEMBLY_REFUSED   /* *why is a phrase that says the reason; static */
};

/*
 * Adds one. `text` is as ike_open() made it of this fragment, `flags` those of its SKF payload;
 * COMPLETE makes `text` what ike_open() would have made of the message in one piece, and *flags
 * those of the first fragment. A larger total begins anew, a smaller one is
 * refused.
 */
MUST_CHECK enum assembly_status assembly_add(struct world *w, struct ike_sa *sa,
					     const struct ike_header *header,
					     const struct fragment *fragment,
					     struct buffer *text, uint8_t *flags,
					     const char **why);

/* Whether this very fragment is there already: cheaper to ask before it is decrypted. */
bool assembly_has(const struct ike_sa *sa, const struct ike_header *header,
		  const struct fragment *fragment);

/* The message is there whole, in one piece or out of fragments; or nobody waits for it any more. */
void assembly_drop(struct world *w, struct ike_sa *sa, const struct ike_header *header);
void assemblies_drop_all(struct world *w, struct ike_sa *sa);

/* The assembly of this timer is forgotten. */
void assembly_on_time(struct world *w, struct timer *timer);

#endif
