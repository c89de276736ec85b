/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE_ROOM = 8 << 20 };

static volatile sig_atomic_t told_to_stop;

struct received {
	uint64_t count, late;
	uint64_t on_cpu[LOAD_CPUS_MAX];
};

static void on_term(int signal)
{
	(void)signal;
	told_to_stop = 1;
}

static int fail(const char *what)
{
	(void)fprintf(stderr, "datapath: %s: %s\n", what, strerror(errno));
	return 1;
}

/* The kernel notes the CPU for connected sockets only. */
static void note_cpu(int fd, struct received *r)
{
	socklen_t len = sizeof(int);
	int cpu;

	if (getsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, &len) == 0 && cpu >= 0 &&
	    cpu < LOAD_CPUS_MAX)
		r->on_cpu[cpu]++;
}

static bool connect_to_first(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char byte;

	return recvfrom(fd, &byte, 1, MSG_PEEK, (void *)&from, &len) > 0 &&
	       connect(fd, (const void *)&from, len) == 0;
}

static void receive_datagrams(int fd, struct received *r)
{
	uint32_t next = 0;

	for (;;) {
		/* What is there by the time it is told to stop counts. */
		int flags = told_to_stop ? MSG_DONTWAIT : 0;
		uint32_t number;

		if (recv(fd, &number, sizeof(number), flags) < (ssize_t)sizeof(number)) {
			if (told_to_stop)
				return;
			continue;
		}
		note_cpu(fd, r);
		r->count++;
		number = ntohl(number);
		if (number < next)
			r->late++;
		else
			next = number + 1;
	}
}

static void receive_bytes(int fd, struct received *r)
{
	static uint8_t block[1 << 16];
	ssize_t n;

	while ((n = recv(fd, block, sizeof(block), 0)) > 0) {
		note_cpu(fd, r);
		r->count += (uint64_t)n;
	}
}

static int accept_one(int fd)
{
	int one;

	if (listen(fd, 1) != 0)
		return -1;
	one = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	(void)close(fd);
	return one;
}

static void print_received(const struct received *r)
{
	(void)printf("received %" PRIu64 " late %" PRIu64, r->count, r->late);
	for (int cpu = 0; cpu < LOAD_CPUS_MAX; cpu++)
		if (r->on_cpu[cpu] != 0)
			(void)printf(" %d:%" PRIu64, cpu, r->on_cpu[cpu]);
	(void)printf("\n");
}

int load_receive(const struct load *load)
{
	static struct received r;
	struct sigaction action = { .sa_handler = on_term };
	int room = RECEIVE_ROOM, yes = 1;
	int fd = socket(AF_INET, (load->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	(void)sigaction(SIGTERM, &action, NULL);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0 ||
	    bind(fd, (const void *)&load->to, sizeof(load->to)) != 0)
		return fail("cannot listen");
	if (load->tcp)
		fd = accept_one(fd);
	if (fd >= 0 && load->tcp)
		receive_bytes(fd, &r);
	else if (fd >= 0 && connect_to_first(fd))
		receive_datagrams(fd, &r);
	print_received(&r);
	return 0;
}
