/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet that meets a trap goes first in what the peer is asked for (RFC 7296 2.9), and what is
 * agreed is all that both ends have. West has the trap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "crypto/crypto.h"
#include "pair/engine_pair.h"
#include "provider.h"
#include "views.h"

enum { ASKED_MAX = 32, LIST_TEXT_MAX = 512 };

/* What west asked for, in the order of asking. */
struct asked {
	uint8_t exchange;
	bool rekey;
	char tsi[LIST_TEXT_MAX], tsr[LIST_TEXT_MAX];
};
static struct asked asked[ASKED_MAX];
static size_t asked_count;

/* What becomes of east's answers. */
static enum { AS_THEY_ARE, ECHO_THE_PACKET, SINGLE_PAIR_ONLY } answers;
static char echoed[2][LIST_TEXT_MAX]; /* the bodies of west's last TSi and TSr */
static size_t echoed_len[2];

static void print_list(struct bytes body, char out[LIST_TEXT_MAX])
{
	char text[SELECTOR_TEXT_MAX];
	struct ts_payload ts;

	assert_int_equal(ts_read(body, &ts), WIRE_OK);
	out[0] = '\0';
	for (size_t i = 0; i < ts.count; i++)
		(void)snprintf(out + strlen(out), LIST_TEXT_MAX - strlen(out), "%s%s",
			       i == 0 ? "" : " ", selector_print(&ts.list[i], text));
}

static void keep_body(const struct payloads *all, uint8_t type, char out[LIST_TEXT_MAX],
		      size_t which)
{
	const struct payload *p = payload_find(all, type);

	assert_non_null(p);
	print_list(p->body, out);
	assert_true(p->body.len <= LIST_TEXT_MAX);
	memcpy(echoed[which], p->body.ptr, p->body.len);
	echoed_len[which] = p->body.len;
}

static bool is_rekey(const struct payloads *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct notify n;

		if (all->list[i].type == PAYLOAD_NOTIFY &&
		    notify_read(all->list[i].body, &n) == WIRE_OK && n.type == NOTIFY_REKEY_SA)
			return true;
	}
	return false;
}

static void note_request(struct pair *pair, const struct packet *packet)
{
	struct buffer plain = { 0 };
	struct payloads all;
	struct asked *a = &asked[asked_count];

	pair_open(&pair->east, buffer_bytes(&packet->bytes), &all, &plain);
	if (payload_find(&all, PAYLOAD_TSI) != NULL) {
		assert_true(asked_count++ < ASKED_MAX);
		a->exchange = packet->bytes.ptr[18];
		a->rekey = is_rekey(&all);
		keep_body(&all, PAYLOAD_TSI, a->tsi, 0);
		keep_body(&all, PAYLOAD_TSR, a->tsr, 1);
	}
	buffer_done(&plain);
}

static struct bytes other_body(const struct payload *p, uint8_t notify[8])
{
	struct notify n;

	if (answers == ECHO_THE_PACKET && p->type == PAYLOAD_TSI)
		return bytes_at(echoed[0], echoed_len[0]);
	if (answers == ECHO_THE_PACKET && p->type == PAYLOAD_TSR)
		return bytes_at(echoed[1], echoed_len[1]);
	if (answers == SINGLE_PAIR_ONLY && p->type == PAYLOAD_NOTIFY &&
	    notify_read(p->body, &n) == WIRE_OK && n.type == NOTIFY_TS_UNACCEPTABLE) {
		notify[3] = NOTIFY_SINGLE_PAIR_REQUIRED;
		return bytes_at(notify, 4);
	}
	return p->body;
}

/* East's answer, said otherwise. */
static void say_otherwise(struct pair *pair, const struct packet *packet)
{
	struct buffer plain = { 0 }, datagram = { 0 };
	struct ike_header header;
	struct payloads all;
	struct inner inner;

	assert_int_equal(ike_header_read(buffer_bytes(&packet->bytes), &header), WIRE_OK);
	pair_open(&pair->west, buffer_bytes(&packet->bytes), &all, &plain);
	inner_start(&inner);
	for (size_t i = 0; i < all.count; i++) {
		uint8_t notify[8] = { 0 };

		payload_begin(&inner.writer, all.list[i].type, false);
		write_bytes(&inner.chain, other_body(&all.list[i], notify));
		payload_end(&inner.writer);
	}
	pair_seal(&pair->east, header.exchange, true, header.message_id, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->west, buffer_bytes(&datagram));
	buffer_done(&datagram);
	buffer_done(&plain);
}

