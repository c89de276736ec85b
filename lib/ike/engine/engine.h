/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_ENGINE_H
#define IKE_ENGINE_ENGINE_H

#include "ike/engine.h"
#include "ike/engine/set/set.h"
#include "ike/exchange/message.h"
#include "ike/sa/world.h"

/* The world with nothing else: what the layers share is all that there is. */
struct ike_engine {
	struct world w;
};

/* Every call into the engine begins and ends with these. */
void engine_enter(struct ike_engine *engine, int64_t now);
void engine_leave(struct ike_engine *engine);

/* Whose progress this IKE SA's reports are. */
void engine_speak_for(struct world *w, const struct ike_sa *sa);

void dispatch_datagram(struct world *w, const struct endpoint *local,
		       const struct endpoint *remote, struct bytes datagram);
void dispatch_job(struct world *w, struct crypto_job *job);
void dispatch_time(struct world *w);

/* A message that is not looked at further: counted, and said where hostile ones are. */
void dispatch_drop(struct world *w, const struct endpoint *remote, const char *why);
/* NULL, or why a new request of the peer is dropped in this state, whatever it says. */
const char *dispatch_unwanted(const struct ike_sa *sa, const struct message *m);
/* A message with SKF (fragments.c). true: `plain` is to be looked at as if it had been one SK. */
MUST_CHECK bool dispatch_fragment(struct world *w, struct ike_sa *sa, struct message *m,
				  struct buffer *plain);

/* The connection's SAs, trap and commands go, then itself. */
void engine_forget(struct world *w, struct connection *c);

#endif
