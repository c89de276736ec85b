/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces that are followed, with the kernel that is there: in a network namespace of its own, with
 * the program at a veth. Skipped where this process may not, or the kernel has no such thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pluto/steer/message.h"
#include "pluto/steer/state.h"

enum { PATIENCE_MS = 5000, STEP_MS = 10 };

static bool can; /* all that is needed is there */
static char last_said[512];
static unsigned said;

static void keep_line(const char *format, ...) PRINTF_LIKE(1, 2);

static void keep_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last_said, sizeof(last_said), format, args);
	va_end(args);
	said++;
}

static bool ip(const char *arguments)
{
	char command[256];

	snprintf(command, sizeof(command), "ip %s >/dev/null 2>&1", arguments);
	return system(command) == 0;
}

static int prepare(void **state)
{
	char why[STEER_WHY_MAX];
	struct xdp *x = geteuid() == 0 ? xdp_open(1, why) : NULL;

	(void)state;
	can = x != NULL && unshare(CLONE_NEWNET) == 0 && ip("link add w0 type veth peer name e0");
	xdp_close(x);
	return 0;
}

struct world {
	struct event_base *base;
	struct steering *s;
};

/* 10.9.0.1 on w0, the other end up. */
static struct world world_new(void)
{
	struct world w = { .base = NULL };

	if (!can) {
		print_message("skipped: no BPF, no namespaces or no veth\n");
		skip();
	}
	ip("link del w0");
	ip("link del w9");
	assert_true(ip("link add w0 type veth peer name e0"));
	assert_true(ip("addr add 10.9.0.1/24 dev w0") && ip("link set w0 up") &&
		    ip("link set e0 up"));
	said = 0;
	last_said[0] = '\0';
	w.base = event_base_new();
	w.s = steering_new(&(struct steering_config) { .base = w.base, .sys = "/sys",
						       .nic = &nic_source_live,
						       .ledger_path = "/nowhere/ledger",
						       .log = keep_line });
	return w;
}

static void world_free(struct world *w)
{
	steering_free(w->s);
	event_base_free(w->base);
}

static struct steer_sa sa_for(const char *address, uint32_t spi)
{
	struct steer_sa sa = { .spi = spi, .cpu = 0, .means = STEERING_XDP };

	assert_true(address_parse(address, &sa.destination));
	return sa;
}

/* "native", "generic" or "" */
static const char *program_at(const char *name)
{
	static char found[16];
	char command[256];
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "ip -o link show dev %s 2>/dev/null | sed -n -e 's/.* xdpgeneric.*/generic/p' "
		 "-e 's/.* xdp[ \\/].*/native/p'", name);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	if (fgets(found, sizeof(found), pipe) == NULL)
		found[0] = '\0';
	pclose(pipe);
	found[strcspn(found, "\n")] = '\0';
	return found;
}

static void run(struct world *w)
{
	struct timeval step = { .tv_usec = STEP_MS * 1000 };

	event_base_loopexit(w->base, &step);
	event_base_dispatch(w->base);
}

static void expect_program(struct world *w, const char *name, const char *wanted)
{
	for (int i = 0; i < PATIENCE_MS / STEP_MS; i++) {
		if (strcmp(program_at(name), wanted) == 0)
			return;
		run(w);
	}
	fail_msg("%s has \"%s\", not \"%s\"; last said: %s", name, program_at(name), wanted, last_said);
}

/* Of how many SAs there are counters. */
static size_t counted(struct world *w)
{
	struct buffer b = { 0 };
	struct steer_counters counters;
	struct steer_sa sa;
	struct reader r;
	size_t count = 0;

	steering_write_counters(w->s, &b);
	r = (struct reader) { buffer_bytes(&b) };
	while (r.left.len > 0 && steer_counters_read(&r, &sa, &counters))
		count++;
	assert_int_equal(r.left.len, 0);
	buffer_done(&b);
	return count;
}

static void test_the_program_comes_with_the_first_sa_and_goes_with_the_last(void **state)
{
	struct world w = world_new();
	struct steer_sa a = sa_for("10.9.0.1", 0x1000), b = sa_for("10.9.0.1", 0x1001);

	(void)state;
	assert_string_equal(program_at("w0"), "");
	steering_add(w.s, &a);
	steering_add(w.s, &a); /* told twice */
	steering_add(w.s, &b);
	assert_string_equal(program_at("w0"), "native");
	assert_int_equal(counted(&w), 2);
	steering_remove(w.s, &a);
	assert_string_equal(program_at("w0"), "native");
	steering_remove(w.s, &a);
	steering_remove(w.s, &b);
	assert_string_equal(program_at("w0"), "");
	assert_int_equal(counted(&w), 0);
	steering_add(w.s, &b);
	world_free(&w);
	assert_string_equal(program_at("w0"), "");
}