/* Sees all that passes by. */
static bool watch(struct pair *pair, const struct packet *packet)
{
	const uint8_t *p = packet->bytes.ptr;
	bool of_child = p[18] == EXCHANGE_IKE_AUTH || p[18] == EXCHANGE_CREATE_CHILD_SA;
	bool response = (p[19] & FLAG_RESPONSE) != 0;

	if (!of_child || packet->bytes.ptr[16] != PAYLOAD_SK)
		return false;
	if (packet->sender == &pair->west && !response)
		note_request(pair, packet);
	if (packet->sender != &pair->east || !response || answers == AS_THEY_ARE)
		return false;
	say_otherwise(pair, packet);
	return true;
}

static struct pair *watched(const char *west, const char *east)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = west, .east = east });

	asked_count = echoed_len[0] = echoed_len[1] = 0;
	answers = AS_THEY_ARE;
	pair->loses = watch;
	return pair;
}

static struct traffic_packet packet(const char *from, const char *to)
{
	struct address local, remote;

	assert_true(address_parse(from, &local) && address_parse(to, &remote));
	return traffic_packet_of(&local, &remote, IPPROTO_TCP, 40000, 443);
}

static void send_packet(struct pair *pair, const char *from, const char *to)
{
	struct kernel_acquire acquire = {
		.reqid = connection_find_name(&pair->west.engine->w.connections, "t")->reqid,
		.cpu = KERNEL_CPU_NONE,
	};

	if (from != NULL)
		acquire.packet = packet(from, to);
	ike_engine_on_acquire(pair->west.engine, &acquire, pair->now);
	pair_advance(pair, SECONDS(3));
}

static void trap(struct pair *pair)
{
	ike_engine_route(pair->west.engine, "t", 7, pair->now);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
}

static void check_traffic(void *context, const struct child_view *view)
{
	char text[TRAFFIC_TEXT_MAX];

	assert_string_equal(traffic_print(view->traffic, text), context);
}

/* Both ends have so many SAs, and what goes by each is that, seen from west. */
static void assert_agreed(struct pair *pair, size_t sas, const char *expected)
{
	char copy[TRAFFIC_TEXT_MAX];

	assert_int_equal(pair->west.kernel.sa_count, sas);
	assert_int_equal(pair->east.kernel.sa_count, sas);
	(void)snprintf(copy, sizeof(copy), "%s", expected);
	each_child(pair->west.engine, NULL, pair->now, check_traffic, copy);
}

static void assert_asked(size_t which, uint8_t exchange, const char *tsi, const char *tsr)
{
	assert_true(which < asked_count);
	assert_int_equal(asked[which].exchange, exchange);
	assert_string_equal(asked[which].tsi, tsi);
	assert_string_equal(asked[which].tsr, tsr);
}

#define NETS     "[192.0.1.0/24===192.0.2.0/24]"
#define FIRST_I  "192.0.1.9/32/TCP/40000"
#define FIRST_R  "192.0.2.7/32/TCP/443"
#define WITH_I   FIRST_I " 192.0.1.0/24"
#define WITH_R   FIRST_R " 192.0.2.0/24"

/* --- what is asked for --- */

