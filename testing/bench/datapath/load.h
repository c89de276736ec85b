/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_DATAPATH_LOAD_H
#define BENCH_DATAPATH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What is sent through a tunnel to see what it carries: UDP datagrams that are numbered from 0, or a
 * TCP connection, as fast as the sender can, for a while. IPv4.
 */
enum {
	LOAD_SECONDS_MAX = 60,
	LOAD_PACKET_MIN = 32,    /* IPv4, UDP and the number */
	LOAD_PACKET_MAX = 1500,
	LOAD_HEADERS = 28,       /* of IPv4 and UDP */
	LOAD_CPUS_MAX = 1024
};

struct load {
	bool tcp;
	struct sockaddr_in from, to; /* the receiver has `to` only */
	int packet;                  /* bytes of an IPv4 packet; UDP only */
	int seconds;
};

/* Prints "sent N again M": datagrams, or bytes and TCP's repeated segments. 0, or 1 after a message. */
int load_send(const struct load *load);

/*
 * Until SIGTERM, or the end of the connection: prints "received N late M CPU:K ...": what came, how many
 * datagrams came after a later one, and for each CPU how many of them (or of the reads) the kernel had
 * received there. 0, or 1 after a message.
 */
int load_receive(const struct load *load);

#endif
