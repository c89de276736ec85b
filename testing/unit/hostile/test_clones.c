/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for clones (RFC 9611) that a peer with good manners would not send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "hostile.h"
#include "provider.h"

enum { NO_NOTIFY = -1, LONG_INFO = 60000, FIRST_SPI = 0x10000 };

/* What a request asks for, where it is not a clone just like the head. */
struct wish {
	const char *what;
	int info_len;               /* of SA_RESOURCE_INFO; NO_NOTIFY */
	bool narrower, wider, transport, other_cipher, other_size, headless;
	const char *from, *to;      /* a packet that goes first */
	bool ranged;                /* 192.0.1.1 to 192.0.1.130, which no mask can say */
	uint16_t answer;            /* SA_RESOURCE_INFO: it is made */
	uint32_t slot;              /* ... here */
};

static const struct wish wishes[] = {
	{ "no data", 0, .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 2 },
	{ "one byte", 1, .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 2 },
	{ "60,000 bytes that are no text", LONG_INFO, .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 2 },
	{ "a narrower clone", 2, .narrower = true, .answer = NOTIFY_TS_UNACCEPTABLE },
	{ "a wider one is as wide as its head", 2, .wider = true,
	  .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 2 },
	{ "transport mode, which is not granted", 2, .transport = true,
	  .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 2 },
	{ "a clone with another cipher", 2, .other_cipher = true,
	  .answer = NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "a clone with another key length", 2, .other_size = true,
	  .answer = NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "a clone of a head that was deleted has to come again", 2, .headless = true,
	  .answer = NOTIFY_TEMPORARY_FAILURE },
	{ "a head instead of the one that was deleted", 0, .headless = true,
	  .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 0 },
	{ "another packet goes first: what is agreed on counts", 2, .from = "192.0.1.77",
	  .to = "192.0.2.77", .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 2 },
	{ "a packet goes first that the head does not take", 2, .from = "192.0.9.77",
	  .to = "192.0.2.77", .answer = NOTIFY_SA_RESOURCE_INFO, .slot = 2 },
	{ "no notify: another head", NO_NOTIFY, .answer = OTHER_ANSWER, .slot = 0 },
};

static struct pair *pair_of_clones(void)
{
	/* East's two slots are its own to fill, and west's two are spares there. */
	struct pair *pair = pair_new(&(struct pair_setup) {
		.west = " clones=2\n pfs=no\n narrowing=yes\n",
		.east = " clones=2\n pfs=no\n narrowing=yes\n" });

	pair_up(pair);
	pair_advance(pair, SECONDS(5));
	return pair;
}

static const struct child_sa *child_at(const struct side *side, uint32_t slot)
{
	LIST_FOR_EACH(link, &pair_ike(side)->children) {
		const struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->slot == slot && child->state == CHILD_UP)
			return child;
	}
	return NULL;
}

static const struct wish *asked;
static uint32_t like_spi;          /* west's Child SA that the request is about */
static struct suite like_suite;
static struct selector like_local, like_remote;
static uint32_t rekeyed_spi, next_spi = FIRST_SPI;

static struct suite suite_for(const struct wish *wish)
{
	struct suite suite = like_suite;

	suite.number = 1;
	if (wish->other_size)
		suite.encr_key_bits = suite.encr_key_bits == 256 ? 128 : 256;
	if (wish->other_cipher) {
		suite.encr = encr_find(ENCR_AES_CBC);
		suite.integ = integ_find(INTEG_HMAC_SHA2_256_128);
	}
	return suite;
}

static struct selector selector_for(const struct wish *wish, const struct selector *s)
{
	struct selector out = *s;

	if (wish->narrower)
		out.end = out.start;
	if (wish->wider)
		out.end.ip[2]++;
	if (wish->ranged && out.start.ip[2] == 1) {
		out.start.ip[3] = 1;
		out.end.ip[3] = 130;
	}
	return out;
}

