/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several connections between the same two hosts: which one a peer gets, and what they share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "crypto/crypto.h"
#include "pair/engine_pair.h"
#include "provider.h"
#include "views.h"

#define HOSTS(name) "conn " name "\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n"
#define IDS         " leftid=@west\n rightid=@east\n"
#define NETS        " leftsubnet=192.0.1.0/24\n rightsubnet=192.0.2.0/24\n"

static void up(struct pair *pair, const char *name, enum control_code expected)
{
	unsigned before = pair->west.commands_done;

	ike_engine_up(pair->west.engine, name, false, 7, pair->now);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.commands_done, before + 1);
	assert_int_equal(pair->west.last_code, expected);
}

/* The name of the connection that the only Child SA of a side belongs to. */
static void note_name(void *context, const struct child_view *view)
{
	char *name = context;

	assert_int_equal(name[0], '\0');
	(void)snprintf(name, CONN_NAME_MAX, "%s", view->name);
}

static void assert_child_of(struct side *side, const char *expected)
{
	char name[CONN_NAME_MAX] = "";

	each_child(side->engine, NULL, side->pair->now, note_name, name);
	assert_string_equal(name, expected);
}

#define GCM "aes_gcm256-sha2_512-dh31"
#define CBC "aes256-sha2_256-dh19"

static const struct {
	const char *what, *west, *first, *second; /* first, second: what east has */
	const char *expected;                     /* east's connection; NULL: refused */
} rows[] = {
	{ "the ids are those of the second", HOSTS("t") IDS NETS,
	  HOSTS("a") " leftid=@other\n rightid=@east\n" NETS, HOSTS("b") IDS NETS, "b" },
	{ "the selectors are those of the second", HOSTS("t") IDS NETS, HOSTS("a") IDS,
	  HOSTS("b") IDS NETS, "b" },
	{ "only the second takes the proposal", HOSTS("t") IDS NETS " ike=" GCM "\n",
	  HOSTS("a") IDS NETS " ike=" CBC "\n", HOSTS("b") IDS NETS " ike=" GCM "\n", "b" },
	{ "the group of the second is asked for",
	  HOSTS("t") IDS NETS " ike=aes_gcm256-sha2_512-dh31+dh20\n",
	  HOSTS("a") IDS NETS " ike=" CBC "\n",
	  HOSTS("b") IDS NETS " ike=aes_gcm256-sha2_512-dh20\n", "b" },
	{ "what the first agreed the second does not take",
	  HOSTS("t") IDS NETS " ike=" CBC "," GCM "\n",
	  HOSTS("a") " leftid=@other\n rightid=@east\n" NETS " ike=" CBC "\n",
	  HOSTS("b") IDS NETS " ike=" GCM "\n", NULL },
	{ "none takes the proposal", HOSTS("t") IDS NETS " ike=" GCM "\n",
	  HOSTS("a") IDS NETS " ike=" CBC "\n", HOSTS("b") IDS NETS " ike=" CBC "\n", NULL },
	{ "none has the ids", HOSTS("t") IDS NETS, HOSTS("a") " leftid=@other\n" NETS,
	  HOSTS("b") " leftid=@west\n rightid=@other\n" NETS, NULL },
};

static void test_which_connection(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { 0 });

		print_message("%s\n", rows[i].what);
		ike_engine_delete(pair->east.engine, "t", 1, pair->now);
		pair_add(&pair->west, rows[i].west);
		pair_add(&pair->east, rows[i].first);
		pair_add(&pair->east, rows[i].second);
		up(pair, "t", rows[i].expected == NULL ? CONTROL_FATAL : CONTROL_OK);
		assert_child_of(&pair->east, rows[i].expected == NULL ? "" : rows[i].expected);
		pair_free(pair);
	}
}

/* --- several selectors in one Child SA --- */

#define NETS4 "192.0.1.0/24,192.0.3.0/24"
#define LISTS                                                                 \
	" leftsubnet=" NETS4 ",2001:db8:1::/48\n"                             \
	" rightsubnet=192.0.2.0/24,2001:db8:2::/48\n"

struct agreed {
	const char *expected;
	unsigned seen;
};

static void check_traffic(void *context, const struct child_view *view)
{
	struct agreed *agreed = context;
	char text[TRAFFIC_TEXT_MAX];

	assert_string_equal(traffic_print(view->traffic, text), agreed->expected);
	agreed->seen++;
}

