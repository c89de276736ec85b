/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of the control socket, carried out by an engine that has no network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "pluto/control/commands.h"
#include "pluto/kernel/fake.h"
#include "pluto/loop/clock.h"
#include "pluto/loop/loop.h"

enum { QUIET_TURNS = 200 };

#define ADD(name, clones)                                                              \
	"{\"v\":1,\"command\":\"add\",\"connection\":{\"name\":\"" name "\",\"options\":{" \
	"\"left\":\"192.1.2.45\",\"right\":\"192.1.2.23\",\"leftid\":\"@west\","        \
	"\"rightid\":\"@east\",\"leftsubnet\":\"192.0.1.0/24\","                        \
	"\"rightsubnet\":\"192.0.2.0/24\",\"authby\":\"secret\",\"clones\":\"" clones   \
	"\"}}}\n"
#define DO(command) "{\"v\":1,\"command\":\"" command "\"}\n"
#define DO_NAME(command, name) "{\"v\":1,\"command\":\"" command "\",\"name\":\"" name "\"}\n"

struct daemon {
	struct loop *loop;
	struct kernel_backend *kernel;
	struct kernel_facts facts;
	struct conf_setup setup;
	struct ike_engine *engine;
	struct commands *commands;
	int client;
	size_t entered, listened, sent;
	uint64_t secrets, shut_down, autoall;
	struct autoall names;
};

/* --- The engine's world --- */

static void host_send(void *context, const struct endpoint *from, const struct endpoint *to,
		      struct bytes message)
{
	(void)from;
	(void)to;
	(void)message;
	((struct daemon *)context)->sent++;
}

static void host_keepalive(void *context, const struct endpoint *from, const struct endpoint *to)
{
	host_send(context, from, to, bytes_at(NULL, 0));
}

static void host_submit(void *context, struct crypto_job *job)
{
	(void)context;
	crypto_job_free(job); /* never done: the exchange waits for ever */
}

static void host_kernel(void *context, struct kernel_change *changes, size_t count)
{
	kernel_apply(((struct daemon *)context)->kernel, changes, count);
}

static void host_random(void *context, uint8_t *out, size_t len)
{
	(void)context;
	memset(out, 0x5c, len);
}

static void host_report(void *context, const struct ike_report *report)
{
	struct daemon *d = context;

	if (d->commands)
		commands_report(d->commands, report);
}

static void host_updown(void *context, const struct ike_updown *updown)
{
	(void)context;
	(void)updown;
}

static void host_command_done(void *context, uint64_t command, enum control_code code)
{
	commands_end(((struct daemon *)context)->commands, command, (int)code);
}

/* --- The daemon that the commands are for --- */

static int64_t now(void *context)
{
	(void)context;
	return clock_now();
}

static void on_find_device(void *context, const struct address *peer, char out[IF_NAMESIZE])
{
	(void)context;
	(void)peer;
	memcpy(out, "eth1", sizeof("eth1"));
}

/* One SA is handed to its CPU. */
static void on_count_steered(void *context, uint64_t command)
{
	struct steer_sa sa = { .spi = 0xd2a4f1c0, .cpu = 3 };
	struct daemon *d = context;

	assert_true(address_parse("192.1.2.45", &sa.destination));
	commands_steered(d->commands, command, &sa, &(struct steer_counters) { 7, 700 });
	commands_steered(d->commands, command + 1, &sa, &(struct steer_counters) { 8, 800 });
	commands_end(d->commands, command, CONTROL_OK);
}

static void on_entered(void *context)
{
	((struct daemon *)context)->entered++;
}

static void on_listen(void *context)
{
	((struct daemon *)context)->listened++;
}

static void on_reread_secrets(void *context, uint64_t command)
{
	((struct daemon *)context)->secrets = command;
}

static void on_shut_down(void *context, uint64_t command)
{
	((struct daemon *)context)->shut_down = command;
}

static void on_autoall(void *context, struct autoall *names, uint64_t command)
{
	struct daemon *d = context;

	d->names = *names;
	d->autoall = command;
}

