/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper's children: updown commands in their order, and the reader of the secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/secrets.h"
#include "pluto/keeper/child.h"
#include "pluto/keeper/secrets.h"
#include "pluto/keeper/updown.h"
#include "pluto/loop/loop.h"

enum { LIMIT_SECONDS = 20 };

struct nursery {
	struct loop *loop;
	struct children children;
	struct buffer output;
	int status;
	size_t ends, wanted;
};

static void on_sigchld(void *context, int signal)
{
	struct nursery *n = context;

	assert_int_equal(signal, SIGCHLD);
	children_reap(&n->children);
}

static int setup(void **state)
{
	struct nursery *n = NEW(struct nursery);

	n->loop = loop_new();
	children_init(&n->children, loop_base(n->loop));
	loop_on_signal(n->loop, SIGCHLD, on_sigchld, n);
	*state = n;
	alarm(LIMIT_SECONDS);
	return 0;
}

static int teardown(void **state)
{
	struct nursery *n = *state;

	alarm(0);
	children_done(&n->children);
	loop_free(n->loop);
	buffer_done(&n->output);
	mem_free(n);
	return 0;
}

static void on_output(void *context, struct bytes output)
{
	write_bytes(&((struct nursery *)context)->output, output);
}

static void on_end(void *context, int status)
{
	struct nursery *n = context;

	n->status = status;
	if (++n->ends == n->wanted)
		loop_stop(n->loop, 0);
}

static void run_child(struct nursery *n, int (*run)(const void *), const void *argument,
		      int seconds)
{
	struct child_config config = { .run = run, .argument = argument, .seconds = seconds,
				       .context = n, .on_output = on_output, .on_end = on_end };

	n->wanted = n->ends + 1;
	assert_int_equal(child_start(&n->children, &config), 0);
	loop_run(n->loop);
}

static int talks(const void *argument)
{
	printf("%s", (const char *)argument);
	fflush(stdout);
	fprintf(stderr, " and errors");
	return 3;
}

static void output_comes_before_the_end_and_the_status_with_it(void **state)
{
	struct nursery *n = *state;

	run_child(n, talks, "words", 10);
	assert_string_equal(buffer_text(&n->output), "words and errors");
	assert_true(WIFEXITED(n->status));
	assert_int_equal(WEXITSTATUS(n->status), 3);
}

static int sleeps(const void *argument)
{
	(void)argument;
	for (;;)
		pause();
	return 0;
}

static void a_child_that_takes_too_long_is_killed(void **state)
{
	struct nursery *n = *state;

	run_child(n, sleeps, NULL, 1);
	assert_true(WIFSIGNALED(n->status));
	assert_int_equal(WTERMSIG(n->status), SIGKILL);
}

/* Descriptors beyond 2 that are open in the child. */
static int counts_descriptors(const void *argument)
{
	int count = 0;

	(void)argument;
	for (int fd = 3; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void a_child_has_no_descriptors_of_ours(void **state)
{
	struct nursery *n = *state;
	int leak = open("/dev/null", O_RDONLY);

	run_child(n, counts_descriptors, NULL, 10);
	assert_int_equal(n->status, 0);
	close(leak);
}

struct lines_seen {
	size_t count, longest;
	char last[OUTPUT_LINE_MAX + 1];
};

static void see_line(void *context, const char *text)
{
	struct lines_seen *s = context;

	s->count++;
	s->longest = strlen(text) > s->longest ? strlen(text) : s->longest;
	snprintf(s->last, sizeof(s->last), "%s", text);
}

static void output_is_cut_into_lines_of_bounded_length(void **state)
{
	struct output_lines lines = { .len = 0 };
	struct lines_seen seen = { .count = 0 };
	char *flood = mem_new(5 * OUTPUT_LINE_MAX);

	(void)state;
	output_feed(&lines, bytes_of_text("one\ntw"), see_line, &seen);
	assert_int_equal(seen.count, 1);
	output_feed(&lines, bytes_of_text("o\n\n\n"), see_line, &seen);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.last, "two");
	memset(flood, 'x', 5 * OUTPUT_LINE_MAX);
	output_feed(&lines, bytes_at(flood, 5 * OUTPUT_LINE_MAX), see_line, &seen);
	output_finish(&lines, see_line, &seen);
	assert_int_equal(seen.count, 7);
	assert_int_equal(seen.longest, OUTPUT_LINE_MAX);
	mem_free(flood);
}

/* --- updown --- */

static char said[8192];

static void hear(const char *format, ...) PRINTF_LIKE(1, 2);

static void hear(const char *format, ...)
{
	size_t len = strlen(said);
	va_list args;

	va_start(args, format);
	vsnprintf(said + len, sizeof(said) - len, format, args);
	va_end(args);
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "\n");
}

