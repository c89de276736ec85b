/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/bytes.h"

/*
 * Heap memory that is always there: when the system has none left these abort,
 * and the service manager starts us again. What outsiders can make us keep is
 * admitted against budgets long before.
 */
void *mem_new(size_t size);                          /* zeroed */
void *mem_new_array(size_t count, size_t size);      /* zeroed; aborts on overflow */
void *mem_grow(void *old, size_t count, size_t size); /* as realloc(); new part not zeroed */
char *mem_text(const char *text);                    /* copy; NULL gives NULL */
void mem_free(void *ptr);                            /* NULL is fine */

/* Overwrites in a way that the compiler keeps. */
void mem_wipe(void *ptr, size_t len);

#define NEW(type) ((type *)mem_new(sizeof(type)))

#endif
