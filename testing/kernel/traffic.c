/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets, and what the kernel says because of them. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

enum { PORT = 5000, WAIT_MS = 3000 };

int udp_socket(void)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "192.0.1.254", &from.sin_addr);
	if (fd < 0 || bind(fd, (const void *)&from, sizeof(from)) < 0)
		abort();
	return fd;
}

/* One datagram to a host of the net behind the peer; 0 or -errno. */
static int udp_send_to(int fd, uint8_t host)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	to.sin_addr.s_addr = htonl(0xc0000200u | host);
	return sendto(fd, "hello", 5, MSG_DONTWAIT, (const void *)&to, sizeof(to)) < 0 ? -errno : 0;
}

int udp_send(int fd)
{
	return udp_send_to(fd, 254);
}

void run_on(uint32_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		abort();
}

static uint64_t packets_of(struct kernel_backend *k, uint32_t spi)
{
	struct kernel_change c = sa_change(KERNEL_OUT, spi, KERNEL_CPU_NONE);

	apply(k, &c, KERNEL_SA_QUERY);
	check_result(&c, 0, "an SA can be asked for its packets");
	return c.counters.packets;
}

/* A policy that names an SA has no other choice, whatever SAs are bound to the CPU. */
static void check_named(struct kernel_backend *k, int fd)
{
	struct kernel_change c = policy_change(KERNEL_OUT);
	uint64_t before[2] = { packets_of(k, 0x1000), packets_of(k, 0x1001) };

	run_on(0);
	c.policy.spi = 0x1000;
	apply(k, &c, KERNEL_POLICY_SET);
	check_result(&c, 0, "a policy that names an SA");
	check(udp_send(fd) == 0, "a packet goes out through the SA that is named", "it did not");
	c.policy.spi = 0;
	apply(k, &c, KERNEL_POLICY_SET);
	check_result(&c, 0, "a policy that names none any more");
	check(udp_send(fd) == 0, "a packet goes out through the CPU's own SA", "it did not");
	check(packets_of(k, 0x1000) == before[0] + 1 && packets_of(k, 0x1001) == before[1] + 1,
	      "one packet each", "they went elsewhere");
}

/* SAs for any CPU, for CPU 0 and for CPU 1; from each CPU it sends one more packet than its id. */
static void check_cpus(struct kernel_backend *k, const struct kernel_facts *facts)
{
	uint64_t expected[3] = { 0 };
	int fd = udp_socket();

	for (uint32_t i = 0; i < 3; i++) {
		struct kernel_change c =
			sa_change(KERNEL_OUT, 0x1000 + i, i == 0 ? KERNEL_CPU_NONE : i - 1);

		apply(k, &c, KERNEL_SA_ADD);
		check_result(&c, 0, "SAs for CPUs");
	}
	for (uint32_t i = 0; i < facts->online_count; i++) {
		uint32_t cpu = facts->online[i];

		run_on(cpu);
		for (uint32_t n = 0; n <= cpu; n++)
			check(udp_send(fd) == 0, "a packet goes out through an SA", "it did not");
		expected[cpu < 2 ? cpu + 1 : 0] += cpu + 1;
	}
	for (uint32_t i = 0; i < 3; i++) {
		char detail[64];

		snprintf(detail, sizeof(detail), "SA %u: %u packets expected", i,
			 (unsigned)expected[i]);
		check(packets_of(k, 0x1000 + i) == expected[i], "each CPU its own SA", detail);
	}
	check_named(k, fd);
	for (uint32_t i = 0; i < 3; i++) {
		struct kernel_change c = sa_change(KERNEL_OUT, 0x1000 + i, KERNEL_CPU_NONE);

		apply(k, &c, KERNEL_SA_DELETE);
	}
	close(fd);
}

struct heard {
	unsigned acquires, expires, lost;
	uint32_t spi;
	struct kernel_acquire acquire;
};

static void hear_acquire(void *context, const struct kernel_acquire *acquire)
{
	struct heard *h = context;

	h->acquires++;
	h->acquire = *acquire;
}

static void hear_expire(void *context, uint32_t spi, const struct address *destination, bool hard)
{
	struct heard *h = context;

	(void)destination;
	h->expires += hard;
	h->spi = spi;
}

static void hear_mapping(void *context, uint32_t spi, const struct address *destination,
			 const struct endpoint *from)
{
	(void)context;
	(void)spi;
	(void)destination;
	(void)from;
}

static void hear_lost(void *context)
{
	struct heard *h = context;

	h->lost++;
}

static struct heard hear(struct kernel_backend *k, const char *what)
{
	struct heard h = { 0 };
	struct kernel_events events = { .context = &h,
					.on_acquire = hear_acquire,
					.on_expire = hear_expire,
					.on_mapping = hear_mapping,
					.on_lost = hear_lost };
	struct pollfd p = { .fd = kernel_event_fd(k), .events = POLLIN };

