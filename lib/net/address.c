/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "net/address.h"

_Static_assert((int)ADDRESS_TEXT_MAX >= INET6_ADDRSTRLEN, "the longest address fits");

size_t address_len(const struct address *a)
{
	switch (a->family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

struct bytes address_bytes(const struct address *a)
{
	return bytes_at(a->ip, address_len(a));
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && bytes_equal(address_bytes(a), address_bytes(b));
}

bool address_is_set(const struct address *a)
{
	return address_len(a) != 0;
}

bool address_is_any(const struct address *a)
{
	const struct address any = { .family = a->family };

	return address_is_set(a) && address_equal(a, &any);
}

bool address_read(struct bytes raw, struct address *out)
{
	if (raw.len != 4 && raw.len != 16)
		return false;
	*out = (struct address) { .family = raw.len == 4 ? AF_INET : AF_INET6 };
	memcpy(out->ip, raw.ptr, raw.len);
	return true;
}

bool address_parse(const char *text, struct address *out)
{
	struct address a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(a.family, text, a.ip) != 1)
		return false;
	*out = a;
	return true;
}

const char *address_print(const struct address *a, char out[ADDRESS_TEXT_MAX])
{
	if (!address_is_set(a) || !inet_ntop(a->family, a->ip, out, ADDRESS_TEXT_MAX))
		snprintf(out, ADDRESS_TEXT_MAX, "<none>");
	return out;
}
