/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger says after each way a run can end, and what it makes of a bad file. */
#include "kernel_samples.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/kernel/fake.h"
#include "pluto/kernel/ledger.h"

static int new_file(void)
{
	char name[] = "/tmp/test-ledger-XXXXXX";
	int fd = mkostemp(name, O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(unlink(name), 0);
	return fd;
}

static off_t file_size(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_size;
}

static void file_append(int fd, const void *data, size_t len)
{
	assert_int_equal(pwrite(fd, data, len, file_size(fd)), (ssize_t)len);
}

static struct ledger *open_ledger(int fd)
{
	struct ledger *l;

	assert_int_equal(ledger_open(fd, &l), 0);
	return l;
}

static struct kernel_change out_sa(uint32_t spi)
{
	return sample_sa(KERNEL_OUT, spi, KERNEL_CPU_NONE);
}

static void the_next_run_finds_what_was_left(void **state)
{
	int fd = new_file();
	struct ledger *l = open_ledger(fd);
	struct kernel_change sa = out_sa(0xc0ffee01), gone = out_sa(0x2000), c;
	struct kernel_change policy = sample_policy(KERNEL_IN);
	struct kernel_change route = sample_route("192.0.2.0/24");

	(void)state;
	route.route.metric = 17;
	assert_int_equal(ledger_note(l, &sa), 0);
	assert_int_equal(ledger_note(l, &gone), 0);
	assert_int_equal(ledger_note(l, &policy), 0);
	assert_int_equal(ledger_note(l, &route), 0);
	ledger_strike(l, &gone);
	assert_false(ledger_next_stale(l, &c));
	ledger_close(l);

	l = open_ledger(fd);
	assert_int_equal(ledger_count(l), 3);
	assert_true(ledger_next_stale(l, &c));
	assert_int_equal(c.verb, KERNEL_SA_DELETE);
	assert_int_equal(c.sa.direction, KERNEL_OUT);
	assert_int_equal(c.sa.spi, 0xc0ffee01);
	assert_int_equal(c.sa.reqid, SAMPLE_REQID);
	assert_true(address_equal(&c.sa.destination, &sa.sa.destination));
	assert_true(ledger_next_stale(l, &c));
	assert_int_equal(c.verb, KERNEL_POLICY_DELETE);
	assert_int_equal(c.policy.direction, KERNEL_IN);
	assert_int_equal(c.policy.reqid, SAMPLE_REQID);
	assert_int_equal(c.policy.priority, SAMPLE_PRIORITY);
	assert_true(selector_equal(&c.policy.source, &policy.policy.source));
	assert_true(selector_equal(&c.policy.destination, &policy.policy.destination));
	assert_true(ledger_next_stale(l, &c));
	assert_int_equal(c.verb, KERNEL_ROUTE_DELETE);
	assert_int_equal(c.route.metric, 17);
	assert_int_equal(c.route.destination.len, 24);
	assert_false(ledger_next_stale(l, &c));
	ledger_close(l);
	close(fd);
}

static void what_is_noted_again_was_there(void **state)
{
	struct ledger *l = open_ledger(-1);
	struct kernel_change policy = sample_policy(KERNEL_IN);

	(void)state;
	assert_int_equal(ledger_note(l, &policy), 0);
	assert_int_equal(ledger_note(l, &policy), 1);
	policy.policy.priority++;
	assert_int_equal(ledger_note(l, &policy), 1);
	assert_int_equal(ledger_count(l), 1);
	ledger_strike(l, &policy);
	assert_int_equal(ledger_note(l, &policy), 0);
	ledger_close(l);
}

static void a_file_of_history_is_emptied(void **state)
{
	int fd = new_file();
	struct ledger *l = open_ledger(fd);
	struct kernel_change sa = out_sa(0xc0ffee01);

	(void)state;
	assert_int_equal(ledger_note(l, &sa), 0);
	ledger_close(l);
	assert_true(file_size(fd) > 0);
	l = open_ledger(fd);
	ledger_strike(l, &sa);
	assert_true(file_size(fd) > 0);
	ledger_close(l);
	assert_int_equal(file_size(fd), 0);
	close(fd);
}

static void no_key_is_ever_written(void **state)
{
	int fd = new_file();
	struct ledger *l = open_ledger(fd);
	struct kernel_change sa = out_sa(0x1000);
	char text[LEDGER_LINE_MAX] = "";

	(void)state;
	assert_int_equal(ledger_note(l, &sa), 0);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, "+ sa out 192.1.2.23 00001000 | 16389\n");
	ledger_close(l);
	close(fd);
}

