/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/udp/socket.h"

/* Room for a burst of handshakes; the default holds about 250 datagrams. */
enum { RECEIVE_BUFFER = 4 * 1024 * 1024 };

struct udp *udp_new(const struct udp_config *config)
{
	struct udp *udp = NEW(struct udp);

	udp->config = *config;
	udp->room = mem_new_array(RECEIVE_BATCH, sizeof(*udp->room));
	held_init(udp);
	return udp;
}

static void socket_free(struct udp_socket *s)
{
	for (int i = 0; i < SOCKETS_EACH; i++) {
		if (s->event[i])
			event_free(s->event[i]);
		if (s->fd[i] >= 0)
			close(s->fd[i]);
	}
	mem_free(s);
}

void udp_free(struct udp *udp)
{
	if (!udp)
		return;
	for (size_t i = 0; i < udp->count; i++)
		socket_free(udp->sockets[i]);
	held_done(udp);
	mem_free(udp->room);
	mem_free(udp);
}

size_t udp_socket_count(const struct udp *udp)
{
	return udp->count;
}

static struct udp_socket *socket_find(const struct udp *udp, const struct endpoint *local)
{
	for (size_t i = 0; i < udp->count; i++)
		if (endpoint_equal(&udp->sockets[i]->local, local))
			return udp->sockets[i];
	return NULL;
}

/*
 * IKE messages may be larger than the path's MTU: let them be fragmented on their way. Both options
 * here may be missing in a kernel without harm.
 */
static void set_options(int fd, uint16_t family)
{
	int dont = IP_PMTUDISC_DONT, size = RECEIVE_BUFFER, yes = 1;

	if (family == AF_INET) {
		setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof(dont));
	} else {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
		setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &dont, sizeof(dont));
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/* The policies go in before the first datagram can. */
static int prepare_one(struct udp_socket *s, int which)
{
	const struct udp_config *config = &s->udp->config;
	uint16_t family = s->local.address.family;

	s->fd[which] = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	if (s->fd[which] < 0)
		return -errno;
	set_options(s->fd[which], family);
	return config->prepare(config->context, s->fd[which], family, s->nat);
}

static int listen_on(struct udp_socket *s, int which)
{
	if (s->fd[which] < 0)
		return 0;
	s->event[which] = event_new(s->udp->config.base, s->fd[which], EV_READ | EV_PERSIST,
				    on_readable, s);
	return s->event[which] && !event_add(s->event[which], NULL) ? 0 : -ENOMEM;
}

/* One is enough where there are no descriptors for more. */
static void drop_first(struct udp_socket *s)
{
	if (s->fd[SOCKET_FIRST] >= 0)
		close(s->fd[SOCKET_FIRST]);
	s->fd[SOCKET_FIRST] = -1;
}

static int prepare_and_bind(struct udp_socket *s)
{
	int failed = prepare_one(s, SOCKET_REST);

	if (!failed && prepare_one(s, SOCKET_FIRST))
		drop_first(s);
	if (!failed)
		failed = bind_socket(s);
	if (!failed && s->fd[SOCKET_FIRST] >= 0 && split_socket(s))
		drop_first(s);
	for (int i = 0; i < SOCKETS_EACH && !failed; i++)
		failed = listen_on(s, i);
	return failed;
}

static void tell_not_opened(const struct udp_socket *s, int failed)
{
	char where[ENDPOINT_TEXT_MAX], text[ENDPOINT_TEXT_MAX + 128];

	snprintf(text, sizeof(text), "cannot listen on %s: %s%s", endpoint_print(&s->local, where),
		 strerror(-failed),
		 failed == -EADDRINUSE ? "; is another IKE daemon running?" : "");
	s->udp->config.on_problem(s->udp->config.context, text);
}

static int socket_open(struct udp *udp, const struct endpoint *local, bool nat)
{
	struct udp_socket *s;
	int failed;

	if (udp->count == UDP_SOCKETS_MAX)
		return -EMFILE;
	s = NEW(struct udp_socket);
	*s = (struct udp_socket) {
		.udp = udp, .local = *local, .nat = nat, .fd = { -1, -1 }, .wanted = true
	};
	failed = prepare_and_bind(s);
	if (failed) {
		tell_not_opened(s, failed);
		socket_free(s);
		return failed;
	}
	udp->sockets[udp->count++] = s;
	return 0;
}