/* Every Child SA of west has this traffic. */
static void assert_traffic(struct pair *pair, unsigned children, const char *expected)
{
	struct agreed agreed = { .expected = expected };

	each_child(pair->west.engine, NULL, pair->now, check_traffic, &agreed);
	assert_int_equal(agreed.seen, children);
}

static void test_lists(void **state)
{
	static const char expected[] = "[192.0.1.0/24===192.0.2.0/24] "
				       "[192.0.3.0/24===192.0.2.0/24] "
				       "[2001:db8:1::/48===2001:db8:2::/48]";
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_add(&pair->west, HOSTS("t") IDS LISTS " clones=2\n");
	pair_add(&pair->east, HOSTS("t") IDS LISTS " clones=2\n");
	up(pair, "t", CONTROL_OK);
	assert_traffic(pair, 3, expected);
	assert_int_equal(pair->west.kernel.policy_count, 3 * 3);
	assert_int_equal(pair->east.kernel.policy_count, 3 * 3);
	/* all are rekeyed, and then the IKE SA, and nothing of it is other than before */
	ike_engine_rekey(pair->west.engine, "t", REKEY_CHILD, 8, pair->now);
	pair_advance(pair, SECONDS(60));
	ike_engine_rekey(pair->east.engine, "t", REKEY_IKE, 8, pair->now);
	pair_advance(pair, SECONDS(60));
	assert_traffic(pair, 3, expected);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	assert_int_equal(pair->west.kernel.policy_count, 3 * 3);
	ike_engine_down(pair->west.engine, "t", 9, pair->now);
	pair_run(pair);
	assert_int_equal(pair->west.kernel.policy_count + pair->east.kernel.policy_count, 0);
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
	pair_free(pair);
}

static const struct {
	const char *what, *west, *east;
	const char *expected; /* NULL: refused */
} list_rows[] = {
	{ "narrowed to what the responder has", " leftsubnet=" NETS4 "\n narrowing=yes\n",
	  " leftsubnet=192.0.3.0/24\n narrowing=yes\n", "[192.0.3.0/24===192.0.2.0/24]" },
	{ "the responder has more", " leftsubnet=192.0.3.0/24\n narrowing=yes\n",
	  " leftsubnet=" NETS4 "\n narrowing=yes\n", "[192.0.3.0/24===192.0.2.0/24]" },
	{ "the responder takes all of its own or nothing", " leftsubnet=" NETS4 "\n narrowing=yes\n",
	  " leftsubnet=" NETS4 ",192.0.5.0/24\n", NULL },
	{ "the responder has less, and the initiator does not want that", " leftsubnet=" NETS4 "\n",
	  " leftsubnet=192.0.3.0/24\n narrowing=yes\n", NULL },
	{ "the responder's are among what is offered", " leftsubnet=" NETS4 "\n narrowing=yes\n",
	  " leftsubnet=192.0.3.0/24\n", "[192.0.3.0/24===192.0.2.0/24]" },
	{ "in another order", " leftsubnet=" NETS4 "\n", " leftsubnet=192.0.3.0/24,192.0.1.0/24\n",
	  "[192.0.3.0/24===192.0.2.0/24] [192.0.1.0/24===192.0.2.0/24]" },
};

static void add_with(struct side *side, const char *more)
{
	struct buffer text = { 0 };

	write_format(&text, "%s rightsubnet=192.0.2.0/24\n%s", HOSTS("t") IDS, more);
	pair_add(side, buffer_text(&text));
	buffer_done(&text);
}

static void test_lists_narrowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list_rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { 0 });

		print_message("%s\n", list_rows[i].what);
		add_with(&pair->west, list_rows[i].west);
		add_with(&pair->east, list_rows[i].east);
		up(pair, "t", list_rows[i].expected == NULL ? CONTROL_FATAL : CONTROL_OK);
		if (list_rows[i].expected != NULL)
			assert_traffic(pair, 1, list_rows[i].expected);
		else
			assert_int_equal(pair->west.kernel.sa_count, 0);
		pair_free(pair);
	}
}

/* --- a packet first (RFC 7296 2.9) --- */

#define PART(name, net, more) HOSTS(name) IDS " rightsubnet=192.0.2.0/24\n leftsubnet=" net "\n" more
#define NARROW " narrowing=yes\n"

