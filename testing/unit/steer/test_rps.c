/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RPS of an interface, set and given back, in a folder that looks like /sys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pluto/steer/rps.h"
#include "pluto/steer/state.h"

enum { QUEUES = 3, CPUS = 40 };

static char sys[64], ledger_path[96];
static const struct nic_source nobody;
static unsigned said; /* lines of the log */

static void count_lines(const char *format, ...)
{
	(void)format;
	said++;
}

static void put(const char *text, const char *format, ...) PRINTF_LIKE(2, 3);

static void put(const char *text, const char *format, ...)
{
	char name[256], path[384];
	va_list args;
	FILE *file;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	snprintf(path, sizeof(path), "%s/%s", sys, name);
	for (char *slash = path + strlen(sys) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) != 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static const char *mask_of(uint32_t queue)
{
	static char mask[RPS_TEXT_MAX];

	assert_int_equal(rps_read(sys, 7, queue, mask), 0);
	return mask;
}

/* eth1 with index 7, and others around it. */
static int make_sys(void **state)
{
	(void)state;
	strcpy(sys, "/tmp/test_rps.XXXXXX");
	if (mkdtemp(sys) == NULL)
		return -1;
	put("1\n", "class/net/lo/ifindex");
	put("70\n", "class/net/eth10/ifindex");
	put("7\n", "class/net/eth1/ifindex");
	for (uint32_t i = 0; i < QUEUES; i++)
		put("00,00000001\n", "class/net/eth1/queues/rx-%u/rps_cpus", i);
	put("0\n", "class/net/eth1/queues/tx-0/xps_cpus");
	snprintf(ledger_path, sizeof(ledger_path), "%s/pluto.steering", sys);
	said = 0;
	return 0;
}

static int remove_sys(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", sys);
	return system(command);
}

static void test_queues_are_found_by_the_index(void **state)
{
	uint32_t queues[RPS_QUEUES_MAX];

	(void)state;
	assert_int_equal(rps_list_queues(sys, 7, queues), QUEUES);
	assert_int_equal(rps_list_queues(sys, 70, queues), 0);
	assert_int_equal(rps_list_queues(sys, 8, queues), 0);
	assert_string_equal(mask_of(2), "00,00000001");
	assert_int_equal(rps_write(sys, 8, 0, "f"), -ENODEV);
}

static void test_masks(void **state)
{
	bool cpus[CPUS] = { false };
	struct buffer b = { 0 };

	(void)state;
	rps_mask(cpus, 4, &b);
	assert_string_equal(buffer_text(&b), "00000000");
	buffer_clear(&b);
	cpus[0] = cpus[3] = cpus[33] = true;
	rps_mask(cpus, CPUS, &b);
	assert_string_equal(buffer_text(&b), "00000002,00000009");
	assert_true(rps_same(buffer_text(&b), "2,00000009"));
	assert_true(rps_same("0", "00000000,00000000"));
	assert_true(rps_same("f", "00000000,0000000f"));
	assert_false(rps_same("f", "0000000f,00000000"));
	assert_false(rps_same("f", "1f"));
	assert_false(rps_same("0", "1"));
	buffer_done(&b);
}

/* --- SAs --- */

struct world {
	struct event_base *base;
	struct steering *s;
	struct place *p;
	struct steered sas[4];
};

/* Four SAs that come in at eth1, for CPUs 0 to 3. */
static struct world *world_new(void)
{
	struct world *w = NEW(struct world);

	w->base = event_base_new();
	w->s = steering_new(&(struct steering_config) { .base = w->base, .sys = sys, .nic = &nobody,
							.ledger_path = ledger_path,
							.log = count_lines });
	w->s->possible_cpus = CPUS;
	w->s->online = mem_new_array(CPUS, sizeof(bool));
	memset(w->s->online, 1, 8);
	w->p = NEW(struct place);
	w->p->index = 7;
	w->p->xdp = -1;
	list_append(&w->s->places, &w->p->link);
	for (uint32_t i = 0; i < 4; i++) {
		w->sas[i] = (struct steered) { .sa = { .cpu = i, .means = STEERING_RPS },
					       .place = w->p };
		list_append(&w->s->sas, &w->sas[i].link);
		by_rps.enter(w->s, &w->sas[i]);
	}
	by_rps_carry_out(w->s, w->p);
	return w;
}

static void sa_goes(struct world *w, size_t i)
{
	by_rps.leave(w->s, &w->sas[i]);
	list_remove(&w->sas[i].link);
	by_rps_carry_out(w->s, w->p);
}

/* Without a word to /sys, as kill -9 would. */
static void world_dies(struct world *w)
{
	list_init(&w->s->sas);
	list_init(&w->s->places);
	steering_free(w->s);
	event_base_free(w->base);
	mem_free(w->p);
	mem_free(w);
}

static void world_free(struct world *w)
{
	for (size_t i = 0; i < 4; i++)
		if (list_linked(&w->sas[i].link))
			sa_goes(w, i);
	world_dies(w);
}

static void expect_masks(const char *mask)
{
	for (uint32_t i = 0; i < QUEUES; i++)
		if (!rps_same(mask_of(i), mask))
			fail_msg("queue %u has %s, not %s", i, mask_of(i), mask);
}

static unsigned ledger_lines(void)
{
	FILE *file = fopen(ledger_path, "r");
	unsigned lines = 0;
	int sign;

	assert_non_null(file);
	while ((sign = fgetc(file)) != EOF)
		lines += sign == '\n';
	fclose(file);
	return lines;
}

static bool ledger_is_there(void)
{
	return access(ledger_path, F_OK) == 0;
}

static void test_all_queues_get_the_cpus_of_the_sas(void **state)
{
	struct world *w = world_new();

	(void)state;
	expect_masks("f");
	assert_true(ledger_is_there());
	sa_goes(w, 1);
	expect_masks("d");
	assert_int_equal(ledger_lines(), QUEUES);
	w->s->online[3] = false; /* a CPU is away */
	by_rps.settle(w->s, &w->sas[3]);
	by_rps_carry_out(w->s, w->p);
	expect_masks("5");
	world_free(w);
	expect_masks("1");
	assert_false(ledger_is_there());
	assert_int_equal(said, 1);
}

static void test_after_a_crash_the_next_one_gives_back(void **state)
{
	struct world *w = world_new();

	(void)state;
	sa_goes(w, 0);
	world_dies(w);
	expect_masks("e");
	assert_true(ledger_is_there());
	put("2\n", "class/net/eth1/queues/rx-1/rps_cpus"); /* meanwhile, by somebody else */
	w = NEW(struct world);
	w->base = event_base_new();
	w->s = steering_new(&(struct steering_config) { .base = w->base, .sys = sys, .nic = &nobody,
							.ledger_path = ledger_path,
							.log = count_lines });
	assert_string_equal(mask_of(0), "00,00000001");
	assert_string_equal(mask_of(1), "2");
	assert_string_equal(mask_of(2), "00,00000001");
	assert_false(ledger_is_there());
	world_dies(w);
}

static void test_what_cannot_be_given_back_now_stays_in_the_ledger(void **state)
{
	struct world *w = world_new();
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s/class/net/eth1/queues/rx-1/rps_cpus", sys);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	said = 0;
	for (size_t i = 0; i < 4; i++)
		sa_goes(w, i);
	assert_int_equal(ledger_lines(), 1);
	assert_true(said > 0);
	world_dies(w);
	assert_int_equal(rmdir(path), 0);
	put("f\n", "class/net/eth1/queues/rx-1/rps_cpus");
	w = NEW(struct world);
	w->base = event_base_new();
	w->s = steering_new(&(struct steering_config) { .base = w->base, .sys = sys, .nic = &nobody,
							.ledger_path = ledger_path,
							.log = count_lines });
	expect_masks("1");
	assert_false(ledger_is_there());
	world_dies(w);
}

static void test_what_somebody_else_has_set_stays(void **state)
{
	struct world *w = world_new();

	(void)state;
	put("80\n", "class/net/eth1/queues/rx-2/rps_cpus");
	sa_goes(w, 0);
	/* The others have what they had before us; that was said, once. */
	assert_string_equal(mask_of(0), "00,00000001");
	assert_string_equal(mask_of(2), "80");
	assert_false(ledger_is_there());
	assert_int_equal(said, 2);
	sa_goes(w, 1);
	assert_int_equal(said, 2);
	world_free(w);
	assert_string_equal(mask_of(2), "80");
}

/* A driver that fails half-way. */
static void test_a_queue_that_cannot_be_set_undoes_the_others(void **state)
{
	char path[160];
	struct world *w;

	(void)state;
	snprintf(path, sizeof(path), "%s/class/net/eth1/queues/rx-1/rps_cpus", sys);
	assert_int_equal(unlink(path), 0);
	/* Something that looks like a mask and that nobody may write. */
	assert_int_equal(symlink("/proc/sys/kernel/ngroups_max", path), 0);
	w = world_new();
	assert_string_equal(mask_of(0), "00,00000001");
	assert_string_equal(mask_of(2), "00,00000001");
	assert_int_equal(said, 1);
	assert_false(ledger_is_there());
	world_free(w);
	assert_int_equal(said, 1);
}

#define IN_SYS(test) cmocka_unit_test_setup_teardown(test, make_sys, remove_sys)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SYS(test_queues_are_found_by_the_index),
		IN_SYS(test_masks),
		IN_SYS(test_all_queues_get_the_cpus_of_the_sas),
		IN_SYS(test_after_a_crash_the_next_one_gives_back),
		IN_SYS(test_what_cannot_be_given_back_now_stays_in_the_ledger),
		IN_SYS(test_what_somebody_else_has_set_stays),
		IN_SYS(test_a_queue_that_cannot_be_set_undoes_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