static void make_engine(struct daemon *d)
{
	struct fake_config fake = { .cpus = 4, .per_cpu = true };
	struct ike_engine_config config = {
		.setup = &d->setup, .facts = &d->facts,
		.host = { .context = d, .send = host_send, .submit = host_submit,
			  .kernel = host_kernel, .random = host_random, .report = host_report,
			  .updown = host_updown, .command_done = host_command_done,
			  .keepalive = host_keepalive }
	};
	char why[KERNEL_TEXT_MAX];
	struct conf_errors errors = { 0 };
	struct secrets secrets;
	struct address own;

	assert_true(address_parse("192.1.2.45", &own));
	assert_true(secrets_parse("test", bytes_of_text("@west @east : PSK \"secret\"\n"),
				  &secrets, &errors));
	d->kernel = kernel_fake_new(&fake);
	assert_int_equal(kernel_start(d->kernel, &d->facts, why), 0);
	conf_setup_default(&d->setup);
	d->engine = ike_engine_new(&config, clock_now());
	ike_engine_set_addresses(d->engine, &own, 1, clock_now());
	ike_engine_set_secrets(d->engine, &secrets);
}

static int listen_abstract(struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at->sun_family = AF_UNIX;
	snprintf(at->sun_path + 1, sizeof(at->sun_path) - 1, "cygnet-commands-%d", getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof(*at)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static int setup(void **state)
{
	struct daemon *d = NEW(struct daemon);
	struct sockaddr_un at = { 0 };
	struct server_config server = { .fd = listen_abstract(&at), .allowed = geteuid() };
	struct commands_config config = {
		.context = d, .now = now, .find_device = on_find_device,
		.count_steered = on_count_steered, .entered = on_entered, .listen = on_listen,
		.reread_secrets = on_reread_secrets, .shut_down = on_shut_down,
		.autoall = on_autoall
	};

	d->loop = loop_new();
	make_engine(d);
	server.base = loop_base(d->loop);
	config.engine = d->engine;
	config.facts = (struct daemon_facts) {
		.version = "0", .config = "c", .rundir = "r", .secretsfile = "s", .nssdir = "n",
		.setup = &d->setup, .kernel = &d->facts
	};
	d->commands = commands_new(&config, &server);
	d->client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(d->client, (struct sockaddr *)&at, sizeof(at)), 0);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct daemon *d = *state;

	close(d->client);
	ike_engine_free(d->engine);
	d->engine = NULL;
	commands_free(d->commands);
	kernel_stop(d->kernel);
	kernel_free(d->kernel);
	conf_setup_done(&d->setup);
	autoall_done(&d->names);
	loop_free(d->loop);
	mem_free(d);
	return 0;
}

/* --- A client --- */

/* Everything that is answered until nothing more comes, in a buffer of the test. */
static char answer[512 * 1024];

static void ask(struct daemon *d, const char *request)
{
	size_t len = 0;
	int quiet = 0;

	assert_int_equal(send(d->client, request, strlen(request), MSG_NOSIGNAL),
			 (int)strlen(request));
	while (quiet < QUIET_TURNS) {
		ssize_t got = recv(d->client, answer + len, sizeof(answer) - 1 - len,
				   MSG_DONTWAIT);

		event_base_loop(loop_base(d->loop), EVLOOP_NONBLOCK);
		len += got > 0 ? (size_t)got : 0;
		quiet = got > 0 ? 0 : quiet + 1;
	}
	answer[len] = 0;
}

/* The records of the answer; the last one is the result. */
static json_t *records(void)
{
	json_t *list = json_array();
	char *copy = mem_text(answer), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line) {
			json_t *record = json_loads(line, 0, NULL);

			assert_non_null(record);
			json_array_append_new(list, record);
		}
	mem_free(copy);
	return list;
}

static void expect_result(struct daemon *d, const char *request, int code)
{
	char last[32];
	size_t len;

	ask(d, request);
	len = (size_t)snprintf(last, sizeof(last), "{\"result\":%d}\n", code);
	if (strlen(answer) < len || strcmp(answer + strlen(answer) - len, last) != 0)
		fail_msg("%s gave %s", request, answer);
}

static size_t count_key(const char *key)
{
	json_t *list = records(), *record;
	size_t i, count = 0;

	json_array_foreach(list, i, record)
		count += json_object_get(record, key) != NULL;
	json_decref(list);
	return count;
}