	check(poll(&p, 1, WAIT_MS) == 1, what, "no event");
	while (poll(&p, 1, 0) == 1)
		kernel_read_events(k, &events);
	return h;
}

/* What udp_send() has sent. */
static void check_packet(int fd, const struct traffic_packet *packet)
{
	struct sockaddr_in own;
	socklen_t len = sizeof(own);
	char want[SELECTOR_TEXT_MAX], text[SELECTOR_TEXT_MAX];

	if (getsockname(fd, (void *)&own, &len) < 0)
		abort();
	snprintf(want, sizeof(want), "192.0.1.254/32/UDP/%u", ntohs(own.sin_port));
	selector_print(&packet->local, text);
	check(strcmp(text, want) == 0, "an acquire names the packet's source", text);
	selector_print(&packet->remote, text);
	check(strcmp(text, "192.0.2.254/32/UDP/5000") == 0,
	      "an acquire names the packet's destination", text);
}

static void check_acquire(struct kernel_backend *k)
{
	int fd = udp_socket();
	struct heard h;

	udp_send(fd);
	h = hear(k, "a trap makes an acquire");
	check(h.acquires == 1, "a trap makes one acquire", "not one");
	check(h.acquire.reqid == REQID, "an acquire names the policy's reqid", "another");
	check_packet(fd, &h.acquire.packet);
	close(fd);
}

static void check_expire(struct kernel_backend *k)
{
	struct kernel_change c = sa_change(KERNEL_OUT, 0x2000, KERNEL_CPU_NONE);
	int fd = udp_socket();
	struct heard h;

	c.sa.hard_packets = 2;
	apply(k, &c, KERNEL_SA_ADD);
	check_result(&c, 0, "an SA with a limit");
	check(udp_send(fd) == 0 && udp_send(fd) == 0, "up to the limit", "refused");
	udp_send(fd);
	h = hear(k, "the limit makes an expire");
	check(h.expires == 1 && h.spi == 0x2000, "an expire names its SA", "another");
	apply(k, &c, KERNEL_SA_QUERY);
	check_result(&c, -ESRCH, "an expired SA is gone");
	close(fd);
}

/* More acquires than the socket holds, each for another host; and then one more. */
static void check_flood(struct kernel_backend *k)
{
	struct kernel_change c = policy_change(KERNEL_OUT);
	int fd = udp_socket(), little = 1;
	struct heard h;

	c.policy.mode = TYPE_TRANSPORT;
	c.policy.source = net("192.0.1.254/32");
	c.policy.priority = PRIORITY - 1;
	apply(k, &c, KERNEL_POLICY_SET);
	check_result(&c, 0, "a trap for every host");
	if (setsockopt(kernel_event_fd(k), SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)) < 0)
		abort();
	for (uint8_t host = 1; host < 200; host++)
		udp_send_to(fd, host);
	h = hear(k, "a flood makes acquires");
	check(h.acquires > 0 && h.acquires < 199, "a flood is more than fits", "it fits");
	check(h.lost > 0, "what was lost is told", "it is not");
	udp_send_to(fd, 201);
	h = hear(k, "after a flood a trap makes an acquire");
	check(h.acquires == 1 && h.lost == 0, "after a flood all is as before", "it is not");
	apply(k, &c, KERNEL_POLICY_DELETE);
	close(fd);
}

static void check_sockets(struct kernel_backend *k)
{
	struct kernel_change c = policy_change(KERNEL_OUT);
	int fd = udp_socket(), fd6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	c.policy.kind = POLICY_BLOCK;
	apply(k, &c, KERNEL_POLICY_SET);
	check(udp_send(fd) < 0, "a block blocks", "it did not");
	check(kernel_bypass_socket(k, fd, AF_INET) == 0, "a socket's bypass", "refused");
	check(udp_send(fd) == 0, "a socket with a bypass passes a block", "it did not");
	check(kernel_encapsulate_socket(k, fd) == 0, "ESP in UDP", "refused");
	check(fd6 >= 0 && kernel_bypass_socket(k, fd6, AF_INET6) == 0, "an IPv6 socket's bypass",
	      "refused");
	check(kernel_encapsulate_socket(k, fd6) == 0, "ESP in UDP over IPv6", "refused");
	apply(k, &c, KERNEL_POLICY_DELETE);
	close(fd);
	close(fd6);
}

void check_traffic(struct kernel_backend *k, const struct kernel_facts *facts)
{
	struct kernel_change c = policy_change(KERNEL_OUT);

	check_sockets(k);
	apply(k, &c, KERNEL_POLICY_SET);
	check_result(&c, 0, "a trap");
	check_acquire(k);
	check_expire(k);
	if (facts->per_cpu)
		check_cpus(k, facts);
	check_flood(k);
	apply(k, &c, KERNEL_POLICY_DELETE);
}
