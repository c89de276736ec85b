/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes between keeper and pluto: frames, and the bodies that are checked field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/keeper/channel.h"
#include "pluto/keeper/messages.h"
#include "pluto/keeper/updown.h"
#include "pluto/loop/loop.h"

enum { BODY_MAX = 300 * 1024 };

struct pair {
	struct loop *loop;
	struct channel *channel;
	int other;
	size_t frames, ended;
	uint8_t type;
	struct buffer body;
};

static void on_frame(void *context, uint8_t type, struct bytes body)
{
	struct pair *p = context;

	p->frames++;
	p->type = type;
	buffer_clear(&p->body);
	write_bytes(&p->body, body);
}

static void on_end(void *context)
{
	((struct pair *)context)->ended++;
}

static int setup(void **state)
{
	struct pair *p = NEW(struct pair);
	struct channel_config config = { .body_max = BODY_MAX, .context = p, .on_frame = on_frame,
					 .on_end = on_end };
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	p->loop = loop_new();
	p->other = ends[1];
	config.base = loop_base(p->loop);
	config.fd = ends[0];
	p->channel = channel_new(&config);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	channel_free(p->channel);
	if (p->other >= 0)
		close(p->other);
	loop_free(p->loop);
	buffer_done(&p->body);
	mem_free(p);
	return 0;
}

static void turn(struct pair *p)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(loop_base(p->loop), EVLOOP_NONBLOCK);
}

static void send_raw(struct pair *p, const void *data, size_t len)
{
	assert_int_equal(send(p->other, data, len, MSG_NOSIGNAL), (int)len);
	turn(p);
}

static void frames_arrive_whole_and_in_order(void **state)
{
	struct pair *p = *state;

	send_raw(p, "\0\0\0\3\7abc\0\0\0\0\10", 13);
	assert_int_equal(p->frames, 2);
	assert_int_equal(p->type, 8);
	assert_int_equal(p->body.len, 0);
	send_raw(p, "\0\0\0\2", 4);
	send_raw(p, "\11x", 2);
	assert_int_equal(p->frames, 2);
	send_raw(p, "y", 1);
	assert_int_equal(p->frames, 3);
	assert_true(bytes_equal(buffer_bytes(&p->body), bytes_of_text("xy")));
	assert_int_equal(p->ended, 0);
}

static void a_large_frame_arrives_in_pieces(void **state)
{
	struct pair *p = *state;
	struct buffer frame = { 0 };
	size_t sent = 0;

	write_u32(&frame, BODY_MAX);
	write_u8(&frame, 1);
	memset(buffer_extend(&frame, BODY_MAX), 'z', BODY_MAX);
	while (sent < frame.len) {
		ssize_t done = send(p->other, frame.ptr + sent, frame.len - sent, MSG_DONTWAIT);

		sent += done > 0 ? (size_t)done : 0;
		turn(p);
	}
	assert_int_equal(p->frames, 1);
	assert_int_equal(p->body.len, BODY_MAX);
	buffer_done(&frame);
}

static void a_frame_that_is_too_long_ends_the_channel_before_its_body_comes(void **state)
{
	struct pair *p = *state;
	struct buffer frame = { 0 };

	write_u32(&frame, BODY_MAX + 1);
	write_u8(&frame, 1);
	send_raw(p, frame.ptr, frame.len);
	assert_int_equal(p->ended, 1);
	assert_int_equal(p->frames, 0);
	assert_false(channel_send(p->channel, 1, bytes_of_text("late")));
	buffer_done(&frame);
}

static void the_end_of_the_other_is_told_once(void **state)
{
	struct pair *p = *state;

	send_raw(p, "\0\0\0\0\5\0\0", 7);
	close(p->other);
	p->other = -1;
	turn(p);
	assert_int_equal(p->frames, 1);
	assert_int_equal(p->ended, 1);
	turn(p);
	assert_int_equal(p->ended, 1);
}

static void what_is_sent_has_length_type_and_body(void **state)
{
	struct pair *p = *state;
	uint8_t got[16];

	assert_true(channel_send(p->channel, 9, bytes_of_text("abc")));
	channel_flush(p->channel, 1);
	assert_int_equal(recv(p->other, got, sizeof(got), 0), 8);
	assert_memory_equal(got, "\0\0\0\3\11abc", 8);
}

static void a_channel_that_nobody_reads_refuses_in_the_end(void **state)
{
	struct pair *p = *state;
	size_t len = 16 * 1024 * 1024;
	uint8_t *body = mem_new(len);
	int taken = 0;

	while (taken < 100 && channel_send(p->channel, 1, bytes_at(body, len)))
		taken++;
	assert_int_equal(taken, CHANNEL_QUEUE_MAX / (16 * 1024 * 1024) - 1);
	mem_free(body);
}

/* --- updown bodies --- */

static struct address address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static struct selector net(const char *text)
{
	struct prefix p;

	assert_true(prefix_parse(text, &p));
	return selector_of_prefix(&p, 0, 0, UINT16_MAX);
}

static struct ike_updown sample(void)
{
	struct ike_updown u = {
		.verb = UPDOWN_DOWN, .name = "westnet-eastnet", .local = address("192.1.2.45"),
		.remote = address("192.1.2.23"), .local_selector = net("192.0.1.0/24"),
		.remote_selector = net("192.0.2.0/24"), .source_ip = address("192.0.1.254"),
		.reqid = 16388, .mode = TYPE_TUNNEL
	};

	assert_true(identity_parse("@west", &u.local_id));
	assert_true(identity_parse("@east", &u.remote_id));
	return u;
}

