/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "dies.h"

static void assert_contents(const struct buffer *b, const void *expected, size_t len)
{
	assert_int_equal(b->len, len);
	assert_int_equal(buffer_bytes(b).len, len);
	if (len)
		assert_memory_equal(buffer_bytes(b).ptr, expected, len);
}

static void zero_initialised_is_empty_and_ready(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	assert_contents(&b, NULL, 0);
	buffer_clear(&b);
	buffer_truncate(&b, 0);
	buffer_truncate(&b, 7);
	buffer_done(&b);
	buffer_wipe(&b);
	assert_string_equal(buffer_text(&b), "");
	assert_int_equal(b.len, 0);
	buffer_done(&b);
}

static void integers_are_big_endian(void **state)
{
	static const uint8_t expected[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xfe,
					    0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
	struct buffer b = { 0 };

	(void)state;
	write_u8(&b, 0x01);
	write_u16(&b, 0x2345);
	write_u32(&b, 0x6789abcd);
	write_u64(&b, 0xfedcba9876543210);
	assert_contents(&b, expected, sizeof(expected));
	buffer_done(&b);
}

static void extreme_integers_fill_their_width(void **state)
{
	static const uint8_t ones[15] = { 255, 255, 255, 255, 255, 255, 255, 255,
					  255, 255, 255, 255, 255, 255, 255 };
	static const uint8_t zeros[15];
	struct buffer b = { 0 };

	(void)state;
	write_u8(&b, UINT8_MAX);
	write_u16(&b, UINT16_MAX);
	write_u32(&b, UINT32_MAX);
	write_u64(&b, UINT64_MAX);
	assert_contents(&b, ones, sizeof(ones));
	buffer_clear(&b);
	write_u8(&b, 0);
	write_u16(&b, 0);
	write_u32(&b, 0);
	write_u64(&b, 0);
	assert_contents(&b, zeros, sizeof(zeros));
	buffer_done(&b);
}

static void growing_keeps_what_was_written(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 100000; i++)
		write_u8(&b, (uint8_t)(i * 7));
	assert_int_equal(b.len, 100000);
	assert_true(b.capacity < 400000);
	for (unsigned int i = 0; i < 100000; i++)
		assert_int_equal(b.ptr[i], (uint8_t)(i * 7));
	buffer_done(&b);
	assert_null(b.ptr);
	assert_int_equal(b.capacity, 0);
}

static void extend_returns_the_place_of_the_new_bytes(void **state)
{
	struct buffer b = { 0 };
	uint8_t *at;

	(void)state;
	write_text(&b, "ab");
	at = buffer_extend(&b, 300);
	assert_ptr_equal(at, b.ptr + 2);
	memset(at, 'x', 300);
	assert_int_equal(b.len, 302);
	assert_memory_equal(b.ptr, "abxx", 4);
	assert_ptr_equal(buffer_extend(&b, 0), b.ptr + 302);
	assert_int_equal(b.len, 302);
	buffer_done(&b);
}

static void truncate_only_shortens_and_clear_keeps_the_memory(void **state)
{
	struct buffer b = { 0 };
	const uint8_t *before;

	(void)state;
	write_text(&b, "abcdef");
	before = b.ptr;
	buffer_truncate(&b, 7);
	assert_contents(&b, "abcdef", 6);
	buffer_truncate(&b, 6);
	assert_contents(&b, "abcdef", 6);
	buffer_truncate(&b, 2);
	assert_contents(&b, "ab", 2);
	buffer_clear(&b);
	assert_contents(&b, NULL, 0);
	write_text(&b, "z");
	assert_contents(&b, "z", 1);
	assert_ptr_equal(b.ptr, before);
	buffer_done(&b);
}

static void bytes_and_zeros_are_appended_also_when_there_are_none(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	write_bytes(&b, bytes_at(NULL, 0));
	write_text(&b, "");
	write_zeros(&b, 0);
	assert_contents(&b, NULL, 0);
	write_bytes(&b, bytes_at("a\0b", 3));
	write_zeros(&b, 2);
	write_text(&b, "c");
	assert_contents(&b, "a\0b\0\0c", 6);
	buffer_truncate(&b, 0);
	memset(b.ptr, 255, b.capacity);
	write_zeros(&b, 3);
	assert_contents(&b, "\0\0\0", 3);
	buffer_done(&b);
}

static void holes_are_filled_in_place(void **state)
{
	struct buffer b = { 0 };
	size_t first, second;

	(void)state;
	write_u8(&b, 0xaa);
	first = write_hole_u16(&b);
	second = write_hole_u32(&b);
	assert_int_equal(first, 1);
	assert_int_equal(second, 3);
	assert_contents(&b, "\xaa\0\0\0\0\0\0", 7);
	fill_u32(&b, second, 0x01020304);
	fill_u16(&b, first, 0xfeff);
	assert_contents(&b, "\xaa\xfe\xff\x01\x02\x03\x04", 7);
	buffer_done(&b);
}

static void fill_past_the_end_u16(void)
{
	struct buffer b = { 0 };

	write_zeros(&b, 3);
	fill_u16(&b, 2, 1);
}

static void fill_past_the_end_u32(void)
{
	struct buffer b = { 0 };

	write_zeros(&b, 5);
	fill_u32(&b, 2, 1);
}

static void fill_what_is_too_short(void)
{
	struct buffer b = { 0 };

	write_zeros(&b, 3);
	fill_u32(&b, 0, 1);
}

static void extend_beyond_all_memory(void)
{
	struct buffer b = { 0 };

	write_u8(&b, 1);
	buffer_extend(&b, SIZE_MAX);
}

static void mistakes_abort(void **state)
{
	(void)state;
	assert_true(dies(fill_past_the_end_u16));
	assert_true(dies(fill_past_the_end_u32));
	assert_true(dies(fill_what_is_too_short));
	assert_true(dies(extend_beyond_all_memory));
}

static void formats_of_every_length_fit(void **state)
{
	(void)state;
	for (int len = 0; len < 300; len++) {
		struct buffer b = { 0 };

		write_text(&b, "<");
		write_format(&b, "%0*d|", len, 7);
		write_text(&b, ">");
		assert_int_equal(b.len, (len ? len : 1) + 3);
		assert_memory_equal(b.ptr + b.len - 3, "7|>", 3);
		buffer_done(&b);
	}
}

static void text_ends_at_the_contents_and_adds_nothing(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	for (size_t len = 0; len < 200; len++) {
		assert_int_equal(strlen(buffer_text(&b)), len);
		assert_int_equal(b.len, len);
		write_u8(&b, 'x');
	}
	buffer_truncate(&b, 3);
	assert_string_equal(buffer_text(&b), "xxx");
	buffer_wipe(&b);
	assert_null(b.ptr);
	assert_int_equal(b.len + b.capacity, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_initialised_is_empty_and_ready),
		cmocka_unit_test(integers_are_big_endian),
		cmocka_unit_test(extreme_integers_fill_their_width),
		cmocka_unit_test(growing_keeps_what_was_written),
		cmocka_unit_test(extend_returns_the_place_of_the_new_bytes),
		cmocka_unit_test(truncate_only_shortens_and_clear_keeps_the_memory),
		cmocka_unit_test(bytes_and_zeros_are_appended_also_when_there_are_none),
		cmocka_unit_test(holes_are_filled_in_place),
		cmocka_unit_test(mistakes_abort),
		cmocka_unit_test(formats_of_every_length_fit),
		cmocka_unit_test(text_ends_at_the_contents_and_adds_nothing),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
