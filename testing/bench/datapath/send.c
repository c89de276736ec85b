/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bench.h"

static int fail(const char *what)
{
	(void)fprintf(stderr, "datapath: %s: %s\n", what, strerror(errno));
	return 1;
}

static int connected(const struct load *load)
{
	int fd = socket(AF_INET, (load->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (const void *)&load->from, sizeof(load->from)) != 0 ||
	    connect(fd, (const void *)&load->to, sizeof(load->to)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static uint64_t send_datagrams(int fd, size_t len, double until)
{
	uint8_t datagram[LOAD_PACKET_MAX] = { 0 };
	uint64_t sent = 0;

	while (bench_wall() < until) {
		uint32_t number = htonl((uint32_t)sent);

		memcpy(datagram, &number, sizeof(number));
		/* What the kernel has no room for now is not on its way. */
		if (send(fd, datagram, len, 0) == (ssize_t)len)
			sent++;
	}
	return sent;
}

static uint64_t send_bytes(int fd, double until)
{
	static const uint8_t block[1 << 16];
	uint64_t sent = 0;

	while (bench_wall() < until) {
		ssize_t n = send(fd, block, sizeof(block), 0);

		if (n <= 0)
			break;
		sent += (uint64_t)n;
	}
	return sent;
}

static uint32_t repeated(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 ? info.tcpi_total_retrans : 0;
}

int load_send(const struct load *load)
{
	int fd = connected(load);
	double until = bench_wall() + load->seconds;
	uint64_t sent;
	uint32_t again = 0;

	if (fd < 0)
		return fail("cannot connect");
	if (load->tcp) {
		sent = send_bytes(fd, until);
		again = repeated(fd);
	} else {
		sent = send_datagrams(fd, (size_t)load->packet - LOAD_HEADERS, until);
	}
	(void)printf("sent %" PRIu64 " again %" PRIu32 "\n", sent, again);
	(void)close(fd);
	return 0;
}