static int socket_want(struct udp *udp, const struct address *address, bool nat)
{
	struct endpoint local = { *address, nat ? udp->config.nat_port : udp->config.port };
	struct udp_socket *s = socket_find(udp, &local);

	if (!s)
		return socket_open(udp, &local, nat);
	s->wanted = true;
	return 0;
}

static bool is_link_local(const struct address *a)
{
	return a->family == AF_INET6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

static bool listens_to(const struct udp *udp, const struct address *a)
{
	const struct address *only = &udp->config.listen;

	if (is_link_local(a) || !address_is_set(a) || address_is_any(a))
		return false;
	return !address_is_set(only) || address_equal(only, a);
}

static void close_unwanted(struct udp *udp)
{
	size_t kept = 0;

	udp->last = NULL;
	for (size_t i = 0; i < udp->count; i++) {
		if (udp->sockets[i]->wanted)
			udp->sockets[kept++] = udp->sockets[i];
		else
			socket_free(udp->sockets[i]);
	}
	udp->count = kept;
}

int udp_set_addresses(struct udp *udp, const struct address *list, size_t count)
{
	int failed, result = 0;

	for (size_t i = 0; i < udp->count; i++)
		udp->sockets[i]->wanted = false;
	for (size_t i = 0; i < count; i++) {
		if (!listens_to(udp, &list[i]))
			continue;
		for (int nat = 0; nat <= 1; nat++) {
			failed = socket_want(udp, &list[i], nat);
			if (failed)
				result = failed;
		}
	}
	close_unwanted(udp);
	return result;
}

static const struct udp_socket *socket_to_send(struct udp *udp, const struct endpoint *from)
{
	if (!udp->last || !endpoint_equal(&udp->last->local, from))
		udp->last = socket_find(udp, from);
	return udp->last;
}

static int send_parts(struct udp *udp, const struct endpoint *from, const struct endpoint *to,
		      bool marked, struct bytes message)
{
	static uint8_t marker[MARKER_LEN];
	const struct udp_socket *s = socket_to_send(udp, from);
	struct sockaddr_storage at;
	struct iovec parts[2];
	struct msghdr m = { .msg_name = &at, .msg_namelen = endpoint_to_sockaddr(to, &at),
			    .msg_iov = parts };

	if (!s || !m.msg_namelen)
		return -EADDRNOTAVAIL;
	if (marked && s->nat)
		parts[m.msg_iovlen++] = (struct iovec) { marker, sizeof(marker) };
	parts[m.msg_iovlen++] = (struct iovec) { (void *)(uintptr_t)message.ptr, message.len };
	return sendmsg(s->fd[SOCKET_REST], &m, MSG_DONTWAIT) < 0 ? -errno : 0;
}

int udp_send(struct udp *udp, const struct endpoint *from, const struct endpoint *to,
	     struct bytes message)
{
	return send_parts(udp, from, to, true, message);
}

int udp_send_keepalive(struct udp *udp, const struct endpoint *from, const struct endpoint *to)
{
	static const uint8_t keepalive[] = { 0xff };

	return send_parts(udp, from, to, false, BYTES_OF(keepalive));
}

static bool has_address(const struct ifaddrs *i, const struct address *address)
{
	struct sockaddr_storage at = { 0 };
	struct endpoint e;

	if (!i->ifa_addr)
		return false;
	if (i->ifa_addr->sa_family == AF_INET)
		memcpy(&at, i->ifa_addr, sizeof(struct sockaddr_in));
	else if (i->ifa_addr->sa_family == AF_INET6)
		memcpy(&at, i->ifa_addr, sizeof(struct sockaddr_in6));
	return endpoint_from_sockaddr(&at, &e) && address_equal(&e.address, address);
}

void udp_interface_of(const struct ifaddrs *all, const struct address *address,
		      char out[IF_NAMESIZE])
{
	*out = 0;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (has_address(i, address)) {
			snprintf(out, IF_NAMESIZE, "%s", i->ifa_name);
			return;
		}
}

struct ifaddrs *udp_interfaces(void)
{
	struct ifaddrs *all;

	return getifaddrs(&all) ? NULL : all;
}

void udp_each(const struct udp *udp,
	      void (*each)(void *context, const char *interface, const struct endpoint *local),
	      void *context)
{
	struct ifaddrs *all = udp_interfaces();
	char name[IF_NAMESIZE];

	for (size_t i = 0; i < udp->count; i++) {
		udp_interface_of(all, &udp->sockets[i]->local.address, name);
		each(context, name, &udp->sockets[i]->local);
	}
	freeifaddrs(all);
}