static void a_connection_is_added_shown_and_deleted(void **state)
{
	struct daemon *d = *state;

	expect_result(d, ADD("we", "2"), CONTROL_OK);
	assert_true(ike_engine_knows(d->engine, "we"));
	assert_true(d->entered > 0);
	expect_result(d, DO("connectionstatus"), CONTROL_OK);
	assert_int_equal(count_key("connection"), 3);
	expect_result(d, DO_NAME("connectionstatus", "we"), CONTROL_OK);
	assert_int_equal(count_key("connection"), 3);
	expect_result(d, ADD("we", "2"), CONTROL_DUPLICATE_NAME);
	expect_result(d, DO_NAME("delete", "we"), CONTROL_OK);
	assert_false(ike_engine_knows(d->engine, "we"));
}

static void a_shown_connection_has_its_fields(void **state)
{
	struct daemon *d = *state;
	json_t *list, *c;

	expect_result(d, ADD("we", "2"), CONTROL_OK);
	ask(d, DO("connectionstatus"));
	list = records();
	c = json_object_get(json_array_get(list, 2), "connection");
	assert_string_equal(json_string_value(json_object_get(c, "name")), "we-2");
	assert_string_equal(json_string_value(json_object_get(c, "alias")), "we");
	assert_int_equal(json_integer_value(json_object_get(c, "clone_id")), 2);
	assert_int_equal(json_integer_value(json_object_get(c, "cpu")), 1);
	assert_string_equal(json_string_value(json_object_get(c, "clones")), "2");
	assert_string_equal(json_string_value(json_object_get(c, "routing")), "unrouted");
	assert_true(json_is_true(json_object_get(c, "oriented")));
	c = json_object_get(c, "local");
	assert_string_equal(json_string_value(json_object_get(c, "host")), "192.1.2.45");
	assert_string_equal(json_string_value(json_object_get(c, "id")), "@west");
	assert_string_equal(json_string_value(json_object_get(c, "subnet")), "192.0.1.0/24");
	json_decref(list);
}

static const json_t *only_set(const json_t *list, int class_)
{
	const json_t *found = NULL, *record;
	size_t i;

	json_array_foreach(list, i, record) {
		const json_t *set = json_object_get(record, "set");

		assert_true(!set || !found);
		if (set)
			assert_int_equal(json_integer_value(json_object_get(record, "class")),
					 class_);
		found = set ? set : found;
	}
	assert_non_null(found);
	return found;
}

static void a_set_is_shown_with_its_connections_and_among_sas_when_it_has_some(void **state)
{
	static const char *const with_sas[] = { DO("trafficstatus"), DO("showstates") };
	struct daemon *d = *state;
	json_t *list;
	const json_t *set;

	expect_result(d, ADD("plain", "no"), CONTROL_OK);
	expect_result(d, ADD("we", "2"), CONTROL_OK);
	ask(d, DO_NAME("connectionstatus", "we-1"));
	list = records();
	set = only_set(list, CONTROL_OK);
	assert_string_equal(json_string_value(json_object_get(set, "name")), "we");
	assert_string_equal(json_string_value(json_object_get(set, "head")), "empty");
	assert_int_equal(json_integer_value(json_object_get(set, "wanted")), 2);
	assert_int_equal(json_integer_value(json_object_get(set, "empty")), 2);
	assert_true(json_is_null(json_object_get(set, "why")));
	assert_true(json_is_null(json_object_get(set, "retry_in")));
	json_decref(list);
	for (size_t i = 0; i < ARRAY_LEN(with_sas); i++) {
		expect_result(d, with_sas[i], CONTROL_OK);
		assert_int_equal(count_key("set"), 0);
	}
	ike_engine_up(d->engine, "we", true, 0, clock_now());
	for (size_t i = 0; i < ARRAY_LEN(with_sas); i++) {
		ask(d, with_sas[i]);
		list = records();
		set = only_set(list, i == 0 ? CONTROL_TRAFFIC : CONTROL_OK);
		assert_string_equal(json_string_value(json_object_get(set, "head")),
				    "negotiating");
		assert_true(json_is_true(json_object_get(set, "wanted_up")));
		json_decref(list);
	}
}

