/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/reader.h"

static const uint8_t sample[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xfe,
				  0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10, 0x55 };

static void integers_are_big_endian(void **state)
{
	struct reader r = { BYTES_OF(sample) };
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	(void)state;
	assert_true(read_u8(&r, &u8));
	assert_true(read_u16(&r, &u16));
	assert_true(read_u32(&r, &u32));
	assert_true(read_u64(&r, &u64));
	assert_int_equal(u8, 0x01);
	assert_int_equal(u16, 0x2345);
	assert_int_equal(u32, 0x6789abcd);
	assert_true(u64 == 0xfedcba9876543210);
	assert_int_equal(r.left.len, 1);
	assert_ptr_equal(r.left.ptr, sample + 15);
}

static void all_ones_are_the_maximum(void **state)
{
	static const uint8_t ones[15] = { 255, 255, 255, 255, 255, 255, 255, 255,
					  255, 255, 255, 255, 255, 255, 255 };
	struct reader r = { BYTES_OF(ones) };
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	(void)state;
	assert_true(read_u8(&r, &u8) && read_u16(&r, &u16) && read_u32(&r, &u32) &&
		    read_u64(&r, &u64));
	assert_true(u8 == UINT8_MAX && u16 == UINT16_MAX && u32 == UINT32_MAX &&
		    u64 == UINT64_MAX);
	assert_int_equal(r.left.len, 0);
}

static bool read_three(struct reader *r)
{
	uint8_t copy[3] = { 7, 7, 7 };
	bool ok = read_copy(r, copy, 3);

	assert_int_equal(copy[0], ok ? sample[0] : 7);
	assert_int_equal(copy[2], ok ? sample[2] : 7);
	return ok;
}

static bool read_view_of_five(struct reader *r)
{
	struct bytes view = { NULL, 99 };
	bool ok = read_bytes(r, 5, &view);

	assert_int_equal(view.len, ok ? 5 : 99);
	assert_ptr_equal(view.ptr, ok ? sample : NULL);
	return ok;
}

static bool skip_six(struct reader *r)
{
	return read_skip(r, 6);
}

static bool read_one_u8(struct reader *r)
{
	uint8_t value = 0x77;
	bool ok = read_u8(r, &value);

	assert_int_equal(value, ok ? 0x01 : 0x77);
	return ok;
}

static bool read_one_u16(struct reader *r)
{
	uint16_t value = 0x7777;
	bool ok = read_u16(r, &value);

	assert_int_equal(value, ok ? 0x0123 : 0x7777);
	return ok;
}

static bool read_one_u32(struct reader *r)
{
	uint32_t value = 0x77777777;
	bool ok = read_u32(r, &value);

	assert_int_equal(value, ok ? 0x01234567 : 0x77777777);
	return ok;
}

static bool read_one_u64(struct reader *r)
{
	uint64_t value = 0x7777;
	bool ok = read_u64(r, &value);

	assert_true(value == (ok ? 0x0123456789abcdfe : 0x7777));
	return ok;
}

static const struct {
	size_t width;
	bool (*read)(struct reader *r);
} readers[] = {
	{ 1, read_one_u8 }, { 2, read_one_u16 }, { 3, read_three },   { 4, read_one_u32 },
	{ 6, skip_six },    { 8, read_one_u64 }, { 5, read_view_of_five },
};

static void every_prefix_cut_short_is_refused_and_nothing_moves(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		for (size_t len = 0; len <= sizeof(sample); len++) {
			struct reader r = { bytes_at(sample, len) };
			bool fits = len >= readers[i].width;

			assert_int_equal(readers[i].read(&r), fits);
			assert_ptr_equal(r.left.ptr, sample + (fits ? readers[i].width : 0));
			assert_int_equal(r.left.len, len - (fits ? readers[i].width : 0));
		}
	}
}

static void huge_lengths_are_refused(void **state)
{
	struct reader r = { BYTES_OF(sample) };
	struct bytes view = { NULL, 99 };
	uint8_t copy = 7;

	(void)state;
	assert_false(read_bytes(&r, SIZE_MAX, &view));
	assert_false(read_copy(&r, &copy, SIZE_MAX));
	assert_false(read_skip(&r, SIZE_MAX));
	assert_int_equal(view.len, 99);
	assert_int_equal(copy, 7);
	assert_int_equal(r.left.len, sizeof(sample));
}

static void nothing_can_always_be_read(void **state)
{
	struct reader r = { { NULL, 0 } };
	struct bytes view = { sample, 99 };
	uint8_t value = 7;

	(void)state;
	assert_true(read_bytes(&r, 0, &view));
	assert_int_equal(view.len, 0);
	assert_true(read_copy(&r, NULL, 0));
	assert_true(read_skip(&r, 0));
	assert_false(read_u8(&r, &value));
	assert_int_equal(value, 7);
	assert_int_equal(read_rest(&r).len, 0);
}

static void rest_is_all_that_is_left(void **state)
{
	struct reader r = { BYTES_OF(sample) };
	struct bytes rest;

	(void)state;
	assert_true(read_skip(&r, 10));
	rest = read_rest(&r);
	assert_ptr_equal(rest.ptr, sample + 10);
	assert_int_equal(rest.len, 6);
	assert_int_equal(r.left.len, 0);
	assert_int_equal(read_rest(&r).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_big_endian),
		cmocka_unit_test(all_ones_are_the_maximum),
		cmocka_unit_test(every_prefix_cut_short_is_refused_and_nothing_moves),
		cmocka_unit_test(huge_lengths_are_refused),
		cmocka_unit_test(nothing_can_always_be_read),
		cmocka_unit_test(rest_is_all_that_is_left),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
