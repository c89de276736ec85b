/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_INSTANCES_H
#define IKE_ENGINE_INSTANCES_H

#include "ike/conn/instance.h"
#include "ike/sa/world.h"

/* Instances of templates: they come with a peer's IKE SA, and go with the last SA of theirs. */

/* The hook of that name. */
struct connection *instances_with_peer(struct world *w, const struct ike_sa *sa,
				       struct connection *c);

/* An IKE SA of that peer is the one that counts: where it is now, and what it may have there. */
void instances_peer_came(struct connection *c, const struct ike_sa *sa);

/* Something of that connection is gone. If that was all that an instance had it goes too, when the
 * engine's call ends: by instances_sweep(). */
void instances_look(struct world *w, uint64_t connection);
void instances_sweep(struct world *w);

/* All that a template has. */
void instances_forget(struct world *w, struct connection *template);

#endif