static const struct {
	const char *what, *west_more;
	const char *from;            /* the packet's source, or NULL */
	const char *first, *second;  /* what east has */
	const char *expected;        /* east's connection, of the IKE SA as well if it can know */
	const char *traffic;         /* seen from west */
} packet_rows[] = {
	{ "its source is in the first", NARROW, "192.0.1.9", PART("a", "192.0.1.0/24", NARROW),
	  PART("b", "192.0.3.0/24", NARROW), "a", "[192.0.1.0/24===192.0.2.0/24]" },
	{ "its source is in the second", NARROW, "192.0.3.9", PART("a", "192.0.1.0/24", NARROW),
	  PART("b", "192.0.3.0/24", NARROW), "b", "[192.0.3.0/24===192.0.2.0/24]" },
	{ "its source is in the second, and no Child SA in IKE_AUTH", NARROW " childless=prefer\n",
	  "192.0.3.9", PART("a", "192.0.1.0/24", NARROW), PART("b", "192.0.3.0/24", NARROW), "b",
	  "[192.0.3.0/24===192.0.2.0/24]" },
	{ "its port is for the second", NARROW, "192.0.1.9",
	  PART("a", "192.0.1.0/24", " leftprotoport=udp\n rightprotoport=udp\n" NARROW),
	  PART("b", "192.0.1.0/24", " leftprotoport=tcp\n rightprotoport=tcp\n" NARROW), "b",
	  "[192.0.1.0/24/TCP===192.0.2.0/24/TCP]" },
	{ "it is in none: what there is", NARROW, "192.0.4.9", PART("a", "192.0.1.0/24", NARROW),
	  PART("b", "192.0.3.0/24", NARROW), "a", "[192.0.1.0/24===192.0.2.0/24]" },
	/* Not SINGLE_PAIR_REQUIRED: "responders SHOULD narrow the selectors". */
	{ "without a packet it is a guess", NARROW, NULL, PART("a", "192.0.1.0/24", NARROW),
	  PART("b", "192.0.3.0/24", NARROW), "a", "[192.0.1.0/24===192.0.2.0/24]" },
};

static void traffic_wants_it(struct pair *pair, const char *from)
{
	struct kernel_acquire acquire = {
		.reqid = connection_find_name(&pair->west.engine->w.connections, "t")->reqid,
		.cpu = KERNEL_CPU_NONE,
	};
	struct address local, remote;

	assert_true(address_parse("192.0.2.7", &remote));
	if (from != NULL) {
		assert_true(address_parse(from, &local));
		acquire.packet = traffic_packet_of(&local, &remote, IPPROTO_TCP, 40000, 443);
	}
	ike_engine_route(pair->west.engine, "t", 7, pair->now);
	ike_engine_on_acquire(pair->west.engine, &acquire, pair->now);
	pair_advance(pair, SECONDS(5));
}

static void check_set(void *context, const struct child_view *view)
{
	const char *const *expected = context;

	assert_string_equal(view->set, *expected);
}

/* With a clone, which has to find the same. */
static void test_packet_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(packet_rows); i++) {
		struct pair *pair = pair_new(&(struct pair_setup) { 0 });
		const char *expected = packet_rows[i].expected;
		char text[512];

		print_message("%s\n", packet_rows[i].what);
		ike_engine_delete(pair->east.engine, "t", 1, pair->now);
		(void)snprintf(text, sizeof(text), "%s clones=1\n%s",
			       PART("t", "192.0.0.0/16", ""), packet_rows[i].west_more);
		pair_add(&pair->west, text);
		(void)snprintf(text, sizeof(text), "%s clones=1\n", packet_rows[i].first);
		pair_add(&pair->east, text);
		(void)snprintf(text, sizeof(text), "%s clones=1\n", packet_rows[i].second);
		pair_add(&pair->east, text);
		traffic_wants_it(pair, packet_rows[i].from);
		assert_traffic(pair, 2, packet_rows[i].traffic);
		assert_int_equal(pair->east.kernel.sa_count, 4);
		each_child(pair->east.engine, NULL, pair->now, check_set, &expected);
		if (strstr(packet_rows[i].west_more, "childless") == NULL)
			assert_string_equal(ike_sa_connection(&pair->east.engine->w,
							      pair_ike(&pair->east))->name,
					    expected);
		pair_free(pair);
	}
}

/* --- an alias --- */

#define PAIR(n, net)                                                             \
	HOSTS("s/" n "x1") IDS " connalias=s\n leftsubnet=10." net ".1.0/24\n"    \
	" rightsubnet=10." net ".2.0/24\n"