static struct ike_updown request(const char *name, enum updown_verb verb)
{
	struct ike_updown u = { .verb = verb, .name = name };
	struct prefix p;

	assert_true(address_parse("192.1.2.45", &u.local));
	assert_true(address_parse("192.1.2.23", &u.remote));
	assert_true(prefix_parse("192.0.1.0/24", &p));
	u.local_selector = u.remote_selector = selector_of_prefix(&p, 0, 0, UINT16_MAX);
	assert_true(identity_parse("@a", &u.local_id));
	assert_true(identity_parse("@b", &u.remote_id));
	return u;
}

static void run_all(struct nursery *n, struct updowns *u)
{
	while (updown_waiting(u))
		event_base_loop(loop_base(n->loop), EVLOOP_ONCE);
}

static void commands_run_one_after_the_other_in_their_order(void **state)
{
	struct nursery *n = *state;
	struct updowns *u = updowns_new(&n->children, hear);
	struct ike_updown up = request("slow", UPDOWN_UP), down = request("slow", UPDOWN_DOWN);
	struct ike_updown other = request("quick", UPDOWN_UP);

	said[0] = 0;
	assert_null(updown_register(u, "slow", "sleep 0.05; echo $PLUTO_CONNECTION $PLUTO_VERB"));
	assert_null(updown_register(u, "quick", "echo $PLUTO_CONNECTION $PLUTO_VERB"));
	updown_run(u, &up);
	updown_run(u, &other);
	updown_run(u, &down);
	assert_int_equal(updown_waiting(u), 3);
	run_all(n, u);
	assert_string_equal(said, "\"slow\": updown: slow up-client\n"
				  "\"quick\": updown: quick up-client\n"
				  "\"slow\": updown: slow down-client\n");
	updowns_free(u);
}

static void only_registered_names_run_anything(void **state)
{
	struct nursery *n = *state;
	struct updowns *u = updowns_new(&n->children, hear);
	struct ike_updown a = request("a", UPDOWN_UP), other = request("b", UPDOWN_UP);

	said[0] = 0;
	assert_null(updown_register(u, "a", "echo first"));
	assert_null(updown_register(u, "a", "echo second"));
	updown_run(u, &other);
	assert_int_equal(updown_waiting(u), 0);
	updown_run(u, &a);
	assert_null(updown_register(u, "a", NULL));
	updown_run(u, &a);
	run_all(n, u);
	assert_string_equal(said, "\"a\": updown: second\n");
	updowns_free(u);
}

static void a_command_that_fails_is_told_and_the_next_one_runs(void **state)
{
	struct nursery *n = *state;
	struct updowns *u = updowns_new(&n->children, hear);
	struct ike_updown a = request("a", UPDOWN_UP), b = request("b", UPDOWN_UP);
	struct ike_updown c = request("c", UPDOWN_UP);

	said[0] = 0;
	assert_null(updown_register(u, "a", "exit 7"));
	assert_null(updown_register(u, "c", "exec /nonexistent/program 2>/dev/null"));
	assert_null(updown_register(u, "b", "echo \"${HOME-no home} ${NOTIFY_SOCKET-none}\""));
	updown_run(u, &a);
	updown_run(u, &c);
	updown_run(u, &b);
	run_all(n, u);
	assert_string_equal(said, "\"a\": updown command failed: exit status 7\n"
				  "\"c\": updown command failed: exit status 127\n"
				  "\"b\": updown: no home none\n");
	updowns_free(u);
}

static void what_is_no_command_is_refused(void **state)
{
	struct nursery *n = *state;
	struct updowns *u = updowns_new(&n->children, hear);
	char *much = mem_new(UPDOWN_COMMAND_MAX + 2);

	memset(much, 'x', UPDOWN_COMMAND_MAX + 1);
	assert_non_null(updown_register(u, "", "true"));
	assert_non_null(updown_register(u, "a", ""));
	assert_non_null(updown_register(u, "a", much));
	much[CONN_NAME_MAX + 1] = 0;
	assert_non_null(updown_register(u, much, "true"));
	mem_free(much);
	updowns_free(u);
}