static void an_updown_request_is_read_as_it_was_written(void **state)
{
	struct ike_updown u = sample(), got;
	char name[CONN_NAME_MAX + 1];
	struct buffer body = { 0 };

	(void)state;
	updown_write(&u, &body);
	assert_true(updown_read(buffer_bytes(&body), &got, name));
	assert_string_equal(got.name, "westnet-eastnet");
	assert_ptr_equal(got.name, name);
	assert_int_equal(got.verb, UPDOWN_DOWN);
	assert_int_equal(got.reqid, 16388);
	assert_true(address_equal(&got.local, &u.local));
	assert_true(address_equal(&got.source_ip, &u.source_ip));
	assert_false(address_is_set(&got.next_hop));
	assert_true(selector_equal(&got.remote_selector, &u.remote_selector));
	assert_true(identity_equal(&got.remote_id, &u.remote_id));
	buffer_done(&body);
}

static void every_prefix_and_every_extension_of_it_is_refused(void **state)
{
	struct ike_updown u = sample(), got = { .reqid = 7 };
	char name[CONN_NAME_MAX + 1] = "untouched";
	struct buffer body = { 0 };

	(void)state;
	updown_write(&u, &body);
	for (size_t len = 0; len < body.len; len++)
		assert_false(updown_read(bytes_at(body.ptr, len), &got, name));
	write_u8(&body, 0);
	assert_false(updown_read(buffer_bytes(&body), &got, name));
	assert_int_equal(got.reqid, 7);
	assert_string_equal(name, "untouched");
	buffer_done(&body);
}

static void refused(struct ike_updown u)
{
	char name[CONN_NAME_MAX + 1];
	struct buffer body = { 0 };
	struct ike_updown got;

	updown_write(&u, &body);
	assert_false(updown_read(buffer_bytes(&body), &got, name));
	buffer_done(&body);
}

static void values_that_are_none_are_refused(void **state)
{
	struct ike_updown u = sample();
	char long_name[CONN_NAME_MAX + 2] = "";

	(void)state;
	u.verb = (enum updown_verb)4;
	refused(u);
	u = sample();
	u.mode = (enum conf_type)2;
	refused(u);
	u = sample();
	u.name = "";
	refused(u);
	u.name = "two words";
	refused(u);
	u.name = "line\nfeed";
	refused(u);
	memset(long_name, 'a', CONN_NAME_MAX + 1);
	u.name = long_name;
	refused(u);
	u = sample();
	u.local = (struct address) { 0 };
	refused(u);
	u = sample();
	u.local_selector.end = address("10.0.0.1");
	refused(u);
	u = sample();
	u.local_selector.end = address("2001:db8::1");
	refused(u);
}

static const char *value_of(char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (; *environment; environment++)
		if (!strncmp(*environment, name, len) && (*environment)[len] == '=')
			return *environment + len + 1;
	return NULL;
}

static void the_variables_are_those_of_libreswan(void **state)
{
	struct ike_updown u = sample();
	char **e = updown_environment(&u);

	(void)state;
	assert_string_equal(value_of(e, "PLUTO_VERB"), "down-client");
	assert_string_equal(value_of(e, "PLUTO_CONNECTION"), "westnet-eastnet");
	assert_string_equal(value_of(e, "PLUTO_ME"), "192.1.2.45");
	assert_string_equal(value_of(e, "PLUTO_PEER"), "192.1.2.23");
	assert_string_equal(value_of(e, "PLUTO_MY_ID"), "@west");
	assert_string_equal(value_of(e, "PLUTO_PEER_ID"), "@east");
	assert_string_equal(value_of(e, "PLUTO_MY_CLIENT"), "192.0.1.0/24");
	assert_string_equal(value_of(e, "PLUTO_PEER_CLIENT_NET"), "192.0.2.0");
	assert_string_equal(value_of(e, "PLUTO_PEER_CLIENT_MASK"), "255.255.255.0");
	assert_string_equal(value_of(e, "PLUTO_MY_SOURCEIP"), "192.0.1.254");
	assert_string_equal(value_of(e, "PLUTO_NEXT_HOP"), "192.1.2.23");
	assert_string_equal(value_of(e, "PLUTO_SA_REQID"), "16388");
	assert_non_null(value_of(e, "PATH"));
	assert_null(value_of(e, "HOME"));
	updown_environment_free(e);
	u.verb = UPDOWN_UP;
	u.local = address("2001:db8::1");
	u.local_selector = selector_of_address(&u.local);
	e = updown_environment(&u);
	assert_string_equal(value_of(e, "PLUTO_VERB"), "up-host-v6");
	assert_string_equal(value_of(e, "PLUTO_MY_CLIENT"), "2001:db8::1/128");
	updown_environment_free(e);
}

int main(void)
{
#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		PAIR_TEST(frames_arrive_whole_and_in_order),
		PAIR_TEST(a_large_frame_arrives_in_pieces),
		PAIR_TEST(a_frame_that_is_too_long_ends_the_channel_before_its_body_comes),
		PAIR_TEST(the_end_of_the_other_is_told_once),
		PAIR_TEST(what_is_sent_has_length_type_and_body),
		PAIR_TEST(a_channel_that_nobody_reads_refuses_in_the_end),
		cmocka_unit_test(an_updown_request_is_read_as_it_was_written),
		cmocka_unit_test(every_prefix_and_every_extension_of_it_is_refused),
		cmocka_unit_test(values_that_are_none_are_refused),
		cmocka_unit_test(the_variables_are_those_of_libreswan),
	};

	return cmocka_run_group_tests_name("keeper_channel", tests, NULL, NULL);
}
