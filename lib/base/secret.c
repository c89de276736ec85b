/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"

struct secret secret_new(size_t len)
{
	return (struct secret) { len ? mem_new(len) : NULL, len };
}

struct secret secret_copy(struct bytes from)
{
	struct secret s = secret_new(from.len);

	if (from.len)
		memcpy(s.ptr, from.ptr, from.len);
	return s;
}

void secret_done(struct secret *s)
{
	mem_wipe(s->ptr, s->len);
	mem_free(s->ptr);
	*s = (struct secret) { 0 };
}

struct secret secret_take(struct secret *from)
{
	struct secret s = *from;

	*from = (struct secret) { 0 };
	return s;
}