static const struct {
	const char *what, *text;
	size_t count;
} files[] = {
	{ "nothing", "", 0 },
	{ "one", "+ sa out 192.1.2.23 c0ffee01 | 7\n", 1 },
	{ "IPv6", "+ sa in 2001:db8::1 c0ffee01 | 7\n", 1 },
	{ "a cut last line", "+ sa out 192.1.2.23 c0ffee01 | 7\n+ sa out 192.1.2.23 c0ffee02 | 7", 1 },
	{ "garbage between", "+ sa out 192.1.2.23 c0ffee01 | 7\nhello\n\n\n+\n+ sa\n"
			     "+ sa out 192.1.2.23 c0ffee02 | 7\n", 2 },
	{ "a clone", "+ sa out 192.1.2.23 c0ffee01 | 7 3 192.1.2.45\n", 1 },
	{ "a clone from nowhere", "+ sa out 192.1.2.23 c0ffee01 | 7 3 2001:db8::1\n", 0 },
	{ "an inbound clone", "+ sa in 192.1.2.23 c0ffee01 | 7 3 192.1.2.45\n", 0 },
	{ "struck", "+ sa out 192.1.2.23 c0ffee01 | 7\n- sa out 192.1.2.23 c0ffee01 |\n", 0 },
	{ "all forgotten", "+ sa out 192.1.2.23 c0ffee01 | 7\n=\n+ route 10.0.0.0/8 0 |\n", 1 },
	{ "killed while it was rewritten", "=\n+ sa out 192.1.2.23 c0ff2.23 c0ffee01 | 7\n"
					   "+ sa out 192.1.2.23 c0ffee02 | 7\n"
					   "=\n+ sa out 192.1.2.23 c0ffee03 | 7\n", 1 },
	{ "said twice", "+ sa out 192.1.2.23 c0ffee01 | 7\n+ sa out 192.1.2.23 c0ffee01 | 8\n", 1 },
	{ "a bad direction", "+ sa fwd 192.1.2.23 c0ffee01 | 7\n+ policy up 1.1.1.1-1.1.1.1 0 0 0 "
			     "1.1.1.1-1.1.1.1 0 0 0 | 1 1\n", 0 },
	{ "a bad address", "+ sa out 192.1.2 c0ffee01 | 7\n", 0 },
	{ "a long SPI", "+ sa out 192.1.2.23 c0ffee0101 | 7\n", 0 },
	{ "a reqid too big", "+ sa out 192.1.2.23 c0ffee01 | 4294967296\n", 0 },
	{ "words too many", "+ sa out 192.1.2.23 c0ffee01 | 7 8\n", 0 },
	{ "no bar", "+ sa out 192.1.2.23 c0ffee01 7\n", 0 },
	{ "a route with host bits", "+ route 10.0.0.1/8 0 |\n", 0 },
	{ "a route's prefix too long", "+ route 10.0.0.0/33 0 |\n", 0 },
	{ "a range that goes down", "+ policy in 10.0.0.2-10.0.0.1 0 0 65535 "
				    "10.0.0.1-10.0.0.1 0 0 65535 | 1 1\n", 0 },
	{ "a range of two families", "+ policy in 10.0.0.2-::1 0 0 65535 "
				     "10.0.0.1-10.0.0.1 0 0 65535 | 1 1\n", 0 },
	{ "selectors of two families", "+ policy in 10.0.0.2-10.0.0.2 0 0 65535 "
				       "::1-::1 0 0 65535 | 1 1\n", 0 },
	{ "a protocol too big", "+ policy in 10.0.0.2-10.0.0.2 256 0 65535 "
				"10.0.0.1-10.0.0.1 0 0 65535 | 1 1\n", 0 },
};

static void a_file_is_read_for_what_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		int fd = new_file();
		struct ledger *l;

		print_message("%s\n", files[i].what);
		file_append(fd, files[i].text, strlen(files[i].text));
		l = open_ledger(fd);
		assert_int_equal(ledger_count(l), files[i].count);
		ledger_close(l);
		close(fd);
	}
}