static void put_selectors(struct inner *inner, uint8_t type, const char *packet,
			  const struct selector *s)
{
	struct selector list[2];
	size_t count = 0;
	struct address a;

	if (packet != NULL) {
		assert_true(address_parse(packet, &a));
		list[count++] = traffic_packet_of(&a, &a, IPPROTO_TCP, 40000, 40000).local;
	}
	list[count++] = *s;
	payload_begin(&inner->writer, type, false);
	ts_write(&inner->chain, list, count);
	payload_end(&inner->writer);
}

static void write_wish(struct inner *inner)
{
	const uint8_t nonce[32] = { 7 };
	uint8_t spi[4] = { 0, (uint8_t)(next_spi >> 16), (uint8_t)(next_spi >> 8),
			   (uint8_t)next_spi };
	uint8_t *info = calloc(1, LONG_INFO);
	struct suite suite = suite_for(asked);
	struct selector local, remote;

	next_spi++;
	memset(info, 0xfe, LONG_INFO);
	/* First, so that it is the answer's first notify that is looked at, too. */
	if (asked->info_len != NO_NOTIFY)
		inner_notify(inner, NOTIFY_SA_RESOURCE_INFO,
			     bytes_at(info, (size_t)asked->info_len));
	if (asked->transport)
		inner_notify(inner, NOTIFY_USE_TRANSPORT_MODE, (struct bytes) { 0 });
	if (rekeyed_spi != 0) {
		payload_begin(&inner->writer, PAYLOAD_NOTIFY, false);
		notify_write_spi(&inner->chain, NOTIFY_REKEY_SA, PROTO_ESP, rekeyed_spi,
				 (struct bytes) { 0 });
		payload_end(&inner->writer);
	}
	payload_begin(&inner->writer, PAYLOAD_SA, false);
	suite_write(&suite, PROTO_ESP, BYTES_OF(spi), &inner->chain);
	payload_end(&inner->writer);
	put(inner, PAYLOAD_NONCE, BYTES_OF(nonce));
	local = selector_for(asked, &like_local);
	remote = selector_for(asked, &like_remote);
	put_selectors(inner, PAYLOAD_TSI, asked->from, &local);
	put_selectors(inner, PAYLOAD_TSR, asked->to, &remote);
	free(info);
}

static void be_like(const struct child_sa *child)
{
	like_spi = child->spi_in;
	like_suite = child->suite;
	like_local = child->traffic.local.list[0];
	like_remote = child->traffic.remote.list[0];
}

static uint16_t ask(struct pair *pair, const struct wish *wish, const struct child_sa *about,
		    uint32_t rekeys)
{
	asked = wish;
	be_like(about);
	rekeyed_spi = rekeys;
	return protected_answer(pair, EXCHANGE_CREATE_CHILD_SA, pair_next_id(&pair->west),
				write_wish);
}

static void delete_head(struct inner *inner)
{
	payload_begin(&inner->writer, PAYLOAD_DELETE, false);
	delete_write(&inner->chain, PROTO_ESP, &like_spi, 1);
	payload_end(&inner->writer);
}

static const struct child_sa *newest(const struct side *side)
{
	return LIST_OBJECT(pair_ike(side)->children.prev, struct child_sa, link);
}

