/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/network/forger.h"

#include "ike/engine/engine.h"
#include "ike/sa/protect.h"
#include "ike/sa/requests.h"
#include "sim/host/host.h"

enum {
	SEEDS_WITH = 50,        /* percent */
	ALTERED = 10,           /* percent of the sealed messages */
	EARLY = 50,             /* percent of the IKE_AUTH requests */
	NONCE_LEN = 32
};

void forger_init(struct network *n, uint64_t seed)
{
	n->forger = random_stream(seed, "forger", 0);
	n->forges = random_percent(&n->forger, SEEDS_WITH);
}

static void send_altered(struct sim *sim, const struct endpoint *source,
			 const struct endpoint *destination, struct bytes message)
{
	struct random *r = &sim->network.forger;
	struct buffer altered = { 0 };
	uint32_t sealed = (uint32_t)(message.len - IKE_HEADER_LEN);

	write_bytes(&altered, message);
	altered.ptr[IKE_HEADER_LEN + random_below(r, sealed)] ^= (uint8_t)(1U << random_below(r, 8));
	network_forge(sim, source, destination, buffer_bytes(&altered));
	buffer_done(&altered);
}

/* What IKE_AUTH would ask for, with a nonce in front: all that CREATE_CHILD_SA needs. */
static void write_create(const struct tap *auth, struct inner *inner)
{
	struct bytes chain = buffer_bytes(&auth->plain);
	size_t nonce = inner->chain.len;

	payload_begin(&inner->writer, PAYLOAD_NONCE, false);
	write_zeros(&inner->chain, NONCE_LEN);
	payload_end(&inner->writer);
	inner->chain.ptr[nonce] = chain.ptr[0];
	write_bytes(&inner->chain, bytes_at(chain.ptr + 1, chain.len - 1));
}

/* A repeated one may have been answered: then it is too late. */
static bool is_first_try(struct ike_sa *sa, uint32_t message_id)
{
	const struct request *request = request_in_flight(sa, message_id);

	return request != NULL && request->tries == 1;
}

static void send_early(struct sim *sim, struct sim_host *from, const struct endpoint *source,
		       const struct endpoint *destination, const struct tap *auth)
{
	struct world *w = &from->engine->w;
	struct ike_sa *sa = ike_sa_find_spi(w, tap_sender_spi(&auth->header));
	struct buffer sealed = { 0 };
	struct inner inner;
	struct bytes left;

	if (!is_first_try(sa, auth->header.message_id))
		return;
	inner_start(&inner);
	write_create(auth, &inner);
	if (!ike_seal(w, sa, EXCHANGE_CREATE_CHILD_SA, false, auth->header.message_id, &inner,
		      &sealed))
		sim_fail(sim, "%s: a forged message cannot be sealed", from->name);
	left = buffer_bytes(&sealed);
	while (left.len > 0)
		network_forge(sim, source, destination, message_next(&left));
	inner_done(&inner);
	buffer_done(&sealed);
}

void forger_on_send(struct sim *sim, struct sim_host *from, const struct endpoint *source,
		    const struct endpoint *destination, const struct tap *tap)
{
	struct network *n = &sim->network;
	bool asks_for_auth = tap->header.exchange == EXCHANGE_IKE_AUTH &&
			     (tap->header.flags & FLAG_RESPONSE) == 0;

	if (!n->forges || !tap->sealed)
		return;
	if (random_percent(&n->forger, ALTERED))
		send_altered(sim, source, destination, tap->message);
	if (asks_for_auth && tap->opened && tap->fragment == tap->fragments &&
	    random_percent(&n->forger, EARLY))
		send_early(sim, from, source, destination, tap);
}
