/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/initial/init.h"

#include <string.h>

#include "ike/exchange/path/path.h"

struct offer ike_offer_of(const struct algorithm_list *list)
{
	return (struct offer) {
		.protocol = PROTO_IKE, .list = list, .with_ke = true, .with_addke = true
	};
}

struct offer ike_offer(const struct connection *c)
{
	return ike_offer_of(&c->conf->ike);
}

bool init_has_intermediate(const struct connection *c)
{
	return c->conf->intermediate || algorithm_list_has_addke(&c->conf->ike);
}

void clear_notify(struct payload_writer *writer, uint16_t type, struct bytes data)
{
	payload_begin(writer, PAYLOAD_NOTIFY, false);
	notify_write(writer->out, type, data);
	payload_end(writer);
}

bool init_write_notifies(struct world *w, const struct ike_sa *sa, const struct connection *c,
			 struct payload_writer *writer)
{
	/* RFC 7296 2.23: the initiator does not know SPIr yet and hashes zero. */
	if (!nat_write(w, sa, c, &sa->local, &sa->remote, writer))
		return false;
	/* RFC 7383 2.3: a responder says it only to who said it. */
	if (sa->role == ROLE_INITIATOR ? c->conf->fragmentation == FRAGMENTATION_YES
					: sa->fragmentation)
		clear_notify(writer, NOTIFY_IKEV2_FRAGMENTATION_SUPPORTED, (struct bytes) { 0 });
	if (sa->role == ROLE_RESPONDER && c->conf->childless != CHILDLESS_NEVER)
		clear_notify(writer, NOTIFY_CHILDLESS_IKEV2_SUPPORTED, (struct bytes) { 0 });
	payload_begin(writer, PAYLOAD_VENDOR_ID, false);
	write_bytes(writer->out, BYTES_OF(vendor_id_cygnet));
	payload_end(writer);
	return true;
}

bool init_take_notifies(struct ike_sa *sa, const struct connection *c, const struct message *m)
{
	sa->peer_is_cygnet = m->peer_is_cygnet;
	sa->peer_is_childless = m->has_childless;
	sa->fragmentation = m->has_fragmentation && c->conf->fragmentation == FRAGMENTATION_YES;
	return nat_take(sa, m);
}

bool init_take_nonce(struct ike_sa *sa, const struct message *m)
{
	struct bytes nonce;

	if (nonce_read(message_body(m, PAYLOAD_NONCE), &nonce) != WIRE_OK ||
	    nonce.len > sizeof(sa->nonce_peer))
		return false;
	memcpy(sa->nonce_peer, nonce.ptr, nonce.len);
	sa->nonce_peer_len = (uint16_t)nonce.len;
	return true;
}