static const struct {
	const char *what, *west, *east;
	const char *from, *to; /* NULL: the kernel does not say which packet it is */
	uint8_t exchange;
	const char *tsi, *tsr;
} rows[] = {
	{ "a packet of ours goes first", NULL, NULL, "192.0.1.9", "192.0.2.7", EXCHANGE_IKE_AUTH,
	  WITH_I, WITH_R },
	{ "also where both ends narrow", " narrowing=yes\n", " narrowing=yes\n", "192.0.1.9",
	  "192.0.2.7", EXCHANGE_IKE_AUTH, WITH_I, WITH_R },
	{ "also in CREATE_CHILD_SA", " childless=prefer\n", NULL, "192.0.1.9", "192.0.2.7",
	  EXCHANGE_CREATE_CHILD_SA, WITH_I, WITH_R },
	{ "a packet that is not known", NULL, NULL, NULL, NULL, EXCHANGE_IKE_AUTH, "192.0.1.0/24",
	  "192.0.2.0/24" },
	{ "a packet of somebody else's", NULL, NULL, "192.0.3.9", "192.0.2.7", EXCHANGE_IKE_AUTH,
	  "192.0.1.0/24", "192.0.2.0/24" },
	{ "a packet for somebody else", NULL, NULL, "192.0.1.9", "192.0.3.7", EXCHANGE_IKE_AUTH,
	  "192.0.1.0/24", "192.0.2.0/24" },
	{ "a packet of another family", NULL, NULL, "2001:db8::1", "2001:db8::2",
	  EXCHANGE_IKE_AUTH, "192.0.1.0/24", "192.0.2.0/24" },
};

static void the_packet_goes_first_and_all_is_agreed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = watched(rows[i].west, rows[i].east);

		print_message("%s\n", rows[i].what);
		trap(pair);
		send_packet(pair, rows[i].from, rows[i].to);
		assert_int_equal(asked_count, 1);
		assert_asked(0, rows[i].exchange, rows[i].tsi, rows[i].tsr);
		assert_agreed(pair, 2, NETS);
		assert_int_equal(pair->west.kernel.policy_count, 3);
		assert_int_equal(pair->east.kernel.policy_count, 3);
		pair_free(pair);
	}
}

static void a_packet_that_is_all_of_it_is_said_once(void **state)
{
	static const char one[] = " leftsubnet=192.0.1.9/32\n rightsubnet=192.0.2.7/32\n"
				  " leftprotoport=tcp/40000\n rightprotoport=tcp/443\n";
	struct pair *pair = watched(NULL, NULL);
	char conn[512];

	(void)state;
	(void)snprintf(conn, sizeof(conn), "conn t\n left=192.1.2.45\n right=192.1.2.23\n"
		       " leftid=@west\n rightid=@east\n authby=secret\n%s", one);
	pair_add(&pair->west, conn);
	pair_add(&pair->east, conn);
	trap(pair);
	send_packet(pair, "192.0.1.9", "192.0.2.7");
	assert_asked(0, EXCHANGE_IKE_AUTH, FIRST_I, FIRST_R);
	assert_agreed(pair, 2, "[192.0.1.9/32/TCP/40000===192.0.2.7/32/TCP/443]");
	pair_free(pair);
}

