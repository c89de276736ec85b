/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT detection: RFC 7296 2.23. */

#include "ike/exchange/path/path.h"
#include "ike/sa/nat.h"

static void write_one(struct payload_writer *writer, uint16_t type, struct bytes hash)
{
	payload_begin(writer, PAYLOAD_NOTIFY, false);
	notify_write(writer->out, type, hash);
	payload_end(writer);
}

bool nat_write(struct world *w, const struct ike_sa *sa, const struct connection *c,
	       const struct endpoint *local, const struct endpoint *remote,
	       struct payload_writer *writer)
{
	uint8_t source[SHA1_LEN], destination[SHA1_LEN];

	if (!nat_hash(sa->spi_i, sa->spi_r, local, source) ||
	    !nat_hash(sa->spi_i, sa->spi_r, remote, destination))
		return false;
	if (c->conf->encapsulation == ENCAPSULATION_YES)
		world_random(w, source, sizeof(source));
	write_one(writer, NOTIFY_NAT_DETECTION_SOURCE_IP, BYTES_OF(source));
	write_one(writer, NOTIFY_NAT_DETECTION_DESTINATION_IP, BYTES_OF(destination));
	return true;
}

bool nat_take(struct ike_sa *sa, const struct message *m)
{
	uint8_t own[SHA1_LEN], peer[SHA1_LEN];
	bool peer_is_direct = false;

	if (!m->has_nat)
		return true;
	if (!nat_hash(m->header.spi_i, m->header.spi_r, &m->local, own) ||
	    !nat_hash(m->header.spi_i, m->header.spi_r, &m->remote, peer))
		return false;
	for (size_t i = 0; i < m->nat_source_count; i++)
		peer_is_direct |= bytes_equal(m->nat_sources[i], BYTES_OF(peer));
	sa->peer_nat_traversal = true;
	sa->nat_remote = !peer_is_direct;
	sa->nat_local = !bytes_equal(m->nat_destination, BYTES_OF(own));
	return true;
}
