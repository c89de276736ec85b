/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-datapath send udp|tcp FROM TO PORT PACKET SECONDS
 * bench-datapath receive udp|tcp ADDRESS PORT
 * bench-datapath report MEASURED JSON TABLE
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bench.h"
#include "datapath/load.h"
#include "datapath/report.h"

static int usage(void)
{
	(void)fputs("usage: bench-datapath send udp|tcp FROM TO PORT PACKET SECONDS\n"
		    "       bench-datapath receive udp|tcp ADDRESS PORT\n"
		    "       bench-datapath report MEASURED JSON TABLE\n",
		    stderr);
	return 2;
}

static long number(const char *text, long min, long max)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end != '\0' || end == text || value < min || value > max)
		bench_die("%s: a number from %ld to %ld is expected", text, min, max);
	return value;
}

static struct sockaddr_in address(const char *text, in_port_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, text, &at.sin_addr) != 1)
		bench_die("%s: an IPv4 address is expected", text);
	return at;
}

static bool is_tcp(const char *text)
{
	if (strcmp(text, "tcp") != 0 && strcmp(text, "udp") != 0)
		bench_die("%s: udp or tcp is expected", text);
	return strcmp(text, "tcp") == 0;
}

int main(int argc, char **argv)
{
	if (argc == 8 && strcmp(argv[1], "send") == 0) {
		struct load load = {
			.tcp = is_tcp(argv[2]),
			.from = address(argv[3], 0),
			.to = address(argv[4], (in_port_t)number(argv[5], 1, 65535)),
			.packet = (int)number(argv[6], LOAD_PACKET_MIN, LOAD_PACKET_MAX),
			.seconds = (int)number(argv[7], 1, LOAD_SECONDS_MAX),
		};

		return load_send(&load);
	}
	if (argc == 5 && strcmp(argv[1], "receive") == 0) {
		struct load load = {
			.tcp = is_tcp(argv[2]),
			.to = address(argv[3], (in_port_t)number(argv[4], 1, 65535)),
		};

		return load_receive(&load);
	}
	if (argc == 5 && strcmp(argv[1], "report") == 0)
		return report(argv[2], argv[3], argv[4]);
	return usage();
}
