/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/message.h"

const uint8_t vendor_id_cygnet[16] = {
	'C', 'y', 'g', 'n', 'e', 't', ' ', 'c', 'l', 'o', 'n', 'e', 's', ' ', 'v', '1'
};

static bool known_type(uint8_t type)
{
	return (type >= PAYLOAD_SA && type <= PAYLOAD_EAP) || type == PAYLOAD_SKF;
}

static void take_window(struct message *m, struct bytes data)
{
	struct reader r = { data };
	uint32_t window;

	if (data.len == 4 && read_u32(&r, &window) && window > 0)
		m->window = window;
}

static void take_rekey(struct message *m, const struct notify *n)
{
	struct reader r = { n->spi };

	m->has_rekey = true;
	if (n->protocol != PROTO_ESP || !read_u32(&r, &m->rekey_spi))
		m->rekey_spi = 0;
}

static void take_additional(struct mobike_notes *notes, struct bytes data, size_t len)
{
	struct address a;

	if (data.len != len || !address_read(data, &a))
		notes->malformed = true;
	else if (notes->additional_count < PEER_ADDRESSES_MAX)
		notes->additional[notes->additional_count++] = a;
}

static void take_cookie2(struct mobike_notes *notes, struct bytes data)
{
	notes->has_cookie2 = true;
	notes->cookie2 = data;
	notes->malformed |= data.len < COOKIE2_MIN || data.len > COOKIE2_MAX;
}

/* false: it is none of RFC 4555's. */
static bool take_mobike(struct mobike_notes *notes, const struct notify *n)
{
	switch (n->type) {
	case NOTIFY_MOBIKE_SUPPORTED:
		notes->supported = true;
		return true;
	case NOTIFY_ADDITIONAL_IP4_ADDRESS:
		take_additional(notes, n->data, 4);
		return true;
	case NOTIFY_ADDITIONAL_IP6_ADDRESS:
		take_additional(notes, n->data, 16);
		return true;
	case NOTIFY_NO_ADDITIONAL_ADDRESSES:
		notes->no_additional = true;
		return true;
	case NOTIFY_UPDATE_SA_ADDRESSES:
		notes->update = true;
		return true;
	case NOTIFY_COOKIE2:
		take_cookie2(notes, n->data);
		return true;
	case NOTIFY_NO_NATS_ALLOWED:
		notes->has_no_nats = true;
		notes->no_nats = n->data;
		return true;
	default:
		return false;
	}
}

static void take_status(struct message *m, const struct notify *n)
{
	switch (n->type) {
	case NOTIFY_COOKIE:
		m->has_cookie = true;
		m->cookie = n->data;
		break;
	case NOTIFY_NAT_DETECTION_SOURCE_IP:
		m->has_nat = true;
		if (m->nat_source_count < NAT_SOURCES_MAX)
			m->nat_sources[m->nat_source_count++] = n->data;
		break;
	case NOTIFY_NAT_DETECTION_DESTINATION_IP:
		m->has_nat = true;
		m->nat_destination = n->data;
		break;
	case NOTIFY_IKEV2_FRAGMENTATION_SUPPORTED:
		m->has_fragmentation = true;
		break;
	case NOTIFY_INITIAL_CONTACT:
		m->has_initial_contact = true;
		break;
	case NOTIFY_CHILDLESS_IKEV2_SUPPORTED:
		m->has_childless = true;
		break;
	case NOTIFY_USE_TRANSPORT_MODE:
		m->use_transport = true;
		break;
	case NOTIFY_REKEY_SA:
		take_rekey(m, n);
		break;
	case NOTIFY_SET_WINDOW_SIZE:
		take_window(m, n->data);
		break;
	case NOTIFY_SA_RESOURCE_INFO:
		m->has_resource_info = true;
		m->resource_info = n->data;
		break;
	case NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED:
		m->intermediate = true;
		break;
	case NOTIFY_ADDITIONAL_KEY_EXCHANGE:
		m->addke_link = n->data;
		break;
	case NOTIFY_USE_PPK:
		m->use_ppk = true;
		break;
	case NOTIFY_PPK_IDENTITY:
		m->has_ppk_identity = true;
		m->ppk_identity = n->data;
		break;
	case NOTIFY_NO_PPK_AUTH:
		m->has_no_ppk_auth = n->data.len > 0;
		m->no_ppk_auth = n->data;
		break;
	default:
		break; /* RFC 7296 3.10.1: unknown status notifies are ignored */
	}
}

