/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/create/child.h"

#include <string.h>

#include "ike/exchange/create/ts.h"

struct offer child_offer(const struct ike_sa *sa, const struct connection *c,
			 enum child_exchange where, enum sa_role role)
{
	const struct ke_desc *ke = sa->child_ke != NULL ? sa->child_ke : sa->suite.ke;

	return (struct offer) {
		.protocol = PROTO_ESP,
		.list = &c->conf->esp,
		.esn = c->conf->esn,
		.with_ke = where == CHILD_IN_CREATE && c->conf->pfs,
		.default_ke = where == CHILD_IN_CREATE && c->conf->pfs ? ke : NULL,
		.ke_optional = role == ROLE_RESPONDER && !c->conf->pfs,
		.other_ke = role == ROLE_RESPONDER ? &c->conf->ike : NULL,
		.with_addke = where == CHILD_IN_CREATE,
	};
}

static void begin(struct inner *inner, uint8_t type)
{
	payload_begin(&inner->writer, type, false);
}

static void end(struct inner *inner)
{
	payload_end(&inner->writer);
}

static void write_spi(const struct child_sa *child, uint8_t out[CHILD_SPI_LEN])
{
	out[0] = (uint8_t)(child->spi_in >> 24);
	out[1] = (uint8_t)(child->spi_in >> 16);
	out[2] = (uint8_t)(child->spi_in >> 8);
	out[3] = (uint8_t)child->spi_in;
}

/* RFC 9611 5.1: an opaque ordinal, for people who read traces. Between two Cygnets it also says whether
 * a head is meant, which has 0. */
static void write_resource_info(const struct child_sa *child, struct inner *inner)
{
	uint8_t ordinal[2] = { (uint8_t)(child->slot >> 8), (uint8_t)child->slot };

	inner_notify(inner, NOTIFY_SA_RESOURCE_INFO, BYTES_OF(ordinal));
}

static void write_modes(const struct child_sa *child, bool resource_info, struct inner *inner)
{
	if (resource_info)
		write_resource_info(child, inner);
	if (child->mode == TYPE_TRANSPORT)
		inner_notify(inner, NOTIFY_USE_TRANSPORT_MODE, (struct bytes) { 0 });
}

static void write_nonce_and_ke(struct bytes nonce, const struct ke_desc *ke, struct bytes public,
			       struct inner *inner)
{
	begin(inner, PAYLOAD_NONCE);
	write_bytes(&inner->chain, nonce);
	end(inner);
	if (ke == NULL)
		return;
	begin(inner, PAYLOAD_KE);
	ke_write(&inner->chain, (uint16_t)ke->id, public);
	end(inner);
}

void child_write_request(const struct ike_sa *sa, const struct child_sa *child,
			 const struct connection *c, enum child_exchange where,
			 const struct request *request, uint32_t rekeyed_spi, struct inner *inner)
{
	struct offer offer = child_offer(sa, c, where, ROLE_INITIATOR);
	uint8_t spi[CHILD_SPI_LEN];

	write_spi(child, spi);
	if (rekeyed_spi != 0) {
		begin(inner, PAYLOAD_NOTIFY);
		notify_write_spi(&inner->chain, NOTIFY_REKEY_SA, PROTO_ESP, rekeyed_spi,
				 (struct bytes) { 0 });
		end(inner);
	}
	write_modes(child, c->conf->clones.kind != CLONES_NO, inner);
	begin(inner, PAYLOAD_SA);
	offer_write(&offer, BYTES_OF(spi), &inner->chain);
	end(inner);
	if (where == CHILD_IN_CREATE)
		write_nonce_and_ke(BYTES_OF(request->nonce), request->pair.ke,
				   ke_pair_public(&request->pair), inner);
	ts_write_request(child, inner);
}

static bool take_spi(struct child_sa *child)
{
	const uint8_t *p = child->suite.spi;

	if (child->suite.spi_len != CHILD_SPI_LEN)
		return false;
	child->spi_out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return child->spi_out >= 256; /* RFC 4303 2.1: the first are reserved */
}

static bool take_nonce(uint8_t out[NONCE_MAX], uint16_t *len, const struct message *m)
{
	struct bytes nonce;

	if (nonce_read(message_body(m, PAYLOAD_NONCE), &nonce) != WIRE_OK)
		return false;
	memcpy(out, nonce.ptr, nonce.len);
	*len = (uint16_t)nonce.len;
	return true;
}