static void test_wishes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		struct pair *pair = pair_of_clones();
		const struct child_sa *head = child_at(&pair->west, 0);
		uint32_t before;
		uint16_t answer;

		if (wishes[i].headless) {
			be_like(head);
			(void)protected_answer(pair, EXCHANGE_INFORMATIONAL,
					       pair_next_id(&pair->west), delete_head);
			pair_drop_all(pair);
		}
		before = pair_ike(&pair->east)->child_count;
		answer = ask(pair, &wishes[i], head, 0);
		if (answer != wishes[i].answer)
			fail_msg("%s: answered with %u", wishes[i].what, answer);
		if (answer == NOTIFY_SA_RESOURCE_INFO || answer == OTHER_ANSWER) {
			assert_int_equal(pair_ike(&pair->east)->child_count, before + 1);
			if (newest(&pair->east)->slot != wishes[i].slot)
				fail_msg("%s: in slot %u", wishes[i].what,
					 newest(&pair->east)->slot);
			assert_true(selector_equal(&newest(&pair->east)->traffic.local.list[0],
						   &like_remote));
			assert_int_equal(newest(&pair->east)->mode, TYPE_TUNNEL);
		} else {
			assert_int_equal(pair_ike(&pair->east)->child_count, before);
		}
		assert_int_equal(pair_ike(&pair->east)->state, IKE_ESTABLISHED);
		pair_free(pair);
	}
}

/*
 * Of a range the kernel can match a block only, so the packet that came first is agreed on beside it.
 * The clones of that have other packets first.
 */
static void test_clones_of_a_range_and_a_packet(void **state)
{
	static const struct wish list[] = {
		{ "a packet of the block", 2, .ranged = true, .from = "192.0.1.77",
		  .to = "192.0.2.77", .answer = NOTIFY_SA_RESOURCE_INFO },
		{ "the packet that came first", 2, .ranged = true, .from = "192.0.1.1",
		  .to = "192.0.2.77", .answer = NOTIFY_SA_RESOURCE_INFO },
		{ "a packet of the rest", 2, .ranged = true, .from = "192.0.1.130",
		  .to = "192.0.2.77", .answer = NOTIFY_TS_UNACCEPTABLE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct pair *pair = pair_of_clones();
		struct child_sa *head =
			child_sa_find_id(&pair->east.engine->w, child_at(&pair->east, 0)->id);
		struct selector parts[2], net = head->traffic.local.list[0];

		print_message("%s\n", list[i].what);
		parts[0] = parts[1] = head->traffic.remote.list[0];
		parts[0].start.ip[3] = parts[0].end.ip[3] = 1;
		parts[1].start.ip[3] = 64;
		parts[1].end.ip[3] = 127;
		child_sa_set_traffic(head, (struct traffic) {
			selectors_copy(&(struct selectors) { &net, 1 }),
			selectors_copy(&(struct selectors) { parts, 2 }) });
		assert_int_equal(ask(pair, &list[i], child_at(&pair->west, 0), 0),
				 list[i].answer);
		if (list[i].answer == NOTIFY_SA_RESOURCE_INFO)
			assert_true(traffic_equal(&newest(&pair->east)->traffic, &head->traffic));
		pair_free(pair);
	}
}

/* The notify need not be in a rekey (RFC 9611): the new SA has the place of the old one. */
static void test_a_clone_rekeyed_without_the_notify_keeps_its_cpu(void **state)
{
	static const struct wish plain = { .what = "a rekey", .info_len = NO_NOTIFY };

	(void)state;
	for (uint32_t slot = 1; slot <= 2; slot++) {
		struct pair *pair = pair_of_clones();
		const struct child_sa *old = child_at(&pair->west, slot);
		const struct child_sa *twin = child_sa_find_peer_spi(pair_ike(&pair->east),
								     old->spi_in);
		uint16_t answer = ask(pair, &plain, old, old->spi_in);

		assert_true(answer == OTHER_ANSWER || answer == NOTIFY_SA_RESOURCE_INFO);
		assert_int_equal(newest(&pair->east)->replaces, twin->id);
		assert_int_equal(newest(&pair->east)->slot, twin->slot);
		assert_int_equal(newest(&pair->east)->cpu, twin->cpu);
		assert_int_equal(newest(&pair->east)->spare, twin->spare);
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_clones_of_a_range_and_a_packet),
		cmocka_unit_test(test_a_clone_rekeyed_without_the_notify_keeps_its_cpu),
	};

	return cmocka_run_group_tests_name("hostile_clones", tests, provider_start, provider_stop);
}
