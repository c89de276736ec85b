/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "net/address.h"

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

const char *endpoint_print(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX])
{
	char address[ADDRESS_TEXT_MAX];

	address_print(&e->address, address);
	if (e->address.family == AF_INET6)
		snprintf(out, ENDPOINT_TEXT_MAX, "[%s]:UDP/%u", address, e->port);
	else
		snprintf(out, ENDPOINT_TEXT_MAX, "%s:UDP/%u", address, e->port);
	return out;
}

socklen_t endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(e->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(e->port) };

	switch (e->address.family) {
	case AF_INET:
		memcpy(&v4.sin_addr, e->address.ip, sizeof(v4.sin_addr));
		*out = (struct sockaddr_storage) { 0 };
		memcpy(out, &v4, sizeof(v4));
		return sizeof(v4);
	case AF_INET6:
		memcpy(&v6.sin6_addr, e->address.ip, sizeof(v6.sin6_addr));
		*out = (struct sockaddr_storage) { 0 };
		memcpy(out, &v6, sizeof(v6));
		return sizeof(v6);
	default:
		return 0;
	}
}

bool endpoint_from_sockaddr(const struct sockaddr_storage *from, struct endpoint *out)
{
	struct endpoint e = { .address.family = from->ss_family };
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	switch (from->ss_family) {
	case AF_INET:
		memcpy(&v4, from, sizeof(v4));
		memcpy(e.address.ip, &v4.sin_addr, sizeof(v4.sin_addr));
		e.port = ntohs(v4.sin_port);
		break;
	case AF_INET6:
		memcpy(&v6, from, sizeof(v6));
		memcpy(e.address.ip, &v6.sin6_addr, sizeof(v6.sin6_addr));
		e.port = ntohs(v6.sin6_port);
		break;
	default:
		return false;
	}
	*out = e;
	return true;
}
