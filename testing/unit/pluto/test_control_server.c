/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket's server and clients of every kind: hasty, slow, hostile, many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "pluto/control/server.h"
#include "pluto/loop/loop.h"

enum { QUEUE_MAX = 1024 * 1024, LOUD_RECORD = 16 * 1024, MANY = 1000, TURNS = 200,
       PARTS = 100 };

/* "echo" is answered at once, "wait" when the test says so, "loud" with more than anyone reads,
 * "parts" in so many turns. */
struct daemon {
	struct loop *loop;
	struct server *server;
	struct sockaddr_un at;
	uint64_t waiting; /* client */
	size_t requests, gone, again;
	bool full;        /* "loud" went over the bound */
};

static void be_loud(struct daemon *d, uint64_t client)
{
	char *text = mem_new(LOUD_RECORD + 1);
	size_t before = server_client_count(d->server);

	memset(text, 'x', LOUD_RECORD);
	for (int i = 0; i < 2 * QUEUE_MAX / LOUD_RECORD; i++)
		server_send(d->server, client, control_text_record(CONTROL_OK, text));
	d->full = server_client_count(d->server) < before;
	mem_free(text);
}

/* More than a client may have waiting that is to get more. */
static void be_large(struct daemon *d, uint64_t client)
{
	char *text = mem_new(SERVER_AGAIN_MAX + 1);

	memset(text, 'x', SERVER_AGAIN_MAX);
	for (int i = 0; i < 3; i++)
		server_send(d->server, client, control_text_record(CONTROL_OK, text));
	mem_free(text);
}

static void on_request(void *context, uint64_t client, const char *command, const json_t *request)
{
	struct daemon *d = context;

	(void)request;
	d->requests++;
	d->waiting = client;
	if (text_equal(command, "wait"))
		return;
	if (text_equal(command, "parts")) {
		server_call_again(d->server, client);
		return;
	}
	if (text_equal(command, "large parts")) {
		be_large(d, client);
		server_call_again(d->server, client);
		return;
	}
	if (text_equal(command, "loud"))
		be_loud(d, client);
	server_send_text(d->server, client, CONTROL_OK, "%s", command);
	server_end(d->server, client, CONTROL_OK);
}

static void on_again(void *context, uint64_t client)
{
	struct daemon *d = context;

	d->again++;
	server_send_text(d->server, client, CONTROL_OK, "part %zu", d->again);
	if (d->again < PARTS)
		server_call_again(d->server, client);
	else
		server_end(d->server, client, CONTROL_OK);
}

static void on_gone(void *context, uint64_t client)
{
	struct daemon *d = context;

	assert_int_equal(client, d->waiting);
	d->gone++;
}

static int setup(void **state)
{
	struct daemon *d = NEW(struct daemon);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct server_config config = { .fd = fd, .allowed = geteuid(), .queue_max = QUEUE_MAX,
					.context = d, .on_request = on_request,
					.on_gone = on_gone, .on_again = on_again };

	d->at.sun_family = AF_UNIX;
	snprintf(d->at.sun_path + 1, sizeof(d->at.sun_path) - 1, "cygnet-test-%d", getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&d->at, sizeof(d->at)), 0);
	assert_int_equal(listen(fd, 4096), 0);
	d->loop = loop_new();
	config.base = loop_base(d->loop);
	d->server = server_new(&config);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct daemon *d = *state;

	server_free(d->server);
	loop_free(d->loop);
	mem_free(d);
	return 0;
}

static void turn(struct daemon *d)
{
	event_base_loop(loop_base(d->loop), EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

static int client_new(struct daemon *d)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&d->at, sizeof(d->at)), 0);
	turn(d);
	return fd;
}

static void say(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), (int)len);
}

/* Reads while the daemon turns, until it is closed or nothing comes for a while. */
struct answer {
	struct buffer text;
	bool closed;
};

static void listen_to(struct daemon *d, int fd, struct answer *out)
{
	char room[4096];
	int quiet = 0;

	*out = (struct answer) { 0 };
	while (quiet < TURNS && !out->closed) {
		ssize_t got = recv(fd, room, sizeof(room), MSG_DONTWAIT);

		out->closed = !got || (got < 0 && errno != EAGAIN);
		if (got > 0)
			write_bytes(&out->text, bytes_at(room, (size_t)got));
		turn(d);
		quiet = got > 0 ? 0 : quiet + 1;
	}
	buffer_text(&out->text);
}

static size_t count_of(struct answer *a, const char *what)
{
	const char *at = buffer_text(&a->text);
	size_t count = 0;

	while ((at = strstr(at, what))) {
		count++;
		at++;
	}
	return count;
}

static void expect(struct daemon *d, int fd, const char *what, size_t times, bool closed)
{
	struct answer a;

	listen_to(d, fd, &a);
	if (count_of(&a, what) != times)
		print_message("got: %.300s\n", buffer_text(&a.text));
	assert_int_equal(count_of(&a, what), times);
	assert_int_equal(a.closed, closed);
	buffer_done(&a.text);
}