static void a_line_without_end_and_zeros_are_skipped(void **state)
{
	static const char good[] = "+ sa out 192.1.2.23 c0ffee01 | 7\n";
	static const char zeros[200] = "";
	int fd = new_file();
	struct ledger *l;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		file_append(fd, "+ sa out 192.1.2.23 ", 20);
	file_append(fd, "\n", 1);
	file_append(fd, good, strlen(good));
	file_append(fd, zeros, sizeof(zeros));
	l = open_ledger(fd);
	assert_int_equal(ledger_count(l), 1);
	ledger_close(l);
	close(fd);
}

static void after_a_cut_line_the_next_one_stands_alone(void **state)
{
	int fd = new_file();
	struct kernel_change sa = out_sa(0x3000), c;
	struct ledger *l;

	(void)state;
	file_append(fd, "+ sa out 192.1.2.2", 18);
	l = open_ledger(fd);
	assert_int_equal(ledger_note(l, &sa), 0);
	ledger_close(l);
	l = open_ledger(fd);
	assert_int_equal(ledger_count(l), 1);
	assert_true(ledger_next_stale(l, &c));
	assert_int_equal(c.sa.spi, 0x3000);
	ledger_close(l);
	close(fd);
}

/* Whole but for its end, it was never done: what comes after it must not make it true. */
static void a_cut_line_stays_without_effect(void **state)
{
	static const char lines[] = "+ sa out 192.1.2.23 c0ffee01 | 7\n- sa out 192.1.2.23 c0ffee01 |";
	int fd = new_file();
	struct kernel_change sa = out_sa(0x3000);
	struct ledger *l;

	(void)state;
	file_append(fd, lines, strlen(lines));
	l = open_ledger(fd);
	assert_int_equal(ledger_count(l), 1);
	assert_int_equal(ledger_note(l, &sa), 0);
	ledger_close(l);
	l = open_ledger(fd);
	assert_int_equal(ledger_count(l), 2);
	ledger_close(l);
	close(fd);
}

/* However many come and go, the file stays small, and keeps what stays. */
static void history_is_rewritten(void **state)
{
	int fd = new_file();
	struct ledger *l = open_ledger(fd);
	struct kernel_change kept = out_sa(0x999), c;

	(void)state;
	assert_int_equal(ledger_note(l, &kept), 0);
	for (uint32_t spi = 0x1000; spi < 0x1000 + 20000; spi++) {
		struct kernel_change sa = out_sa(spi);

		assert_int_equal(ledger_note(l, &sa), 0);
		ledger_strike(l, &sa);
		assert_true(file_size(fd) < 200000);
	}
	ledger_close(l);
	l = open_ledger(fd);
	assert_int_equal(ledger_count(l), 1);
	assert_true(ledger_next_stale(l, &c));
	assert_int_equal(c.sa.spi, 0x999);
	ledger_close(l);
	close(fd);
}

/* Nothing goes into the kernel that the next run would not know of. */
static void what_cannot_be_written_is_not_made(void **state)
{
	int fd = open("/dev/null", O_RDONLY);
	struct ledger *l = open_ledger(fd);
	struct fake_config config = { .cpus = 1, .ledger = l };
	struct kernel_backend *k = kernel_fake_new(&config);
	struct kernel_change sa = out_sa(0x1000);

	(void)state;
	kernel_apply(k, &sa, 1);
	assert_int_equal(sa.result, -EBADF);
	assert_non_null(strstr(sa.text, "ledger"));
	assert_int_equal(fake_sa_count(k), 0);
	assert_int_equal(ledger_count(l), 0);
	kernel_free(k);
	ledger_close(l);
	close(fd);
}

