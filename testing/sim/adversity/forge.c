/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be said without keys. */

#include "base/buffer.h"
#include "sim/adversity/attacker.h"
#include "sim/core/sim.h"
#include "wire/message.h"

static struct random *dice(struct sim *sim)
{
	return &sim->adversity.attacker.random;
}

static void write_some(struct random *r, struct buffer *out, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		write_u8(out, (uint8_t)random_next(r));
}

static void write_data(struct random *r, uint16_t type, struct buffer *out)
{
	static const uint16_t groups[] = { 0, 14, 19, 20, 31, 36, 1025, UINT16_MAX };

	if (type == NOTIFY_INVALID_KE_PAYLOAD)
		write_u16(out, groups[random_below(r, ARRAY_LEN(groups))]);
	else if (type == NOTIFY_COOKIE)
		write_some(r, out, 1 + random_below(r, 64));
	else if (random_percent(r, 20))
		write_some(r, out, random_below(r, 9));
}

static void write_notify(struct random *r, struct payload_writer *w)
{
	static const uint16_t types[] = {
		NOTIFY_NO_PROPOSAL_CHOSEN, NOTIFY_INVALID_KE_PAYLOAD, NOTIFY_COOKIE,
		NOTIFY_AUTHENTICATION_FAILED, NOTIFY_INVALID_SYNTAX, NOTIFY_INVALID_MAJOR_VERSION,
		NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD, NOTIFY_INVALID_IKE_SPI, NOTIFY_INVALID_SPI,
		NOTIFY_TEMPORARY_FAILURE, NOTIFY_INITIAL_CONTACT, NOTIFY_INVALID_MESSAGE_ID,
		NOTIFY_UPDATE_SA_ADDRESSES
	};
	uint16_t type = types[random_below(r, ARRAY_LEN(types))];

	payload_begin(w, PAYLOAD_NOTIFY, false);
	write_u8(w->out, PROTO_NONE);
	write_u8(w->out, 0);
	write_u16(w->out, type);
	write_data(r, type, w->out);
	payload_end(w);
}

/* The IKE SA itself. */
static void write_delete(struct payload_writer *w)
{
	payload_begin(w, PAYLOAD_DELETE, false);
	write_u8(w->out, PROTO_IKE);
	write_u8(w->out, 0);
	write_u16(w->out, 0);
	payload_end(w);
}

static void say(struct sim *sim, const struct ike_header *h, const struct carried *how)
{
	struct random *r = dice(sim);
	struct buffer out = { 0 };
	struct payload_writer w;

	ike_header_write(&out, h);
	w = payload_writer_after_header(&out, 0);
	if (random_percent(r, 20))
		write_delete(&w);
	else
		write_notify(r, &w);
	message_finish(&out, 0);
	network_carry(sim, how, buffer_bytes(&out), 0);
	buffer_done(&out);
}

void forge_answer(struct sim *sim, const struct overheard *o)
{
	struct carried how = { .from = o->how.to, .to = o->how.from };
	struct random *r = dice(sim);
	struct ike_header h;

	if (ike_header_read(bytes_at(o->bytes, o->len), &h) != WIRE_OK ||
	    (h.flags & FLAG_RESPONSE) != 0)
		return;
	h.flags = (h.flags & FLAG_INITIATOR) ^ (FLAG_INITIATOR | FLAG_RESPONSE);
	if (h.spi_r == 0 && random_percent(r, 50))
		h.spi_r = random_next(r);
	say(sim, &h, &how);
}

void forge_words(struct sim *sim, const struct overheard *o)
{
	static const uint8_t exchanges[] = { EXCHANGE_IKE_SA_INIT, EXCHANGE_IKE_AUTH,
					     EXCHANGE_CREATE_CHILD_SA, EXCHANGE_INFORMATIONAL };
	struct carried how = { .from = o->how.from, .to = o->how.to };
	struct random *r = dice(sim);
	struct ike_header h;

	if (ike_header_read(bytes_at(o->bytes, o->len), &h) != WIRE_OK)
		return;
	if (random_percent(r, 50)) {
		how = (struct carried) { .from = o->how.to, .to = o->how.from };
		h.flags ^= FLAG_INITIATOR;
	}
	if (random_percent(r, 50))
		h.flags ^= FLAG_RESPONSE;
	if (random_percent(r, 50))
		h.exchange = exchanges[random_below(r, ARRAY_LEN(exchanges))];
	h.message_id += random_below(r, 3);
	say(sim, &h, &how);
}