static void requests_are_answered_in_their_order_on_one_connection(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);

	say(fd, "{\"v\":1,\"command\":\"one\"}\n{\"v\":1,\"command\":\"two\"}\n{\"v\":1,");
	expect(d, fd, "{\"result\":0}", 2, false);
	say(fd, "\"command\":\"three\"}\n");
	expect(d, fd, "three", 1, false);
	assert_int_equal(d->requests, 3);
	close(fd);
}

static void a_request_waits_while_the_one_before_is_under_way(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);

	say(fd, "{\"v\":1,\"command\":\"wait\"}\n{\"v\":1,\"command\":\"after\"}\n");
	expect(d, fd, "result", 0, false);
	assert_int_equal(d->requests, 1);
	server_send_text(d->server, d->waiting, CONTROL_LOG, "progress");
	expect(d, fd, "progress", 1, false);
	server_end(d->server, d->waiting, CONTROL_CLASH);
	expect(d, fd, "{\"result\":", 2, false);
	assert_int_equal(d->requests, 2);
	close(fd);
}

static void one_byte_at_a_time_is_a_request_too(void **state)
{
	struct daemon *d = *state;
	const char *text = "{\"v\":1,\"command\":\"slow\"}\n";
	int fd = client_new(d);

	for (; *text; text++) {
		assert_int_equal(send(fd, text, 1, 0), 1);
		turn(d);
	}
	expect(d, fd, "slow", 1, false);
	close(fd);
}

static void whoever_stops_sending_still_gets_the_answer(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);

	say(fd, "{\"v\":1,\"command\":\"wait\"}\n");
	shutdown(fd, SHUT_WR);
	expect(d, fd, "result", 0, false);
	assert_int_equal(d->gone, 0);
	server_end(d->server, d->waiting, CONTROL_OK);
	expect(d, fd, "result", 1, true);
	close(fd);
}

static void a_client_that_leaves_is_reported_once(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);

	say(fd, "{\"v\":1,\"command\":\"wait\"}\n");
	expect(d, fd, "result", 0, false);
	close(fd);
	for (int i = 0; i < TURNS && !d->gone; i++)
		turn(d);
	assert_int_equal(d->gone, 1);
	assert_int_equal(server_client_count(d->server), 0);
	/* Late words of its command harm nobody. */
	server_send_text(d->server, d->waiting, CONTROL_LOG, "late");
	server_end(d->server, d->waiting, CONTROL_OK);
}

static void a_line_that_is_no_request_is_told_and_the_client_dropped(void **state)
{
	static const char *const lines[] = {
		"hello\n", "[]\n", "{\n", "{\"v\":1,\"v\":1}\n", "{\"v\":\"\\u0000\"}\n",
		"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}\n",
		"\xff\xfe\n", "\n",
	};
	struct daemon *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		int fd = client_new(d);

		print_message("%s", lines[i]);
		say(fd, lines[i]);
		expect(d, fd, "{\"result\":50}", 1, true);
		close(fd);
	}
	assert_int_equal(d->requests, 0);
}

static void a_request_of_another_version_or_no_command_may_be_mended(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);

	say(fd, "{\"v\":2,\"command\":\"x\"}\n{\"v\":1}\n{\"v\":1,\"command\":7}\n{}\n");
	expect(d, fd, "{\"result\":50}", 4, false);
	say(fd, "{\"v\":1,\"command\":\"fine\"}\n");
	expect(d, fd, "{\"result\":0}", 1, false);
	close(fd);
}

static void a_line_without_end_is_told_and_the_client_dropped(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);
	char chunk[8192];
	size_t sent = 0;

	memset(chunk, '[', sizeof(chunk));
	while (sent < 8 * CONTROL_REQUEST_MAX) {
		ssize_t done = send(fd, chunk, sizeof(chunk), MSG_NOSIGNAL);

		if (done < 0 && errno != EAGAIN)
			break;
		turn(d);
		sent += done > 0 ? (size_t)done : 0;
	}
	assert_true(sent < 8 * CONTROL_REQUEST_MAX);
	expect(d, fd, "{\"result\":50}", 1, true);
	assert_int_equal(server_client_count(d->server), 0);
	close(fd);
}

static void deep_nesting_costs_nothing(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);
	char *deep = mem_new(100 * 1024 + 2);

	memset(deep, '[', 100 * 1024);
	deep[100 * 1024] = '\n';
	say(fd, deep);
	expect(d, fd, "{\"result\":50}", 1, true);
	mem_free(deep);
	close(fd);
}

static void whoever_does_not_read_is_dropped_and_nobody_else_notices(void **state)
{
	struct daemon *d = *state;
	int deaf = client_new(d), other = client_new(d);

	say(deaf, "{\"v\":1,\"command\":\"loud\"}\n");
	for (int i = 0; i < TURNS; i++)
		turn(d);
	assert_true(d->full);
	assert_int_equal(server_client_count(d->server), 1);
	say(other, "{\"v\":1,\"command\":\"hello\"}\n");
	expect(d, other, "hello", 1, false);
	close(deaf);
	close(other);
}

