/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of messages that payload_writer makes, and that they can be read again. */

#include "wire_test.h"

#include "wire/message.h"
#include "wire/payloads.h"

static const struct ike_header header = { .spi_i = 1, .version = IKE_VERSION,
					  .exchange = EXCHANGE_IKE_SA_INIT,
					  .flags = FLAG_INITIATOR };

static void payload_write(struct payload_writer *w, uint8_t type, const char *body)
{
	payload_begin(w, type, false);
	write_text(w->out, body);
	payload_end(w);
}

static void message_links_its_payloads(void **state)
{
	struct bytes chain = BYTES(40, 0, 0, 6, 'k', 'e', 43, 0x80, 0, 4, 0, 0, 0, 5, 'v');
	struct buffer out = { 0 };
	struct payload_writer w;

	(void)state;
	write_zeros(&out, NON_ESP_MARKER_LEN);
	ike_header_write(&out, &header);
	w = payload_writer_after_header(&out, NON_ESP_MARKER_LEN);
	payload_write(&w, PAYLOAD_KE, "ke");
	payload_begin(&w, PAYLOAD_NONCE, true);
	payload_end(&w);
	payload_write(&w, PAYLOAD_VENDOR_ID, "v");
	message_finish(&out, NON_ESP_MARKER_LEN);

	assert_int_equal(out.ptr[NON_ESP_MARKER_LEN + 16], PAYLOAD_KE);
	assert_bytes(bytes_at(out.ptr + 32, out.len - 32), chain);
	buffer_done(&out);
}

static void message_without_payloads_says_so(void **state)
{
	struct ike_header h = header;
	struct buffer out = { 0 };

	(void)state;
	h.next_payload = 99;
	ike_header_write(&out, &h);
	(void)payload_writer_after_header(&out, 0);
	message_finish(&out, 0);
	assert_int_equal(ike_header_read(buffer_bytes(&out), &h), WIRE_OK);
	assert_int_equal(h.next_payload, PAYLOAD_NONE);
	buffer_done(&out);
}

static void inner_chain_starts_at_the_link_of_its_sk(void **state)
{
	struct buffer out = { 0 };
	struct payload_writer w, in;
	struct payloads all, inside;
	struct bytes body;

	(void)state;
	ike_header_write(&out, &header);
	w = payload_writer_after_header(&out, 0);
	payload_begin(&w, PAYLOAD_SK, false);
	write_text(&out, "iv");
	in = payload_writer_inner(&out, w.link);
	payload_write(&in, PAYLOAD_IDI, "id");
	payload_write(&in, PAYLOAD_AUTH, "auth");
	payload_end(&w);
	message_finish(&out, 0);

	assert_int_equal(payloads_read(out.ptr[16], bytes_at(out.ptr + 28, out.len - 28), &all),
			 WIRE_OK);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.list[0].type, PAYLOAD_SK);
	body = all.list[0].body;
	assert_int_equal(payloads_read_inner(all.sk_next, bytes_at(body.ptr + 2, body.len - 2),
					     &inside), WIRE_OK);
	assert_int_equal(inside.count, 2);
	assert_int_equal(inside.list[0].type, PAYLOAD_IDI);
	assert_bytes(inside.list[1].body, bytes_of_text("auth"));
	buffer_done(&out);
}

static void payload_may_be_65535_bytes(void **state)
{
	struct buffer out = { 0 };
	struct payload_writer w;
	struct payloads all;

	(void)state;
	write_u8(&out, 0);
	w = payload_writer_inner(&out, 0);
	payload_begin(&w, PAYLOAD_VENDOR_ID, false);
	write_zeros(&out, 65535 - PAYLOAD_HEADER_LEN);
	payload_end(&w);
	assert_int_equal(payloads_read(out.ptr[0], bytes_at(out.ptr + 1, out.len - 1), &all),
			 WIRE_OK);
	assert_int_equal(all.list[0].body.len, 65531);
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_links_its_payloads),
		cmocka_unit_test(message_without_payloads_says_so),
		cmocka_unit_test(inner_chain_starts_at_the_link_of_its_sk),
		cmocka_unit_test(payload_may_be_65535_bytes),
	};

	return cmocka_run_group_tests_name("payload_writer", tests, NULL, NULL);
}
