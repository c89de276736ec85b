/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/core/blocks.h"

#include <stddef.h>

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *ptr);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *ptr);

static int64_t in_use;

int64_t blocks_in_use(void)
{
	return in_use;
}

void *__wrap_calloc(size_t count, size_t size)
{
	in_use++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	in_use += old == NULL;
	return __real_realloc(old, size);
}

void __wrap_free(void *ptr)
{
	in_use -= ptr != NULL;
	__real_free(ptr);
}
