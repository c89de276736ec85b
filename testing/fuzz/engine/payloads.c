/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payloads.h"

#include "base/must_check.h"
#include "ike/exchange/message.h"
#include "ike/sa/child_sa.h"
#include "ike/sa/followup.h"
#include "../must.h"
#include "jobs.h"

enum { PAYLOADS_OF_STEP = 8, CHANGES_MAX = 3 };

static const uint8_t some_bytes[64] =
	"Sixty-four bytes for whatever a payload wants to hold, a text";

static uint8_t next(struct reader *input)
{
	uint8_t byte = 0;

	if (!read_u8(input, &byte))
		return 0;
	return byte;
}

void bytes_change(struct reader *input, struct buffer *out, size_t from)
{
	unsigned count = next(input) % (CHANGES_MAX + 1U);

	for (unsigned i = 0; i < count && out->len > from; i++) {
		size_t at = next(input);

		at = at << 8 | next(input);
		out->ptr[from + at % (out->len - from)] ^= next(input);
	}
}

/* One of the Child SAs, by the SPI that the sender has for it. */
static const struct child_sa *child_of(const struct ike_sa *of, unsigned index)
{
	const struct child_sa *found = NULL;
	unsigned i = 0;

	LIST_FOR_EACH(link, &of->children) {
		found = LIST_OBJECT(link, struct child_sa, link);
		if (i++ == index)
			break;
	}
	return found;
}

static uint32_t peer_spi(const struct ike_sa *of, unsigned index)
{
	const struct child_sa *child = child_of(of, index);

	return child == NULL ? 0x01020304 : child->spi_out;
}

static void add_transform(struct proposal *p, uint8_t type, int id, uint16_t key_bits)
{
	p->transforms[p->count++] = (struct transform) { type, (uint16_t)id, key_bits, false };
}

/* `how`: bit 0: no key exchange; bit 1: another key length; the rest: of the SPI. */
static void write_child_sa(struct buffer *out, const struct ike_sa *of, uint8_t how)
{
	uint8_t spi[CHILD_SPI_LEN] = { 1, 2, 3, (uint8_t)(how >> 2) };
	struct proposal p = { .number = 1, .protocol = PROTO_ESP, .spi = BYTES_OF(spi) };

	add_transform(&p, TRANSFORM_ENCR, ENCR_AES_GCM_16, (how & 2) != 0 ? 128 : 256);
	if ((how & 1) == 0)
		add_transform(&p, TRANSFORM_KE, (int)of->suite.ke->id, 0);
	add_transform(&p, TRANSFORM_ESN, ESN_NO, 0);
	proposal_write(out, &p, true);
}

static void write_ike_sa(struct buffer *out, const struct ike_sa *of, uint8_t how)
{
	uint8_t spi[IKE_SPI_LEN] = { 7, 6, 5, 4, 3, 2, 1, (uint8_t)(how >> 2) };
	struct proposal p = { .number = 1, .protocol = PROTO_IKE, .spi = BYTES_OF(spi) };

	add_transform(&p, TRANSFORM_ENCR, ENCR_AES_GCM_16, (how & 2) != 0 ? 128 : 256);
	add_transform(&p, TRANSFORM_PRF, PRF_HMAC_SHA2_256, 0);
	if ((how & 1) == 0)
		add_transform(&p, TRANSFORM_KE, (int)of->suite.ke->id, 0);
	proposal_write(out, &p, true);
}

static const struct selector everything = { .start = { .family = AF_INET },
					    .end = { AF_INET, { 255, 255, 255, 255 } },
					    .port_end = 65535 };

/* What other_conn has at west (192.1.2.45), or at east. */
static struct selector other_net(bool west)
{
	uint8_t net = west ? 11 : 12;

	return (struct selector) { .start = { AF_INET, { 192, 0, net, 0 } },
				   .end = { AF_INET, { 192, 0, net, 255 } }, .port_end = 65535 };
}

static void write_ts(struct buffer *out, const struct ike_sa *of, bool initiator, uint8_t how)
{
	const struct child_sa *child = child_of(of, 0);
	struct selector ts = everything;

	if (child != NULL && how % 4 < 2)
		ts = initiator ? child->traffic.remote.list[0] : child->traffic.local.list[0];
	if (how % 4 == 1)
		ts.end = ts.start;
	if (how % 4 == 2)
		ts = other_net((of->remote.address.ip[3] == 45) == initiator);
	ts_write(out, &ts, 1);
}

/* A good one, or in which way it is not. */
static void write_ke(struct buffer *out, const struct ike_sa *of, uint8_t how)
{
	static const uint8_t zeros[KE_PUBLIC_MAX] = { 0 };
	uint16_t group = (uint16_t)of->suite.ke->id;
	struct bytes public = jobs_public(group, (how & 4) == 0);

	if (how % 4 == 1)
		public.ptr = zeros;
	if (how % 4 == 2)
		public.len--;
	ke_write(out, how % 4 == 3 ? KE_CURVE25519 : group, public);
}

static void write_all_spis(struct buffer *out, const struct ike_sa *of)
{
	uint32_t spis[16];
	size_t count = 0;

	for (; count < of->child_count && count < ARRAY_LEN(spis); count++)
		spis[count] = peer_spi(of, (unsigned)count);
	delete_write(out, PROTO_ESP, spis, count);
}