static void add_pairs(struct side *side)
{
	pair_add(side, PAIR("1", "1"));
	pair_add(side, PAIR("2", "2"));
	pair_add(side, PAIR("3", "3"));
}

static void test_alias(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct engine_counts counts;

	(void)state;
	add_pairs(&pair->west);
	add_pairs(&pair->east);
	/* one answer for all, and not before the last is up */
	up(pair, "s", CONTROL_OK);
	assert_int_equal(pair->west.kernel.policy_count, 3 * 3);
	up(pair, "s", CONTROL_OK); /* is up already */
	ike_engine_down(pair->west.engine, "s/2x1", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->west.kernel.policy_count, 2 * 3);
	assert_int_equal(pair->east.kernel.policy_count, 2 * 3);
	ike_engine_rekey(pair->west.engine, "s", REKEY_CHILD, 8, pair->now);
	assert_int_equal(pair->west.last_code, CONTROL_FATAL); /* one is not up */
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair->west.kernel.policy_count, 2 * 3);
	ike_engine_down(pair->west.engine, "s", 8, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->west.kernel.policy_count + pair->east.kernel.policy_count, 0);
	assert_int_equal(pair->west.kernel.sa_count + pair->east.kernel.sa_count, 0);
	ike_engine_delete(pair->west.engine, "s", 8, pair->now);
	ike_engine_counts(pair->west.engine, &counts);
	assert_int_equal(counts.connections, 1);
	assert_false(ike_engine_knows(pair->west.engine, "s"));
	pair_free(pair);
}

/* One of them cannot: the others come up, and the answer says it. */
static void test_alias_with_one_refused(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	add_pairs(&pair->west);
	pair_add(&pair->east, PAIR("1", "1"));
	pair_add(&pair->east, PAIR("3", "3"));
	up(pair, "s", CONTROL_FATAL);
	assert_int_equal(pair->west.kernel.policy_count, 2 * 3);
	pair_free(pair);
}

static void test_alias_and_a_client_that_goes(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	unsigned before = pair->west.commands_done;

	(void)state;
	add_pairs(&pair->west);
	add_pairs(&pair->east);
	ike_engine_up(pair->west.engine, "s", false, 7, pair->now);
	ike_engine_forget_command(pair->west.engine, 7);
	pair_advance(pair, SECONDS(3));
	assert_int_equal(pair->west.commands_done, before);
	assert_int_equal(pair->west.kernel.policy_count, 3 * 3);
	pair_free(pair);
}

/* --- one line of many --- */

static void count_child(void *context, const struct child_view *view)
{
	(void)view;
	++*(unsigned *)context;
}

static void count_connection(void *context, const struct connection_view *view)
{
	(void)view;
	++*(unsigned *)context;
}

static void assert_seen(struct pair *pair, const char *name, unsigned children, unsigned lines)
{
	unsigned seen = 0, shown = 0;

	each_child(pair->west.engine, name, pair->now, count_child, &seen);
	each_connection(pair->west.engine, name, pair->now, count_connection, &shown);
	assert_int_equal(seen, children);
	assert_int_equal(shown, lines);
	assert_int_equal(ike_engine_knows(pair->west.engine, name), lines > 0);
}

static void test_what_is_seen_of_a_name(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });

	(void)state;
	add_pairs(&pair->west);
	pair_up(pair);
	assert_seen(pair, "t", 3, 3);
	assert_seen(pair, "t-0", 1, 1);
	assert_seen(pair, "t-2", 1, 1);
	assert_seen(pair, "t-3", 0, 0);
	assert_seen(pair, "s", 0, 3);
	assert_seen(pair, "s/2x1", 0, 1);
	assert_seen(pair, "nobody", 0, 0);
	pair_free(pair);
}

/* --- auto=keep --- */

/* Who did not bring it up brings it up again, but not what was taken down here. */
static void test_keep(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_add(&pair->east, HOSTS("t") IDS NETS " auto=keep\n");
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair_up(pair);
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	pair_advance(pair, SECONDS(10));
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair_ike(&pair->east)->role, ROLE_INITIATOR);
	ike_engine_down(pair->east.engine, "t", 8, pair->now);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_connection),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_lists_narrowed),
		cmocka_unit_test(test_packet_first),
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_alias_with_one_refused),
		cmocka_unit_test(test_alias_and_a_client_that_goes),
		cmocka_unit_test(test_what_is_seen_of_a_name),
		cmocka_unit_test(test_keep),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
