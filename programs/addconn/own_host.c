/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What depends on the host that we are on: its routes and its addresses. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "addconn/addconn.h"

enum { PROBE_PORT = 500 };

/* The source address that the kernel chooses for the peer; nothing is sent. */
static int source_address(const struct address *peer, struct address *out)
{
	struct endpoint to = { *peer, PROBE_PORT }, from;
	struct sockaddr_storage address;
	socklen_t len = endpoint_to_sockaddr(&to, &address);
	int fd = socket(peer->family, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, len) < 0) {
		error = -errno;
	} else {
		len = sizeof(address);
		if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
			error = -errno;
		else if (!endpoint_from_sockaddr(&address, &from))
			error = -EADDRNOTAVAIL;
		else
			*out = from.address;
	}
	close(fd);
	return error;
}

/* Where a peer of any address may be: documentation addresses, which only a default route has. */
static struct address anywhere(uint16_t family)
{
	static const uint8_t ipv4[4] = { 192, 0, 2, 1 };
	static const uint8_t ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	struct address out = { .family = family == AF_INET6 ? AF_INET6 : AF_INET };

	if (out.family == AF_INET)
		memcpy(out.ip, ipv4, sizeof(ipv4));
	else
		memcpy(out.ip, ipv6, sizeof(ipv6));
	return out;
}

static bool resolve_end(struct conf_end *end, const char *side, const struct conf_end *other,
			struct buffer *why)
{
	struct address peer = other->any_host ? anywhere(other->any_family) : other->host;
	char text[ADDRESS_TEXT_MAX];
	int error;

	if (!end->default_route)
		return true;
	if (!address_is_set(&peer)) {
		write_format(why, "%s=%%defaultroute needs the other end's address", side);
		return false;
	}
	error = source_address(&peer, &end->host);
	if (error) {
		write_format(why, "%s=%%defaultroute: no route to %s: %s", side,
			     other->any_host ? "anywhere" : address_print(&peer, text),
			     strerror(-error));
		return false;
	}
	end->default_route = false;
	if (end->id.type == 0)
		end->id = identity_of_address(&end->host);
	return true;
}

bool default_route_resolve(struct conf_conn *conn, struct buffer *why)
{
	return resolve_end(&conn->left, "left", &conn->right, why) &&
	       resolve_end(&conn->right, "right", &conn->left, why);
}

static bool is_local(void *context, const struct address *a)
{
	const struct ifaddrs *interfaces = context;

	for (const struct ifaddrs *i = interfaces; i; i = i->ifa_next) {
		struct sockaddr_storage address = { 0 };
		struct endpoint own;

		if (!i->ifa_addr)
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			memcpy(&address, i->ifa_addr, sizeof(struct sockaddr_in));
		else if (i->ifa_addr->sa_family == AF_INET6)
			memcpy(&address, i->ifa_addr, sizeof(struct sockaddr_in6));
		if (endpoint_from_sockaddr(&address, &own) && address_equal(&own.address, a))
			return true;
	}
	return false;
}

const char *own_updown(const struct conf_conn *conn)
{
	struct ifaddrs *interfaces = NULL;
	enum conf_orientation o;

	if (!conn->left.updown && !conn->right.updown)
		return NULL;
	if (getifaddrs(&interfaces) < 0)
		interfaces = NULL;
	o = conf_orient(conn, is_local, interfaces);
	if (interfaces)
		freeifaddrs(interfaces);
	if (o == CONF_ORIENTED_LEFT || o == CONF_ORIENTED_RIGHT)
		return conf_local(conn, o)->updown;
	return conn->left.updown ? conn->left.updown : conn->right.updown;
}
