/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto tells the keeper about steering: pluto may be somebody else's one day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/steer/message.h"

static struct steer_sa sample(uint16_t family)
{
	struct steer_sa sa = { .spi = 0x12345678, .encapsulated = family == AF_INET6, .cpu = 3,
			       .means = STEERING_XDP };

	assert_true(address_parse(family == AF_INET ? "192.1.2.23" : "2001:db8::23",
				  &sa.destination));
	return sa;
}

static bool same(const struct steer_sa *a, const struct steer_sa *b)
{
	return address_equal(&a->destination, &b->destination) && a->spi == b->spi &&
	       a->encapsulated == b->encapsulated && a->cpu == b->cpu && a->means == b->means;
}

static void test_what_is_written_is_read(void **state)
{
	static const uint16_t families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct steer_sa sa = sample(families[i]), back;
		struct buffer b = { 0 };

		steer_write(&sa, &b);
		assert_true(steer_read(buffer_bytes(&b), &back));
		assert_true(same(&sa, &back));
		buffer_clear(&b);
		steer_end_write(&sa, &b);
		assert_true(steer_end_read(buffer_bytes(&b), &back));
		assert_true(address_equal(&back.destination, &sa.destination));
		assert_int_equal(back.spi, sa.spi);
		assert_int_equal(back.encapsulated, sa.encapsulated);
		buffer_done(&b);
	}
}

static void test_counters_come_one_after_the_other(void **state)
{
	struct steer_sa a = sample(AF_INET), b = sample(AF_INET6), back;
	struct steer_counters counters = { .packets = UINT64_MAX, .bytes = 77 }, found;
	struct buffer body = { 0 };
	struct reader r;

	(void)state;
	steer_counters_write(&a, &counters, &body);
	steer_counters_write(&b, &(struct steer_counters) { 1, 2 }, &body);
	r = (struct reader) { buffer_bytes(&body) };
	assert_true(steer_counters_read(&r, &back, &found));
	assert_true(same(&a, &back));
	assert_int_equal(found.packets, UINT64_MAX);
	assert_int_equal(found.bytes, 77);
	r.left.len--;
	assert_false(steer_counters_read(&r, &back, &found));
	r.left.len++;
	assert_true(steer_counters_read(&r, &back, &found));
	assert_true(same(&b, &back));
	assert_int_equal(r.left.len, 0);
	buffer_done(&body);
}

/* Neither a part of it, nor more than it. */
static void refuse_other_lengths(struct buffer *b,
				 bool (*read)(struct bytes body, struct steer_sa *out))
{
	struct steer_sa untouched = { .spi = 1 }, out = untouched;

	for (size_t len = 0; len < b->len; len++) {
		assert_false(read(bytes_at(b->ptr, len), &out));
		assert_memory_equal(&out, &untouched, sizeof(out));
	}
	write_u8(b, 0);
	assert_false(read(buffer_bytes(b), &out));
	buffer_done(b);
}

static void test_every_other_length_is_refused(void **state)
{
	struct steer_sa sa = sample(AF_INET6);
	struct buffer b = { 0 }, end = { 0 };

	(void)state;
	steer_write(&sa, &b);
	refuse_other_lengths(&b, steer_read);
	steer_end_write(&sa, &end);
	refuse_other_lengths(&end, steer_end_read);
}

static void test_each_field_is_checked(void **state)
{
	/* Of an IPv4 one: length 0, address 1-4, SPI 5-8, in UDP 9, CPU 10-13, means 14. */
	static const struct {
		const char *what;
		size_t at, len;
		uint8_t value;
	} rows[] = {
		{ "an address of three bytes", 0, 1, 3 },
		{ "no address", 0, 1, 0 },
		{ "0.0.0.0", 1, 4, 0 },
		{ "SPI 0", 5, 4, 0 },
		{ "a reserved SPI", 5, 3, 0 },
		{ "neither in UDP nor not", 9, 1, 2 },
		{ "a CPU that nobody has", 11, 2, 0xff },
		{ "steering that is off", 14, 1, STEERING_OFF },
		{ "means that there are not", 14, 1, STEERING_LAST + 1 },
	};
	struct steer_sa sa = sample(AF_INET), out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buffer b = { 0 };

		steer_write(&sa, &b);
		assert_int_equal(b.len, 15);
		memset(b.ptr + rows[i].at, rows[i].value, rows[i].len);
		if (steer_read(buffer_bytes(&b), &out))
			fail_msg("%s was read", rows[i].what);
		buffer_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_counters_come_one_after_the_other),
		cmocka_unit_test(test_every_other_length_is_refused),
		cmocka_unit_test(test_each_field_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