uint16_t create_choose_suite(const struct offer *offer, const struct message *m,
			     struct suite *out)
{
	struct bytes body = message_body(m, PAYLOAD_SA);
	struct ke_payload ke = { 0 };
	const struct ke_desc *sent = NULL;
	enum choose_result result = CHOOSE_NONE;

	if (payload_find(&m->payloads, PAYLOAD_KE) != NULL) {
		if (ke_read(message_body(m, PAYLOAD_KE), &ke) != WIRE_OK)
			return NOTIFY_INVALID_SYNTAX;
		sent = ke_find(ke.group);
	}
	if (sent != NULL && offer->with_ke)
		result = offer_choose(offer, body, sent, out);
	if (result == CHOOSE_NONE)
		result = offer_choose(offer, body, NULL, out);
	if (result == CHOOSE_MALFORMED)
		return NOTIFY_INVALID_SYNTAX;
	if (result == CHOOSE_NONE)
		return NOTIFY_NO_PROPOSAL_CHOSEN;
	if (out->ke != NULL && out->ke != sent)
		return NOTIFY_INVALID_KE_PAYLOAD;
	return out->ke == NULL || ke.data.len == out->ke->initiator_len ? 0 : NOTIFY_INVALID_SYNTAX;
}

uint16_t child_choose(const struct ike_sa *sa, struct child_sa *child, const struct connection *c,
		      enum child_exchange where, const struct message *m)
{
	struct offer offer = child_offer(sa, c, where, ROLE_RESPONDER);
	uint16_t notify;

	/* RFC 7296 1.3.1: transport mode is the initiator's wish and ours to grant. */
	if (c->conf->type == TYPE_TRANSPORT && !m->use_transport)
		return NOTIFY_NO_PROPOSAL_CHOSEN;
	child->mode = c->conf->type;
	if (where == CHILD_IN_CREATE && payload_find(&m->payloads, PAYLOAD_KE) != NULL) {
		/* Without pfs= a peer that wants it gets it. */
		offer.with_ke = true;
		offer.default_ke = sa->suite.ke;
	}
	notify = create_choose_suite(&offer, m, &child->suite);
	if (notify != 0)
		return notify;
	if (!take_spi(child) ||
	    (where == CHILD_IN_CREATE && !take_nonce(child->nonce_i, &child->nonce_i_len, m)))
		return NOTIFY_INVALID_SYNTAX;
	return 0;
}

void child_write_answer(const struct child_sa *child, enum child_exchange where,
			struct bytes own_public, struct inner *inner)
{
	uint8_t spi[CHILD_SPI_LEN];

	write_spi(child, spi);
	write_modes(child, child->resource_info, inner);
	if (child->cut)
		inner_notify(inner, NOTIFY_ADDITIONAL_TS_POSSIBLE, (struct bytes) { 0 });
	begin(inner, PAYLOAD_SA);
	suite_write(&child->suite, PROTO_ESP, BYTES_OF(spi), &inner->chain);
	end(inner);
	if (where == CHILD_IN_CREATE)
		write_nonce_and_ke(bytes_at(child->nonce_r, child->nonce_r_len), child->suite.ke,
				   own_public, inner);
	ts_write_answer(child, inner);
}

const char *child_take_answer(const struct ike_sa *sa, struct child_sa *child,
			      const struct connection *c, enum child_exchange where,
			      const struct message *m)
{
	struct offer offer = child_offer(sa, c, where, ROLE_INITIATOR);
	const char *why;

	if (offer_check_answer(&offer, message_body(m, PAYLOAD_SA), &child->suite) != CHOOSE_OK ||
	    !take_spi(child))
		return "the peer chose something that was not offered";
	if (child->mode == TYPE_TRANSPORT && !m->use_transport)
		return "the peer does not do transport mode";
	if (child->mode == TYPE_TUNNEL && m->use_transport)
		return "the peer does transport mode without being asked";
	why = ts_take_answer(sa, child, c, m);
	if (why != NULL)
		return why;
	if (where == CHILD_IN_CREATE && !take_nonce(child->nonce_r, &child->nonce_r_len, m))
		return "the peer's nonce is not valid";
	child->resource_info = m->has_resource_info;
	return NULL;
}