static void an_answer_that_goes_on_has_one_turn_at_a_time(void **state)
{
	struct daemon *d = *state;
	int one = client_new(d), other = client_new(d);

	say(one, "{\"v\":1,\"command\":\"parts\"}\n{\"v\":1,\"command\":\"after\"}\n");
	while (!d->again)
		turn(d);
	assert_int_equal(d->again, 1);
	while (d->again == 1)
		turn(d);
	assert_int_equal(d->again, 2);
	/* Others are answered meanwhile. */
	say(other, "{\"v\":1,\"command\":\"hello\"}\n");
	for (int i = 0; i < 3 && d->requests < 2; i++)
		turn(d);
	assert_int_equal(d->requests, 2);
	assert_true(d->again < PARTS);
	expect(d, other, "hello", 1, false);
	expect(d, one, "part ", PARTS, false);
	assert_int_equal(d->requests, 3);
	close(one);
	close(other);
}

static void an_answer_goes_on_when_what_there_is_has_been_read(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);

	say(fd, "{\"v\":1,\"command\":\"large parts\"}\n");
	for (int i = 0; i < TURNS; i++)
		turn(d);
	assert_int_equal(d->again, 0);
	expect(d, fd, "part ", PARTS, false);
	close(fd);
}

static void whoever_leaves_gets_no_more_turns(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);

	say(fd, "{\"v\":1,\"command\":\"parts\"}\n");
	while (!d->again)
		turn(d);
	close(fd);
	for (int i = 0; i < TURNS; i++)
		turn(d);
	assert_true(d->again < PARTS);
	assert_int_equal(d->gone, 1);
}

static void answers_do_not_pile_up_for_a_client_that_only_asks(void **state)
{
	struct daemon *d = *state;
	int fd = client_new(d);
	int asked = 0;

	while (asked < 1000000 &&
	       send(fd, "{\"v\":1,\"command\":\"abc\"}\n", 24, MSG_NOSIGNAL) == 24) {
		asked++;
		turn(d);
	}
	/* Its own socket filled up: the daemon stopped reading. */
	assert_true(asked < 1000000);
	assert_int_equal(server_client_count(d->server), 1);
	close(fd);
}

static void a_thousand_clients_are_served_or_turned_away(void **state)
{
	struct daemon *d = *state;
	struct rlimit files = { 4096, 4096 };
	int *fds = mem_new_array(MANY, sizeof(*fds)), turned_away = 0;

	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < MANY; i++)
		fds[i] = client_new(d);
	for (int i = 0; i < TURNS; i++)
		turn(d);
	assert_int_equal(server_client_count(d->server), SERVER_CLIENTS_MAX);
	for (int i = 0; i < MANY; i++) {
		char room[256];
		ssize_t got = recv(fds[i], room, sizeof(room) - 1, MSG_DONTWAIT);

		if (got > 0) {
			room[got] = 0;
			assert_non_null(strstr(room, "{\"result\":26}"));
			turned_away++;
		}
	}
	assert_int_equal(turned_away, MANY - SERVER_CLIENTS_MAX);
	say(fds[0], "{\"v\":1,\"command\":\"still here\"}\n");
	expect(d, fds[0], "still here", 1, false);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	for (int i = 0; i < TURNS && server_client_count(d->server); i++)
		turn(d);
	assert_int_equal(server_client_count(d->server), 0);
	mem_free(fds);
}

int main(void)
{
#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		SERVER_TEST(requests_are_answered_in_their_order_on_one_connection),
		SERVER_TEST(a_request_waits_while_the_one_before_is_under_way),
		SERVER_TEST(one_byte_at_a_time_is_a_request_too),
		SERVER_TEST(whoever_stops_sending_still_gets_the_answer),
		SERVER_TEST(a_client_that_leaves_is_reported_once),
		SERVER_TEST(a_line_that_is_no_request_is_told_and_the_client_dropped),
		SERVER_TEST(a_request_of_another_version_or_no_command_may_be_mended),
		SERVER_TEST(a_line_without_end_is_told_and_the_client_dropped),
		SERVER_TEST(deep_nesting_costs_nothing),
		SERVER_TEST(whoever_does_not_read_is_dropped_and_nobody_else_notices),
		SERVER_TEST(an_answer_that_goes_on_has_one_turn_at_a_time),
		SERVER_TEST(an_answer_goes_on_when_what_there_is_has_been_read),
		SERVER_TEST(whoever_leaves_gets_no_more_turns),
		SERVER_TEST(answers_do_not_pile_up_for_a_client_that_only_asks),
		SERVER_TEST(a_thousand_clients_are_served_or_turned_away),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("control_server", tests, NULL, NULL);
}