static void an_end_that_is_not_ours_is_shown_as_it_was_written(void **state)
{
	struct daemon *d = *state;
	struct address none;
	json_t *list, *c;

	assert_true(address_parse("10.0.0.1", &none));
	ike_engine_set_addresses(d->engine, &none, 1, clock_now());
	ask(d, ADD("we", "no"));
	ask(d, DO("connectionstatus"));
	list = records();
	c = json_object_get(json_array_get(list, 0), "connection");
	assert_true(json_is_false(json_object_get(c, "oriented")));
	assert_true(json_is_null(json_object_get(c, "alias")));
	c = json_object_get(c, "remote");
	assert_string_equal(json_string_value(json_object_get(c, "host")), "192.1.2.23");
	json_decref(list);
}

static void a_connection_that_is_wrong_is_refused_with_the_reason(void **state)
{
	struct daemon *d = *state;

	expect_result(d,
		      "{\"v\":1,\"command\":\"add\",\"connection\":{\"name\":\"x\",\"options\":"
		      "{\"left\":\"1.2.3.4\",\"right\":\"1.2.3.5\",\"clones\":\"lots\"}}}\n",
		      CONTROL_FATAL);
	assert_non_null(strstr(answer, "clones"));
	expect_result(d, "{\"v\":1,\"command\":\"add\"}\n", CONTROL_FATAL);
	expect_result(d, "{\"v\":1,\"command\":\"add\",\"connection\":[7]}\n", CONTROL_FATAL);
}