static const uint8_t types[READY_KINDS] = {
	[READY_SA] = PAYLOAD_SA, [READY_SA_IKE] = PAYLOAD_SA, [READY_KE] = PAYLOAD_KE,
	[READY_NONCE] = PAYLOAD_NONCE, [READY_TSI] = PAYLOAD_TSI, [READY_TSR] = PAYLOAD_TSR,
	[READY_DELETE] = PAYLOAD_DELETE,
	[READY_DELETE_ALL] = PAYLOAD_DELETE, [READY_DELETE_IKE] = PAYLOAD_DELETE,
	[READY_REKEY] = PAYLOAD_NOTIFY, [READY_ERROR] = PAYLOAD_NOTIFY,
	[READY_STATUS] = PAYLOAD_NOTIFY, [READY_CLONE] = PAYLOAD_NOTIFY,
	[READY_LINK] = PAYLOAD_NOTIFY,
	[READY_IDI] = PAYLOAD_IDI, [READY_IDR] = PAYLOAD_IDR, [READY_AUTH] = PAYLOAD_AUTH,
	[READY_VENDOR_ID] = PAYLOAD_VENDOR_ID,
};

static void write_link(struct buffer *out, const struct ike_sa *of)
{
	uint8_t link[FOLLOWUP_LINK_LEN] = { 0 };

	if (!list_empty(&of->followups))
		followup_link(LIST_OBJECT(of->followups.next, struct followup, link), link);
	notify_write(out, NOTIFY_ADDITIONAL_KEY_EXCHANGE, BYTES_OF(link));
}

static void write_notify(struct reader *input, enum payload_kind kind, const struct ike_sa *of,
			 struct buffer *out)
{
	struct bytes none = { 0 };
	uint32_t spi;

	switch (kind) {
	case READY_REKEY:
		spi = peer_spi(of, next(input));
		notify_write_spi(out, NOTIFY_REKEY_SA, PROTO_ESP, spi, none);
		break;
	case READY_ERROR:
		notify_write(out, next(input) % 64, none);
		break;
	case READY_STATUS:
		notify_write(out, (uint16_t)(NOTIFY_INITIAL_CONTACT + next(input) % 64), none);
		break;
	case READY_LINK:
		write_link(out, of);
		break;
	default:
		notify_write(out, NOTIFY_SA_RESOURCE_INFO, bytes_at(some_bytes, 2));
		break;
	}
}

static void write_delete(struct reader *input, enum payload_kind kind, const struct ike_sa *of,
			 struct buffer *out)
{
	uint32_t spi;

	if (kind == READY_DELETE) {
		spi = peer_spi(of, next(input));
		delete_write(out, PROTO_ESP, &spi, 1);
	} else if (kind == READY_DELETE_ALL) {
		write_all_spis(out, of);
	} else {
		delete_write(out, PROTO_IKE, NULL, 0);
	}
}

static void write_body(struct reader *input, enum payload_kind kind, const struct ike_sa *of,
		       struct buffer *out)
{
	struct id_payload id = { ID_FQDN, bytes_at(kind == READY_IDI ? "west" : "east", 4) };

	switch (kind) {
	case READY_SA:
		write_child_sa(out, of, next(input));
		break;
	case READY_SA_IKE:
		write_ike_sa(out, of, next(input));
		break;
	case READY_KE:
		write_ke(out, of, next(input));
		break;
	case READY_NONCE:
		write_bytes(out, bytes_at(some_bytes, 32));
		break;
	case READY_TSI:
	case READY_TSR:
		write_ts(out, of, kind == READY_TSI, next(input));
		break;
	case READY_DELETE:
	case READY_DELETE_ALL:
	case READY_DELETE_IKE:
		write_delete(input, kind, of, out);
		break;
	case READY_IDI:
	case READY_IDR:
		id_write(out, &id);
		break;
	case READY_AUTH:
		auth_write(out, AUTH_SHARED_KEY, bytes_at(some_bytes, 32));
		break;
	case READY_VENDOR_ID:
		write_bytes(out, BYTES_OF(vendor_id_cygnet));
		break;
	default:
		write_notify(input, kind, of, out);
		break;
	}
}

/* Kinds beyond the ready ones: the type in the low bits, and bit 7 makes it critical. */
static void write_own(struct reader *input, uint8_t kind, struct inner *inner)
{
	struct bytes body = { 0 };
	size_t len = next(input);

	if (len > input->left.len)
		len = input->left.len;
	if (!read_bytes(input, len, &body))
		return;
	payload_begin(&inner->writer, (uint8_t)(32 + kind % 32), (kind & 0x80) != 0);
	write_bytes(&inner->chain, body);
	payload_end(&inner->writer);
}

bool payload_takes_byte(uint8_t kind)
{
	switch (kind) {
	case READY_NONCE:
	case READY_DELETE_ALL:
	case READY_DELETE_IKE:
	case READY_CLONE:
	case READY_LINK:
	case READY_IDI:
	case READY_IDR:
	case READY_AUTH:
	case READY_VENDOR_ID:
		return false;
	default:
		return true;
	}
}

void payloads_from_input(struct reader *input, const struct ike_sa *of, struct inner *inner)
{
	unsigned count = next(input) % (PAYLOADS_OF_STEP + 1U);

	for (unsigned i = 0; i < count; i++) {
		uint8_t kind = next(input);
		size_t body;

		if (kind % 64 >= READY_KINDS) {
			write_own(input, kind, inner);
			continue;
		}
		payload_begin(&inner->writer, types[kind % 64], false);
		body = inner->chain.len;
		write_body(input, kind % 64, of, &inner->chain);
		if (kind >= 128)
			bytes_change(input, &inner->chain, body);
		payload_end(&inner->writer);
	}
}