static void the_queue_is_bounded(void **state)
{
	struct nursery *n = *state;
	struct updowns *u = updowns_new(&n->children, hear);
	struct ike_updown a = request("a", UPDOWN_UP);

	said[0] = 0;
	assert_null(updown_register(u, "a", "sleep 100"));
	for (int i = 0; i < UPDOWN_QUEUE_MAX + 3; i++)
		updown_run(u, &a);
	assert_int_equal(updown_waiting(u), UPDOWN_QUEUE_MAX + 1);
	assert_non_null(strstr(said, "too many"));
	children_done(&n->children);
	updowns_free(u);
}

/* --- secrets --- */

struct answers {
	struct loop *loop;
	size_t count, good, wanted;
	uint64_t last;
	struct buffer body;
};

static void on_answer(void *context, uint64_t number, bool good, struct bytes body)
{
	struct answers *a = context;

	a->count++;
	a->good += good;
	a->last = number;
	buffer_clear(&a->body);
	write_bytes(&a->body, body);
	if (a->count == a->wanted)
		loop_stop(a->loop, 0);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

static void secrets_are_read_for_each_request_in_turn(void **state)
{
	struct nursery *n = *state;
	struct answers a = { .loop = n->loop, .wanted = 2 };
	struct secrets secrets;
	struct secrets_reader *r;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/cygnet-test-secrets-%d", getpid());
	write_file(path, "@west @east : PSK \"a shared text\"\n");
	r = secrets_reader_new(&n->children, path, on_answer, &a);
	secrets_reader_ask(r, 1ull << 40);
	secrets_reader_ask(r, 2);
	loop_run(n->loop);
	assert_int_equal(a.good, 2);
	assert_int_equal(a.last, 2);
	assert_true(secrets_read(buffer_bytes(&a.body), &secrets));
	assert_int_equal(secrets.count, 1);
	assert_true(bytes_equal(secret_bytes(&secrets.entries[0].key),
				bytes_of_text("a shared text")));
	secrets_done(&secrets);
	buffer_wipe(&a.body);
	secrets_reader_free(r);
	unlink(path);
}

static void a_broken_or_missing_file_gives_reasons(void **state)
{
	struct nursery *n = *state;
	struct answers a = { .loop = n->loop, .wanted = 1 };
	struct secrets_reader *r;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/cygnet-test-broken-%d", getpid());
	unlink(path);
	r = secrets_reader_new(&n->children, path, on_answer, &a);
	secrets_reader_ask(r, 1);
	loop_run(n->loop);
	assert_int_equal(a.good, 0);
	assert_non_null(strstr(buffer_text(&a.body), path));
	write_file(path, "@west @east : PSK unquoted\n");
	a.wanted = 2;
	secrets_reader_ask(r, 2);
	loop_run(n->loop);
	assert_int_equal(a.good, 0);
	assert_non_null(strstr(buffer_text(&a.body), ":1"));
	unlink(path);
	buffer_done(&a.body);
	secrets_reader_free(r);
}

int main(void)
{
#define NURSERY_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		NURSERY_TEST(output_comes_before_the_end_and_the_status_with_it),
		NURSERY_TEST(a_child_that_takes_too_long_is_killed),
		NURSERY_TEST(a_child_has_no_descriptors_of_ours),
		cmocka_unit_test(output_is_cut_into_lines_of_bounded_length),
		NURSERY_TEST(commands_run_one_after_the_other_in_their_order),
		NURSERY_TEST(only_registered_names_run_anything),
		NURSERY_TEST(a_command_that_fails_is_told_and_the_next_one_runs),
		NURSERY_TEST(what_is_no_command_is_refused),
		NURSERY_TEST(the_queue_is_bounded),
		NURSERY_TEST(secrets_are_read_for_each_request_in_turn),
		NURSERY_TEST(a_broken_or_missing_file_gives_reasons),
	};

	setenv("HOME", "/root", 1);
	setenv("NOTIFY_SOCKET", "/run/x", 1);
	return cmocka_run_group_tests_name("keeper_children", tests, NULL, NULL);
}