static void names_that_are_not_there_give_21(void **state)
{
	static const char *const requests[] = {
		DO_NAME("up", "nobody"), DO_NAME("down", "nobody"), DO_NAME("delete", "nobody"),
		DO_NAME("route", "nobody"), DO_NAME("unroute", "nobody"),
		DO_NAME("rekey-child", "nobody"), DO_NAME("rekey-ike", "nobody"),
		DO_NAME("rekey-child", "nobody-2"),
		DO_NAME("trafficstatus", "nobody"), DO_NAME("connectionstatus", "nobody"),
		"{\"v\":1,\"command\":\"down\",\"name\":\"nobody\",\"async\":true}\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		expect_result(*state, requests[i], CONTROL_UNKNOWN_NAME);
}

static void a_request_that_is_none_gives_50_and_the_nearest_word(void **state)
{
	static const char *const requests[] = {
		DO("up"), DO("delete"), DO("rekey-child"), DO("rekey-ike"),
		"{\"v\":1,\"command\":\"up\",\"name\":7}\n",
		"{\"v\":1,\"command\":\"up\",\"name\":\"\"}\n",
		"{\"v\":1,\"command\":\"autoall-done\",\"route\":7}\n",
		"{\"v\":1,\"command\":\"autoall-done\",\"start\":[7]}\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		expect_result(*state, requests[i], CONTROL_BAD_REQUEST);
	expect_result(*state, DO("trafikstatus"), CONTROL_BAD_REQUEST);
	assert_non_null(strstr(answer, "did you mean \\\"trafficstatus\\\"?"));
}

static void only_what_is_up_can_be_rekeyed(void **state)
{
	static const char *const requests[] = {
		DO_NAME("rekey-child", "we"), DO_NAME("rekey-child", "we-0"),
		DO_NAME("rekey-child", "we-2"), DO_NAME("rekey-ike", "we"),
	};
	struct daemon *d = *state;

	expect_result(d, ADD("we", "2"), CONTROL_OK);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		d->entered = 0;
		expect_result(d, requests[i], CONTROL_FATAL);
		assert_non_null(strstr(answer, "is not up: nothing to rekey"));
		assert_true(d->entered > 0);
	}
	expect_result(d, DO_NAME("rekey-child", "we-3"), CONTROL_UNKNOWN_NAME);
	expect_result(d, DO_NAME("rekey-ike", "we-2"), CONTROL_UNKNOWN_NAME);
	assert_non_null(strstr(answer, "one member of the clone set"));
}

static void up_tells_its_progress_and_is_still_under_way(void **state)
{
	struct daemon *d = *state;

	expect_result(d, ADD("we", "no"), CONTROL_OK);
	ask(d, DO_NAME("up", "we"));
	assert_non_null(strstr(answer, "\"name\":\"we\""));
	assert_non_null(strstr(answer, "\"text\":\"\\\"we\\\" #1: "));
	assert_null(strstr(answer, "\"result\""));
}

static void whoever_leaves_during_up_is_forgotten_and_it_goes_on(void **state)
{
	struct daemon *d = *state;
	struct engine_counts counts;

	expect_result(d, ADD("we", "no"), CONTROL_OK);
	ask(d, DO_NAME("up", "we"));
	shutdown(d->client, SHUT_RDWR);
	for (int i = 0; i < QUIET_TURNS; i++)
		event_base_loop(loop_base(d->loop), EVLOOP_NONBLOCK);
	ike_engine_counts(d->engine, &counts);
	assert_int_equal(counts.connections, 1);
	/* What is reported now finds nobody. */
	ike_engine_delete(d->engine, "we", 0, clock_now());
}

static void commands_for_the_daemon_reach_it_and_end_when_it_says_so(void **state)
{
	struct daemon *d = *state;

	expect_result(d, DO("listen"), CONTROL_OK);
	assert_int_equal(d->listened, 1);
	expect_result(d, DO("version"), CONTROL_OK);
	ask(d, DO("rereadsecrets"));
	assert_string_equal(answer, "");
	commands_tell(d->commands, d->secrets, CONTROL_FATAL, "file:1: wrong");
	commands_end(d->commands, d->secrets, CONTROL_FATAL);
	expect_result(d, DO("briefstatus"), CONTROL_OK);
	assert_non_null(strstr(answer, "file:1: wrong"));
	assert_non_null(strstr(answer, "{\"result\":56}"));
	ask(d, DO("shutdown"));
	assert_true(d->shut_down != 0);
	commands_end(d->commands, d->shut_down, CONTROL_OK);
}

static void ready_is_answered_when_the_start_is_over(void **state)
{
	struct daemon *d = *state;

	ask(d, DO("ready"));
	assert_string_equal(answer, "");
	commands_ready(d->commands);
	expect_result(d, DO("ready"), CONTROL_OK);
	assert_string_equal(answer, "{\"result\":0}\n{\"result\":0}\n");
}

static void autoall_comes_in_parts(void **state)
{
	struct daemon *d = *state;

	expect_result(d, "{\"v\":1,\"command\":\"autoall-done\",\"route\":[\"a\",\"b\"],"
			 "\"start\":[],\"more\":true}\n", CONTROL_OK);
	assert_int_equal(d->autoall, 0);
	ask(d, "{\"v\":1,\"command\":\"autoall-done\",\"start\":[\"c\"]}\n");
	assert_true(d->autoall != 0);
	assert_int_equal(d->names.route_count, 2);
	assert_int_equal(d->names.start_count, 1);
	assert_string_equal(d->names.route[1], "b");
	assert_string_equal(d->names.start[0], "c");
	commands_end(d->commands, d->autoall, CONTROL_OK);
}

static void status_has_all_its_parts_in_order(void **state)
{
	static const char *const parts[] = {
		"using kernel interface: fake", "cryptography: NSS 3.", "config setup options:", "nat-traversal: ",
		"Connection list:", "\"connection\":{", "\"totals\":{", "\"brief\":{",
		"\"state\":{",
		"{\"result\":0}",
	};
	struct daemon *d = *state;
	const char *at = answer;

	expect_result(d, ADD("we", "2"), CONTROL_OK);
	ike_engine_up(d->engine, "we", true, 0, clock_now());
	expect_result(d, DO("status"), CONTROL_OK);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		at = strstr(at, parts[i]);
		if (!at)
			fail_msg("%s is not where it should be", parts[i]);
	}
	expect_result(d, DO("showstates"), CONTROL_OK);
	assert_int_equal(count_key("state"), 1);
	expect_result(d, DO("trafficstatus"), CONTROL_OK);
	assert_int_equal(count_key("traffic"), 0);
}

static void add_many(struct daemon *d, unsigned count)
{
	char text[512];

	for (unsigned i = 0; i < count; i++) {
		snprintf(text, sizeof(text), ADD("m%u", "no"), i);
		expect_result(d, text, CONTROL_OK);
	}
}