/* The peer finds the same for a clone as for its head; what a rekey is for it knows. */
static void clones_ask_as_their_head_did_and_rekeys_do_not(void **state)
{
	struct pair *pair = watched(" clones=2\n narrowing=yes\n", " clones=2\n narrowing=yes\n");

	(void)state;
	trap(pair);
	send_packet(pair, "192.0.1.9", "192.0.2.7");
	assert_int_equal(asked_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_asked(i, i == 0 ? EXCHANGE_IKE_AUTH : EXCHANGE_CREATE_CHILD_SA, WITH_I,
			     WITH_R);
	assert_agreed(pair, 6, NETS);
	asked_count = 0;
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(asked_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(asked[i].rekey);
		assert_asked(i, EXCHANGE_CREATE_CHILD_SA, "192.0.1.0/24", "192.0.2.0/24");
	}
	assert_agreed(pair, 6, NETS);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	pair_free(pair);
}

static void a_packet_of_long_ago_is_forgotten(void **state)
{
	struct pair *pair = watched(NULL, NULL);

	(void)state;
	trap(pair);
	send_packet(pair, "192.0.1.9", "192.0.2.7");
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	asked_count = 0;
	pair_up(pair);
	assert_asked(0, EXCHANGE_IKE_AUTH, "192.0.1.0/24", "192.0.2.0/24");
	pair_free(pair);
}

/* A newer IKE SA takes over the traffic, not the packet. */
static void a_reauthentication_asks_without_the_packet(void **state)
{
	struct pair *pair = watched(" reauth=yes\n", NULL);
	unsigned asks = 0;

	(void)state;
	trap(pair);
	send_packet(pair, "192.0.1.9", "192.0.2.7");
	pair->loses = NULL; /* there are two IKE SAs from now on */
	ike_engine_rekey(pair->west.engine, "t", REKEY_IKE, 8, pair->now);
	while (pair->network != NULL || pair->jobs != NULL) {
		pair_run_jobs(pair);
		(void)pair_deliver(pair);
		LIST_FOR_EACH(link, &pair->west.engine->w.ike_sas) {
			const struct ike_sa *sa = LIST_OBJECT(link, struct ike_sa, link);

			LIST_FOR_EACH(inner, &sa->children)
				if (sa->state == IKE_AUTH_SENT) {
					asks++;
					assert_false(traffic_packet_is_set(
						&LIST_OBJECT(inner, struct child_sa, link)->packet));
				}
		}
	}
	assert_true(asks > 0);
	pair_free(pair);
}

/* It came to nothing, for which the packet is not to blame: the next one has its own. */
static void a_packet_that_came_to_nothing_is_forgotten(void **state)
{
	struct pair *pair = watched(NULL, NULL);

	(void)state;
	ike_engine_delete(pair->east.engine, "t", 1, pair->now);
	trap(pair);
	send_packet(pair, "192.0.1.9", "192.0.2.7");
	pair_advance(pair, SECONDS(60));
	assert_int_equal(asked_count, 0);
	pair_add(&pair->east, "conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n"
			      " rightid=@east\n authby=secret\n leftsubnet=192.0.1.0/24\n"
			      " rightsubnet=192.0.2.0/24\n");
	pair_up(pair);
	assert_asked(0, EXCHANGE_IKE_AUTH, "192.0.1.0/24", "192.0.2.0/24");
	pair_free(pair);
}

/* --- what is answered --- */

static void a_peer_that_gives_the_packet_back_leaves_none_over(void **state)
{
	static const char *const more[] = { " clones=2\n", " clones=2\n narrowing=yes\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		struct pair *pair = watched(more[i], more[i]);

		answers = ECHO_THE_PACKET;
		trap(pair);
		send_packet(pair, "192.0.1.9", "192.0.2.7");
		assert_int_equal(asked_count, 3);
		assert_agreed(pair, 6, NETS);
		assert_int_equal(pair->west.kernel.policy_count, 3);
		pair_free(pair);
	}
}

#define T(subnets, more)                                                                   \
	"conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"      \
	" authby=secret\n rightsubnet=192.0.2.0/24\n leftsubnet=" subnets "\n" more

/* Full at both ends, and the packet in the last of it. */
static void the_packet_may_be_one_too_many(void **state)
{
	static const char conn[] =
		T("10.0.0.0/24,10.0.2.0/24,10.0.4.0/24,10.0.6.0/24,10.0.8.0/24,10.0.10.0/24,"
		  "10.0.12.0/24,10.0.14.0/24,10.0.16.0/24,10.0.18.0/24,10.0.20.0/24,10.0.22.0/24,"
		  "10.0.24.0/24,10.0.26.0/24,10.0.28.0/24,10.0.30.0/24", " fragmentation=no\n");
	struct pair *pair = watched(NULL, NULL);

	(void)state;
	pair_add(&pair->west, conn);
	pair_add(&pair->east, conn);
	answers = ECHO_THE_PACKET;
	trap(pair);
	send_packet(pair, "10.0.30.9", "192.0.2.7");
	assert_int_equal(asked_count, 1);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_int_equal(pair->west.kernel.policy_count, 3 * 16);
	pair_free(pair);
}

/* --- SINGLE_PAIR_REQUIRED --- */

#define ONE_PAIR  "[192.0.1.9/32===192.0.2.7/32]"

static const char pair_conn[] =
	"conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
	" authby=secret\n leftsubnet=192.0.1.9/32\n rightsubnet=192.0.2.7/32\n clones=1\n";
static const char other_conn[] =
	"conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
	" authby=secret\n leftsubnet=192.0.9.9/32\n rightsubnet=192.0.2.7/32\n";

static const struct {
	const char *what, *west;
	const char *east;
	bool packet;       /* traffic wants it, or the user */
	size_t questions;  /* how often a Child SA is asked for */
	bool up;
} single[] = {
	{ "it gets the packet's pair", " narrowing=yes\n", pair_conn, true, 2, true },
	{ "it gets it also in CREATE_CHILD_SA", " narrowing=yes\n childless=prefer\n", pair_conn,
	  true, 2, true },
	{ "with clones of that pair", " narrowing=yes\n clones=1\n", pair_conn, true, 3, true },
	{ "it refuses that too: once is enough", " narrowing=yes\n", other_conn, true, 2, false },
	{ "the same in CREATE_CHILD_SA", " narrowing=yes\n childless=prefer\n", other_conn, true, 2,
	  false },
	{ "who may not agree on less does not", NULL, pair_conn, true, 1, false },
	{ "without a packet there is no pair", " narrowing=yes\n", pair_conn, false, 1, false },
	{ "nor in CREATE_CHILD_SA", " narrowing=yes\n childless=prefer\n", pair_conn, false, 1,
	  false },
};

static void a_peer_that_wants_single_pairs_gets_the_packets_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(single); i++) {
		struct pair *pair = watched(single[i].west, NULL);
		size_t last = single[i].questions - 1;

		print_message("%s\n", single[i].what);
		pair_add(&pair->east, single[i].east);
		answers = SINGLE_PAIR_ONLY;
		trap(pair);
		if (single[i].packet)
			send_packet(pair, "192.0.1.9", "192.0.2.7");
		else
			pair_up_named(pair, "t", CONTROL_FATAL);
		pair_advance(pair, SECONDS(20));
		assert_int_equal(asked_count, single[i].questions);
		if (last > 0)
			assert_asked(last, EXCHANGE_CREATE_CHILD_SA, "192.0.1.9/32", "192.0.2.7/32");
		if (single[i].up) {
			assert_agreed(pair, 2 * last, ONE_PAIR);
		} else {
			assert_agreed(pair, 0, "");
			assert_int_equal(pair_ike_count(&pair->west), 0);
		}
		pair_free(pair);
	}
}

