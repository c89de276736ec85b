/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream: numbered UDP packets, so that each one is accounted for.
 *
 *   stream send FROM TO PORT RATE     sends RATE packets a second until SIGTERM, then prints
 *                                     "sent N failed M": handed to the kernel, and refused by it
 *   stream receive ADDRESS PORT       until SIGTERM, then prints "received N again M CPU:K ...":
 *                                     different numbers that came, packets that came more than
 *                                     once, and for each CPU how many the kernel received on it
 *
 * IPv4. The numbers begin at 0; a stream ends by itself after STREAM_MAX packets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	STREAM_MAX = 1 << 20,
	RATE_MAX = 100000,
	NANOSECONDS = 1000000000,
	RECEIVE_ROOM = 8 << 20,
	CPUS_MAX = 1024
};

static volatile sig_atomic_t told_to_stop;

static void on_signal(int number)
{
	(void)number;
	told_to_stop = 1;
}

/* Without SA_RESTART, so that a wait ends. */
static void watch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static int usage(void)
{
	fprintf(stderr, "usage: stream send FROM TO PORT RATE | stream receive ADDRESS PORT\n");
	return 2;
}

static bool read_number(const char *text, long max, long *out)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < 1 || value > max)
		return false;
	*out = value;
	return true;
}

/* A socket on this address; port 0: any. -1 with a word about it. */
static int open_socket(const char *address, long port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && inet_pton(AF_INET, address, &at.sin_addr) == 1 &&
	    bind(fd, (const void *)&at, sizeof(at)) == 0)
		return fd;
	fprintf(stderr, "stream: %s port %ld: %s\n", address, port, strerror(errno));
	return -1;
}

static void next_moment(struct timespec *when, long rate)
{
	when->tv_nsec += NANOSECONDS / rate;
	if (when->tv_nsec >= NANOSECONDS) {
		when->tv_nsec -= NANOSECONDS;
		when->tv_sec++;
	}
}

static int stream_send(const char *from, const char *to, long port, long rate)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = open_socket(from, 0);
	struct timespec when;
	uint32_t sent = 0, failed = 0;

	if (fd < 0 || inet_pton(AF_INET, to, &peer.sin_addr) != 1)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &when);
	while (!told_to_stop && sent + failed < STREAM_MAX) {
		uint32_t number = htonl(sent);

		if (sendto(fd, &number, sizeof(number), 0, (const void *)&peer, sizeof(peer)) ==
		    (ssize_t)sizeof(number))
			sent++;
		else
			failed++;
		next_moment(&when, rate);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
	}
	printf("sent %" PRIu32 " failed %" PRIu32 "\n", sent, failed);
	close(fd);
	return 0;
}

/* The kernel notes on which CPU it received only for a socket that is connected. */
static void connect_to_sender(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char first;

	if (recvfrom(fd, &first, sizeof(first), MSG_PEEK, (void *)&from, &len) > 0 &&
	    connect(fd, (const void *)&from, len) != 0)
		fprintf(stderr, "stream: cannot be connected: %s\n", strerror(errno));
}

static void note_cpu(int fd, uint32_t on_cpu[CPUS_MAX])
{
	socklen_t len = sizeof(int);
	int cpu;

	if (getsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, &len) == 0 && cpu >= 0 &&
	    cpu < CPUS_MAX)
		on_cpu[cpu]++;
}

static void print_received(uint32_t received, uint32_t again, const uint32_t on_cpu[CPUS_MAX])
{
	printf("received %" PRIu32 " again %" PRIu32, received, again);
	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (on_cpu[cpu] != 0)
			printf(" %d:%" PRIu32, cpu, on_cpu[cpu]);
	}
	printf("\n");
}

static int stream_receive(const char *address, long port)
{
	static bool seen[STREAM_MAX];
	static uint32_t on_cpu[CPUS_MAX];
	int fd = open_socket(address, port), room = RECEIVE_ROOM;
	uint32_t received = 0, again = 0;

	/* A sender that was not scheduled makes up for it in a burst. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
		return 1;
	connect_to_sender(fd);
	for (;;) {
		int flags = told_to_stop ? MSG_DONTWAIT : 0; /* what is there by then counts */
		uint32_t number;

		if (recv(fd, &number, sizeof(number), flags) != (ssize_t)sizeof(number)) {
			if (flags != 0)
				break;
			continue;
		}
		note_cpu(fd, on_cpu);
		number = ntohl(number);
		if (number < STREAM_MAX && !seen[number]) {
			seen[number] = true;
			received++;
		} else {
			again++;
		}
	}
	print_received(received, again, on_cpu);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	long port, rate;

	watch_signals();
	if (argc == 6 && strcmp(argv[1], "send") == 0 && read_number(argv[4], UINT16_MAX, &port) &&
	    read_number(argv[5], RATE_MAX, &rate))
		return stream_send(argv[2], argv[3], port, rate);
	if (argc == 4 && strcmp(argv[1], "receive") == 0 && read_number(argv[3], UINT16_MAX, &port))
		return stream_receive(argv[2], port);
	return usage();
}