/* What is asked for has its first turns, and no more. */
static void begin(struct daemon *d, const char *request)
{
	assert_int_equal(send(d->client, request, strlen(request), MSG_NOSIGNAL),
			 (int)strlen(request));
	for (int i = 0; i < 4; i++)
		event_base_loop(loop_base(d->loop), EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

static void what_is_deleted_in_the_middle_of_a_long_answer_is_left_out(void **state)
{
	struct daemon *d = *state;

	add_many(d, 100);
	begin(d, DO("status"));
	ike_engine_delete(d->engine, "m99", 0, clock_now());
	ask(d, "");
	assert_int_equal(count_key("connection"), 99);
	assert_int_equal(count_key("totals"), 1);
	expect_result(d, DO("connectionstatus"), CONTROL_OK);
	assert_int_equal(count_key("connection"), 99);
}

static void whoever_leaves_in_the_middle_of_a_long_answer_leaves_nothing_behind(void **state)
{
	struct daemon *d = *state;

	add_many(d, 100);
	begin(d, DO("status"));
	shutdown(d->client, SHUT_RDWR);
	for (int i = 0; i < QUIET_TURNS; i++)
		event_base_loop(loop_base(d->loop), EVLOOP_NONBLOCK);
	ike_engine_delete(d->engine, "m99", 0, clock_now());
}

static void the_end_comes_in_the_middle_of_a_long_answer(void **state)
{
	struct daemon *d = *state;

	add_many(d, 100);
	begin(d, DO("status"));
}

static void cpus_begins_with_the_kernel_and_has_what_trafficstatus_has(void **state)
{
	struct daemon *d = *state;

	expect_result(d, ADD("we", "2"), CONTROL_OK);
	ike_engine_up(d->engine, "we", true, 0, clock_now());
	expect_result(d, DO("cpus"), CONTROL_OK);
	assert_ptr_equal(strstr(answer, "{\"class\":0,\"kernel\":{\"name\":\"fake\""), answer);
	assert_non_null(strstr(answer, "\"per_cpu\":true"));
	assert_non_null(strstr(answer, "\"cpus_online\":\"0-3\",\"cpus_possible\":4"));
	assert_int_equal(count_key("way"), 0); /* nothing is established */
	assert_int_equal(count_key("set"), 1);
	assert_int_equal(count_key("steered"), 1);
	assert_non_null(strstr(answer, "{\"class\":6,\"steered\":{\"spi_in\":\"d2a4f1c0\","
				       "\"local\":\"192.1.2.45\",\"encapsulation\":false,"
				       "\"cpu\":3,\"packets\":7,\"bytes\":700}}\n{\"result\":0}"));
}

int main(void)
{
#define COMMANDS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		COMMANDS_TEST(a_connection_is_added_shown_and_deleted),
		COMMANDS_TEST(a_shown_connection_has_its_fields),
		COMMANDS_TEST(a_set_is_shown_with_its_connections_and_among_sas_when_it_has_some),
		COMMANDS_TEST(an_end_that_is_not_ours_is_shown_as_it_was_written),
		COMMANDS_TEST(a_connection_that_is_wrong_is_refused_with_the_reason),
		COMMANDS_TEST(names_that_are_not_there_give_21),
		COMMANDS_TEST(a_request_that_is_none_gives_50_and_the_nearest_word),
		COMMANDS_TEST(only_what_is_up_can_be_rekeyed),
		COMMANDS_TEST(up_tells_its_progress_and_is_still_under_way),
		COMMANDS_TEST(whoever_leaves_during_up_is_forgotten_and_it_goes_on),
		COMMANDS_TEST(commands_for_the_daemon_reach_it_and_end_when_it_says_so),
		COMMANDS_TEST(ready_is_answered_when_the_start_is_over),
		COMMANDS_TEST(autoall_comes_in_parts),
		COMMANDS_TEST(status_has_all_its_parts_in_order),
		COMMANDS_TEST(cpus_begins_with_the_kernel_and_has_what_trafficstatus_has),
		COMMANDS_TEST(what_is_deleted_in_the_middle_of_a_long_answer_is_left_out),
		COMMANDS_TEST(whoever_leaves_in_the_middle_of_a_long_answer_leaves_nothing_behind),
		COMMANDS_TEST(the_end_comes_in_the_middle_of_a_long_answer),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("control_commands", tests, NULL, NULL);
}