static void test_an_interface_that_goes_and_comes_is_followed(void **state)
{
	struct world w = world_new();
	struct steer_sa sa = sa_for("10.9.0.1", 0x1000);

	(void)state;
	steering_add(w.s, &sa);
	assert_true(ip("link del w0"));
	expect_program(&w, "w0", "");
	while (counted(&w) != 0)
		run(&w);
	assert_true(ip("link add w0 type veth peer name e0") && ip("addr add 10.9.0.1/24 dev w0"));
	expect_program(&w, "w0", "native");
	assert_int_equal(counted(&w), 1);
	world_free(&w);
}

static void test_an_interface_with_another_name_is_the_same(void **state)
{
	struct world w = world_new();
	struct steer_sa sa = sa_for("10.9.0.1", 0x1000);
	struct place *p;

	(void)state;
	steering_add(w.s, &sa);
	p = LIST_OBJECT(w.s->places.next, struct place, link);
	assert_true(ip("link set w0 down") && ip("link set w0 name w9"));
	for (int i = 0; i < PATIENCE_MS / STEP_MS && strcmp(p->name, "w9") != 0; i++)
		run(&w);
	assert_string_equal(p->name, "w9");
	assert_string_equal(program_at("w9"), "native");
	steering_remove(w.s, &sa);
	assert_string_equal(program_at("w9"), "");
	world_free(&w);
}

static void test_an_address_that_comes_later_is_followed(void **state)
{
	struct world w = world_new();
	struct steer_sa sa = sa_for("10.9.0.7", 0x1000);

	(void)state;
	steering_add(w.s, &sa);
	assert_string_equal(program_at("w0"), "");
	assert_true(ip("addr add 10.9.0.7/24 dev w0"));
	expect_program(&w, "w0", "native");
	assert_true(ip("addr del 10.9.0.7/24 dev w0"));
	expect_program(&w, "w0", "");
	assert_int_equal(said, 1);
	world_free(&w);
}

static void test_a_device_without_xdp_gets_the_generic_form(void **state)
{
	struct world w = world_new();
	struct steer_sa sa = sa_for("10.9.1.1", 0x1000);

	(void)state;
	if (!ip("link add b0 type bridge") || !ip("addr add 10.9.1.1/24 dev b0")) {
		world_free(&w);
		skip();
	}
	steering_add(w.s, &sa);
	assert_string_equal(program_at("b0"), "generic");
	assert_non_null(strstr(last_said, "generic"));
	world_free(&w);
	assert_string_equal(program_at("b0"), "");
	assert_true(ip("link del b0"));
}

static void test_what_is_refused_is_said_once(void **state)
{
	struct world w = world_new(), other = world_new();
	struct steer_sa a = sa_for("10.9.0.1", 0x1000), b = sa_for("10.9.0.1", 0x1001);

	(void)state;
	/* The second world took the interface of the first away; both mean the new one now. */
	steering_add(other.s, &a);
	assert_string_equal(program_at("w0"), "native");
	said = 0;
	steering_add(w.s, &a);
	steering_add(w.s, &b);
	assert_int_equal(said, 1);
	assert_non_null(strstr(last_said, "another XDP program"));
	assert_int_equal(counted(&w), 0);
	world_free(&w);
	assert_string_equal(program_at("w0"), "native"); /* the other's */
	world_free(&other);
	assert_string_equal(program_at("w0"), "");
}

static void test_vlans_whose_tags_are_taken_off_are_refused(void **state)
{
	struct world w = world_new();
	struct steer_sa sa = sa_for("10.9.5.1", 0x1000);

	(void)state;
	if (!ip("link add link w0 name w0.5 type vlan id 5") ||
	    !ip("addr add 10.9.5.1/24 dev w0.5")) {
		world_free(&w);
		skip();
	}
	steering_add(w.s, &sa);
	assert_string_equal(program_at("w0"), "");
	assert_non_null(strstr(last_said, "rxvlan off"));
	steering_remove(w.s, &sa);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_program_comes_with_the_first_sa_and_goes_with_the_last),
		cmocka_unit_test(test_an_interface_that_goes_and_comes_is_followed),
		cmocka_unit_test(test_an_interface_with_another_name_is_the_same),
		cmocka_unit_test(test_an_address_that_comes_later_is_followed),
		cmocka_unit_test(test_a_device_without_xdp_gets_the_generic_form),
		cmocka_unit_test(test_what_is_refused_is_said_once),
		cmocka_unit_test(test_vlans_whose_tags_are_taken_off_are_refused),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
