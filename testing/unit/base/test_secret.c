/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secrets leave nothing behind. The heap is replaced by one that looks, whenever a
 * block is given back, whether anything is still in it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/secret.h"

struct block {
	size_t size;
	uint8_t bytes[];
};

static size_t blocks_alive, blocks_freed, blocks_dirty;

void *mem_new(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	assert_non_null(block);
	block->size = size;
	blocks_alive++;
	return block->bytes;
}

void mem_free(void *ptr)
{
	struct block *block;
	bool dirty = false;

	if (!ptr)
		return;
	block = (struct block *)(void *)((uint8_t *)ptr - offsetof(struct block, bytes));
	for (size_t i = 0; i < block->size; i++)
		dirty |= block->bytes[i] != 0;
	blocks_dirty += dirty;
	blocks_freed++;
	blocks_alive--;
	free(block);
}

void mem_wipe(void *ptr, size_t len)
{
	if (len)
		memset(ptr, 0, len);
}

static int start_counting(void **state)
{
	(void)state;
	blocks_alive = blocks_freed = blocks_dirty = 0;
	return 0;
}

static void the_looking_heap_sees_what_is_left(void **state)
{
	uint8_t *block = mem_new(3);

	(void)state;
	block[2] = 1;
	mem_free(block);
	assert_int_equal(blocks_dirty, 1);
}

static void new_is_zeroed_and_of_that_length(void **state)
{
	static const uint8_t zeros[32];
	struct secret s = secret_new(32);

	(void)state;
	assert_int_equal(s.len, 32);
	assert_memory_equal(s.ptr, zeros, 32);
	assert_ptr_equal(secret_bytes(&s).ptr, s.ptr);
	assert_int_equal(secret_bytes(&s).len, 32);
	memset(s.ptr, 0x55, 32);
	secret_done(&s);
	assert_null(s.ptr);
	assert_int_equal(s.len, 0);
	assert_int_equal(blocks_freed, 1);
	assert_int_equal(blocks_dirty, 0);
	secret_done(&s);
}

static void copy_is_independent_of_its_source(void **state)
{
	uint8_t source[] = { 1, 2, 3 };
	struct secret s = secret_copy(BYTES_OF(source));

	(void)state;
	source[0] = 9;
	assert_int_equal(s.len, 3);
	assert_memory_equal(s.ptr, "\1\2\3", 3);
	secret_done(&s);
	assert_int_equal(blocks_alive, 0);
	assert_int_equal(blocks_dirty, 0);
}

static void empty_ones_need_no_memory(void **state)
{
	struct secret zero = { 0 }, none = secret_new(0), copy = secret_copy(bytes_at(NULL, 0));

	(void)state;
	assert_int_equal(zero.len + none.len + copy.len, 0);
	assert_int_equal(secret_bytes(&zero).len, 0);
	secret_done(&zero);
	secret_done(&none);
	secret_done(&copy);
	assert_int_equal(blocks_alive + blocks_freed, 0);
}

static void take_moves_without_a_copy(void **state)
{
	struct secret from = secret_copy(bytes_of_text("key")), to;
	const uint8_t *ptr = from.ptr;

	(void)state;
	to = secret_take(&from);
	assert_null(from.ptr);
	assert_int_equal(from.len, 0);
	assert_ptr_equal(to.ptr, ptr);
	assert_int_equal(to.len, 3);
	secret_done(&from);
	assert_memory_equal(to.ptr, "key", 3);
	secret_done(&to);
	assert_int_equal(blocks_alive, 0);
	assert_int_equal(blocks_dirty, 0);
}

static void wiped_buffer_leaves_nothing_even_of_what_was_cut_off_or_outgrown(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		write_text(&b, "secret");
	buffer_truncate(&b, 10);
	write_format(&b, "%s", "more");
	buffer_clear(&b);
	buffer_wipe(&b);
	assert_true(blocks_freed > 1);
	assert_int_equal(blocks_alive, 0);
	assert_int_equal(blocks_dirty, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_looking_heap_sees_what_is_left, start_counting),
		cmocka_unit_test_setup(new_is_zeroed_and_of_that_length, start_counting),
		cmocka_unit_test_setup(copy_is_independent_of_its_source, start_counting),
		cmocka_unit_test_setup(empty_ones_need_no_memory, start_counting),
		cmocka_unit_test_setup(take_moves_without_a_copy, start_counting),
		cmocka_unit_test_setup(
			wiped_buffer_leaves_nothing_even_of_what_was_cut_off_or_outgrown,
			start_counting),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
