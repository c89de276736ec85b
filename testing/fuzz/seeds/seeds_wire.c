/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds_wire DIR: good messages for fuzz_wire, some made here, the others of the simulation. */
#include <stdio.h>

#include "base/must_check.h"
#include "seed_file.h"
#include "traffic.h"
#include "wire/message.h"
#include "wire/payloads.h"

static const uint8_t some_bytes[] =
	"Sixty-four bytes for whatever a payload wants to hold, as a text";

static const struct proposal ike_proposal = {
	.number = 1, .protocol = PROTO_IKE, .count = 4,
	.transforms = { { .type = TRANSFORM_ENCR, .id = 20, .key_bits = 256 },
			{ .type = TRANSFORM_PRF, .id = 5 },
			{ .type = TRANSFORM_KE, .id = 31 },
			{ .type = TRANSFORM_KE, .id = 14 } },
};

static const struct proposal esp_proposal = {
	.number = 1, .protocol = PROTO_ESP, .spi = { some_bytes, CHILD_SPI_LEN }, .count = 2,
	.transforms = { { .type = TRANSFORM_ENCR, .id = 12, .key_bits = 128 },
			{ .type = TRANSFORM_ESN, .id = ESN_YES } },
};

static void add_proposals(struct payload_writer *w, const struct proposal *p)
{
	struct proposal second = *p;

	second.number = 2;
	payload_begin(w, PAYLOAD_SA, false);
	proposal_write(w->out, p, false);
	proposal_write(w->out, &second, true);
	payload_end(w);
}

static void add_bytes(struct payload_writer *w, uint8_t type, size_t len)
{
	payload_begin(w, type, false);
	write_bytes(w->out, bytes_at(some_bytes, len));
	payload_end(w);
}

static void add_notify(struct payload_writer *w, uint16_t type, size_t len)
{
	payload_begin(w, PAYLOAD_NOTIFY, false);
	notify_write(w->out, type, bytes_at(some_bytes, len));
	payload_end(w);
}

static void add_ts(struct payload_writer *w, uint8_t type)
{
	struct selector list[2] = { { .port_end = 65535 },
				    { .protocol = 17, .port_start = 53, .port_end = 53 } };

	list[0].start = (struct address) { AF_INET, { 192, 0, 1, 0 } };
	list[0].end = (struct address) { AF_INET, { 192, 0, 1, 255 } };
	list[1].start = (struct address) { AF_INET6, { 0x20, 1 } };
	list[1].end = (struct address) { AF_INET6, { 0x20, 2 } };
	payload_begin(w, type, false);
	ts_write(w->out, list, ARRAY_LEN(list));
	payload_end(w);
}

static void write_init(struct payload_writer *w)
{
	add_notify(w, NOTIFY_COOKIE, 32);
	add_proposals(w, &ike_proposal);
	payload_begin(w, PAYLOAD_KE, false);
	ke_write(w->out, 31, bytes_at(some_bytes, 32));
	payload_end(w);
	add_bytes(w, PAYLOAD_NONCE, 32);
	add_notify(w, NOTIFY_NAT_DETECTION_SOURCE_IP, 20);
	add_bytes(w, PAYLOAD_VENDOR_ID, 16);
}

static void write_auth(struct payload_writer *w)
{
	struct id_payload id = { ID_FQDN, bytes_at("west", 4) };

	payload_begin(w, PAYLOAD_IDI, false);
	id_write(w->out, &id);
	payload_end(w);
	id = (struct id_payload) { ID_IPV4_ADDR, bytes_at(some_bytes, 4) };
	payload_begin(w, PAYLOAD_IDR, false);
	id_write(w->out, &id);
	payload_end(w);
	payload_begin(w, PAYLOAD_AUTH, false);
	auth_write(w->out, AUTH_SHARED_KEY, bytes_at(some_bytes, 32));
	payload_end(w);
	add_proposals(w, &esp_proposal);
	add_ts(w, PAYLOAD_TSI);
	add_ts(w, PAYLOAD_TSR);
	add_notify(w, NOTIFY_SA_RESOURCE_INFO, 2);
}

static void write_delete(struct payload_writer *w)
{
	static const uint32_t spis[] = { 0x01020304, 0xfffefdfc };

	payload_begin(w, PAYLOAD_DELETE, false);
	delete_write(w->out, PROTO_ESP, spis, ARRAY_LEN(spis));
	payload_end(w);
	payload_begin(w, PAYLOAD_DELETE, true);
	delete_write(w->out, PROTO_IKE, NULL, 0);
	payload_end(w);
	payload_begin(w, PAYLOAD_NOTIFY, false);
	notify_write_spi(w->out, NOTIFY_REKEY_SA, PROTO_ESP, 0x01020304, bytes_at(NULL, 0));
	payload_end(w);
}

static void write_sk(struct payload_writer *w)
{
	add_notify(w, NOTIFY_INITIAL_CONTACT, 0);
	payload_begin(w, PAYLOAD_SK, false);
	w->out->ptr[w->link] = PAYLOAD_IDI;
	write_bytes(w->out, bytes_at(some_bytes, 40));
	payload_end(w);
}

static const struct {
	const char *name;
	uint8_t exchange;
	void (*write)(struct payload_writer *w);
} seeds[] = {
	{ "init", EXCHANGE_IKE_SA_INIT, write_init },
	{ "auth", EXCHANGE_IKE_AUTH, write_auth },
	{ "delete", EXCHANGE_INFORMATIONAL, write_delete },
	{ "sk", EXCHANGE_CREATE_CHILD_SA, write_sk },
};

static const char *dir;
static unsigned written;

/* What was sealed stands in the clear. */
static void on_message(const struct tap *tap, struct bytes plain)
{
	struct ike_header h = tap->header;
	struct buffer out = { 0 };
	char name[32];

	h.next_payload = plain.ptr[0];
	ike_header_write(&out, &h);
	write_bytes(&out, bytes_at(plain.ptr + 1, plain.len - 1));
	message_finish(&out, 0);
	snprintf(name, sizeof(name), "traffic-%u", written++);
	seed_write(dir, name, buffer_bytes(&out));
	buffer_done(&out);
}

int main(int argc, char **argv)
{
	dir = seed_dir(argc, argv);
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		struct ike_header h = { .spi_i = 0x0102030405060708, .version = IKE_VERSION,
					.exchange = seeds[i].exchange, .flags = FLAG_INITIATOR };
		struct buffer out = { 0 };
		struct payload_writer w;

		ike_header_write(&out, &h);
		w = payload_writer_after_header(&out, 0);
		seeds[i].write(&w);
		message_finish(&out, 0);
		seed_write(dir, seeds[i].name, buffer_bytes(&out));
		buffer_done(&out);
	}
	traffic_each(on_message);
	return 0;
}