static void changes_are_noted_and_struck(void **state)
{
	struct ledger *l = open_ledger(-1);
	struct fake_config config = { .cpus = 2, .per_cpu = true, .ledger = l };
	struct kernel_backend *k = kernel_fake_new(&config);
	struct kernel_change gone = out_sa(0x1000);

	(void)state;
	assert_int_equal(sample_apply(k, out_sa(0x1000)), 0);
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(ledger_count(l), 2);
	/* What is there already is still ours when it cannot be made twice. */
	assert_int_equal(sample_apply(k, out_sa(0x1000)), -EEXIST);
	assert_int_equal(ledger_count(l), 2);
	fake_refuse(k, 1, -ENOMEM, "");
	assert_int_equal(sample_apply(k, out_sa(0x1001)), -ENOMEM);
	assert_int_equal(ledger_count(l), 2);
	gone.verb = KERNEL_SA_DELETE;
	assert_int_equal(sample_apply(k, gone), 0);
	assert_int_equal(ledger_count(l), 1);
	kernel_free(k);
	ledger_close(l);
}

/*
 * The run before left two SAs, two policies and a route. Since then somebody else has taken
 * over one SPI, and this run has set one of the policies again.
 */
static void stale_objects_go_and_nothing_else(void **state)
{
	int fd = new_file();
	struct ledger *l = open_ledger(fd);
	struct fake_config config = { .cpus = 2, .per_cpu = true, .ledger = l };
	struct kernel_backend *k = kernel_fake_new(&config);
	struct kernel_change foreign = out_sa(0x2000);

	(void)state;
	assert_int_equal(sample_apply(k, out_sa(0x1000)), 0);
	assert_int_equal(sample_apply(k, out_sa(0x2000)), 0);
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_IN)), 0);
	assert_int_equal(sample_apply(k, sample_route("192.0.2.0/24")), 0);

	/* Killed. Nobody writes down what others do. */
	ledger_close(l);
	fake_set_ledger(k, NULL);
	foreign.verb = KERNEL_SA_DELETE;
	assert_int_equal(sample_apply(k, foreign), 0);
	foreign.verb = KERNEL_SA_ADD;
	foreign.sa.reqid++;
	assert_int_equal(sample_apply(k, foreign), 0);

	l = open_ledger(fd);
	assert_int_equal(ledger_count(l), 5);
	fake_set_ledger(k, l);
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(kernel_remove_stale(k), 3);
	assert_int_equal(fake_sa_count(k), 1);
	assert_int_equal(fake_sa_at(k, 0)->sa.spi, 0x2000);
	assert_int_equal(fake_policy_count(k), 1);
	assert_int_equal(fake_policy_at(k, 0)->direction, KERNEL_OUT);
	assert_int_equal(fake_route_count(k), 0);
	assert_int_equal(ledger_count(l), 1);
	assert_int_equal(kernel_remove_stale(k), 0);
	kernel_free(k);
	ledger_close(l);
	close(fd);
}

/* A prototype of 2019 finds a clone only with its CPU and source, so the ledger has them. */
static void stale_clones_of_2019_go_too(void **state)
{
	int fd = new_file();
	struct ledger *l = open_ledger(fd);
	struct fake_config config = { .cpus = 2, .per_cpu = true, .pcpu_2 = true, .ledger = l };
	struct kernel_backend *k = kernel_fake_new(&config);
	struct kernel_change head = out_sa(0x1000);

	(void)state;
	head.sa.clone_head = true;
	assert_int_equal(sample_apply(k, head), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0x1001, 0)), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0x1002, 1)), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_IN, 0x1003, 1)), 0);
	ledger_close(l);
	l = open_ledger(fd);
	fake_set_ledger(k, l);
	assert_int_equal(kernel_remove_stale(k), 4);
	assert_int_equal(fake_sa_count(k), 0);
	kernel_free(k);
	ledger_close(l);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_run_finds_what_was_left),
		cmocka_unit_test(what_is_noted_again_was_there),
		cmocka_unit_test(a_file_of_history_is_emptied),
		cmocka_unit_test(no_key_is_ever_written),
		cmocka_unit_test(a_file_is_read_for_what_it_says),
		cmocka_unit_test(a_line_without_end_and_zeros_are_skipped),
		cmocka_unit_test(after_a_cut_line_the_next_one_stands_alone),
		cmocka_unit_test(a_cut_line_stays_without_effect),
		cmocka_unit_test(history_is_rewritten),
		cmocka_unit_test(what_cannot_be_written_is_not_made),
		cmocka_unit_test(changes_are_noted_and_struck),
		cmocka_unit_test(stale_objects_go_and_nothing_else),
		cmocka_unit_test(stale_clones_of_2019_go_too),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