static unsigned refusals(const char *west, bool with_notify)
{
	struct pair *pair = watched(west, NULL);
	unsigned count;

	pair_add(&pair->east, other_conn);
	answers = with_notify ? SINGLE_PAIR_ONLY : AS_THEY_ARE;
	pair_up_named(pair, "t", CONTROL_FATAL);
	count = pair->west.reports[REPORT_REFUSED];
	pair_free(pair);
	return count;
}

/* One line more than for another refusal: what to do. */
static void it_is_told_what_to_configure(void **state)
{
	(void)state;
	assert_int_equal(refusals(" narrowing=yes\n", true), refusals(" narrowing=yes\n", false) + 1);
	assert_int_equal(refusals(" childless=prefer\n", true),
			 refusals(" childless=prefer\n", false) + 1);
}

/* Each packet that meets the trap is one attempt, of two questions. */
static void no_packet_makes_a_loop(void **state)
{
	struct pair *pair = watched(" narrowing=yes\n", NULL);

	(void)state;
	pair_add(&pair->east, other_conn);
	answers = SINGLE_PAIR_ONLY;
	trap(pair);
	for (size_t i = 1; i <= 10; i++) {
		send_packet(pair, "192.0.1.9", "192.0.2.7");
		pair_advance(pair, SECONDS(30));
		assert_int_equal(asked_count, 2 * i);
	}
	assert_int_equal(pair_ike_count(&pair->west), 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_packet_goes_first_and_all_is_agreed),
		cmocka_unit_test(a_packet_that_is_all_of_it_is_said_once),
		cmocka_unit_test(clones_ask_as_their_head_did_and_rekeys_do_not),
		cmocka_unit_test(a_packet_of_long_ago_is_forgotten),
		cmocka_unit_test(a_reauthentication_asks_without_the_packet),
		cmocka_unit_test(a_packet_that_came_to_nothing_is_forgotten),
		cmocka_unit_test(a_peer_that_gives_the_packet_back_leaves_none_over),
		cmocka_unit_test(the_packet_may_be_one_too_many),
		cmocka_unit_test(a_peer_that_wants_single_pairs_gets_the_packets_once),
		cmocka_unit_test(it_is_told_what_to_configure),
		cmocka_unit_test(no_packet_makes_a_loop),
	};

	return cmocka_run_group_tests_name("packet_first", tests, provider_start, provider_stop);
}
