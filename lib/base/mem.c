/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static _Noreturn void out_of_memory(void)
{
	fputs("out of memory\n", stderr);
	abort();
}

/* The C library may answer NULL when asked for nothing. */
static size_t at_least_one(size_t size)
{
	return size ? size : 1;
}

static size_t total_size(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory();
	return at_least_one(total);
}

void *mem_new(size_t size)
{
	void *ptr = calloc(1, at_least_one(size));

	if (!ptr)
		out_of_memory();
	return ptr;
}

void *mem_new_array(size_t count, size_t size)
{
	return mem_new(total_size(count, size));
}

void *mem_grow(void *old, size_t count, size_t size)
{
	void *ptr = realloc(old, total_size(count, size));

	if (!ptr)
		out_of_memory();
	return ptr;
}

char *mem_text(const char *text)
{
	size_t size;

	if (!text)
		return NULL;
	size = strlen(text) + 1;
	return memcpy(mem_new(size), text, size);
}

void mem_free(void *ptr)
{
	free(ptr);
}

void mem_wipe(void *ptr, size_t len)
{
	if (len)
		explicit_bzero(ptr, len);
}