static enum wire_status take_notify(struct message *m, struct bytes body)
{
	struct notify n;
	enum wire_status status = notify_read(body, &n);

	if (status != WIRE_OK)
		return status;
	if (n.type > NOTIFY_LAST_ERROR) {
		if (!take_mobike(&m->mobike, &n))
			take_status(m, &n);
	} else if (m->error == 0) {
		m->error = n.type;
		m->error_data = n.data;
	}
	return WIRE_OK;
}

enum wire_status message_digest(struct message *m)
{
	for (size_t i = 0; i < m->payloads.count; i++) {
		const struct payload *p = &m->payloads.list[i];

		if (!known_type(p->type)) {
			if (p->critical && m->unknown_critical == 0)
				m->unknown_critical = p->type;
		} else if (p->type == PAYLOAD_NOTIFY) {
			enum wire_status status = take_notify(m, p->body);

			if (status != WIRE_OK)
				return status;
		} else if (p->type == PAYLOAD_VENDOR_ID &&
			   bytes_equal(p->body, BYTES_OF(vendor_id_cygnet))) {
			m->peer_is_cygnet = true;
		}
	}
	return WIRE_OK;
}

uint32_t message_payload_bits(const struct message *m)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < m->payloads.count; i++)
		if (known_type(m->payloads.list[i].type))
			bits |= PAYLOAD_BIT(m->payloads.list[i].type);
	return bits;
}

bool message_has_duplicates(const struct message *m)
{
	static const uint32_t once =
		PAYLOAD_BIT(PAYLOAD_SA) | PAYLOAD_BIT(PAYLOAD_KE) | PAYLOAD_BIT(PAYLOAD_IDI) |
		PAYLOAD_BIT(PAYLOAD_IDR) | PAYLOAD_BIT(PAYLOAD_AUTH) |
		PAYLOAD_BIT(PAYLOAD_NONCE) | PAYLOAD_BIT(PAYLOAD_TSI) |
		PAYLOAD_BIT(PAYLOAD_TSR) | PAYLOAD_BIT(PAYLOAD_SK) | PAYLOAD_BIT(PAYLOAD_CP);
	uint32_t seen = 0;

	for (size_t i = 0; i < m->payloads.count; i++) {
		uint32_t bit;

		if (!known_type(m->payloads.list[i].type))
			continue;
		bit = PAYLOAD_BIT(m->payloads.list[i].type);
		if ((seen & bit & once) != 0)
			return true;
		seen |= bit;
	}
	return false;
}

const struct ke_desc *message_wanted_ke(const struct message *m, const struct offer *offer,
					const struct ke_desc *sent)
{
	struct reader r = { m->error_data };
	uint16_t group;

	if (m->error != NOTIFY_INVALID_KE_PAYLOAD || !read_u16(&r, &group) || r.left.len != 0 ||
	    (sent != NULL && group == (uint16_t)sent->id) || !offer_has_ke(offer, group))
		return NULL;
	return ke_find(group);
}

struct bytes message_body(const struct message *m, uint8_t type)
{
	const struct payload *p = payload_find(&m->payloads, type);

	return p == NULL ? (struct bytes) { 0 } : p->body;
}

bool message_take_ke(const struct message *m, const struct ke_desc *ke, enum sa_role sender,
		     struct bytes *out)
{
	size_t len = sender == ROLE_INITIATOR ? ke->initiator_len : ke->responder_len;
	struct ke_payload payload;

	if (ke_read(message_body(m, PAYLOAD_KE), &payload) != WIRE_OK ||
	    payload.group != (uint16_t)ke->id || payload.data.len != len)
		return false;
	*out = payload.data;
	return true;
}
