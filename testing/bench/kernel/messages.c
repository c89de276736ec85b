/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/messages.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "common/bench.h"
#include "pluto/kernel/netlink.h"

enum {
	FILE_MAX = 256 << 20,
	SOCKET_BYTES = 16 << 20,
	ACKS_AT_ONCE = 64,
	ACK_MAX = 512
};

static FILE *record;

/* What is between the backend and libmnl; the linker leads the former's calls here. */
ssize_t __real_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len);

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	static const char padding[NLMSG_ALIGNTO];
	size_t more = NLMSG_ALIGN(len) - len;

	if (record != NULL)
		bench_must(fwrite(buf, 1, len, record) == len &&
				   fwrite(padding, 1, more, record) == more,
			   "the messages cannot be written");
	return __real_mnl_socket_sendto(nl, buf, len);
}

void record_begin(const char *path)
{
	record = fopen(path, "we");
	bench_must(record != NULL, "the file of messages cannot be made");
}

void record_end(void)
{
	bench_must(fclose(record) == 0, "the messages cannot be written");
	record = NULL;
}

static struct nlmsghdr *message_at(const struct messages *m, size_t at)
{
	struct nlmsghdr *h = (void *)(m->raw + at);

	bench_must(m->len - at >= sizeof(*h) && h->nlmsg_len >= sizeof(*h) &&
			   h->nlmsg_len <= m->len - at,
		   "the file of messages is cut");
	return h;
}

void messages_read(const char *path, struct messages *out)
{
	struct messages m = { 0 };
	FILE *f = fopen(path, "re");
	long len;

	bench_must(f != NULL && fseek(f, 0, SEEK_END) == 0, "the messages cannot be read");
	len = ftell(f);
	bench_must(len > 0 && len <= FILE_MAX && fseek(f, 0, SEEK_SET) == 0,
		   "the file of messages is empty or too large");
	m.len = (size_t)len;
	m.raw = mem_new(m.len);
	bench_must(fread(m.raw, 1, m.len, f) == m.len, "the messages cannot be read");
	(void)fclose(f);
	for (size_t at = 0; at < m.len; at += NLMSG_ALIGN(message_at(&m, at)->nlmsg_len))
		m.count++;
	*out = m;
}

void messages_free(struct messages *m)
{
	mem_free(m->raw);
	*m = (struct messages) { 0 };
}

int replay_open(void)
{
	int size = SOCKET_BYTES;
	struct netlink n;

	bench_must(netlink_open(&n, NETLINK_XFRM, 0) == 0, "no XFRM socket");
	bench_must(setsockopt(netlink_fd(&n), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == 0 &&
			   setsockopt(netlink_fd(&n), SOL_SOCKET, SO_SNDBUFFORCE, &size,
				      sizeof(size)) == 0,
		   "the socket gets no room");
	return netlink_fd(&n);
}

static void ack_check(const void *datagram, size_t len)
{
	const struct nlmsghdr *h = datagram;
	struct nlmsgerr e;

	bench_must(mnl_nlmsg_ok(h, (int)len) && h->nlmsg_type == NLMSG_ERROR &&
			   netlink_header(h, &e, sizeof(e)),
		   "an answer that is no ack");
	if (e.error != 0)
		bench_die("the kernel refuses a replayed message: %s", strerror(-e.error));
}

/* The kernel has written them before the message's sender goes on. */
static void acks_read(int fd, size_t count)
{
	static union {
		struct nlmsghdr header;
		uint8_t raw[ACK_MAX];
	} acks[ACKS_AT_ONCE];
	struct iovec room[ACKS_AT_ONCE];
	struct mmsghdr got[ACKS_AT_ONCE];

	while (count > 0) {
		size_t wanted = count < ACKS_AT_ONCE ? count : ACKS_AT_ONCE;
		int n;

		for (size_t i = 0; i < wanted; i++) {
			room[i] = (struct iovec) { &acks[i], sizeof(acks[i]) };
			got[i] = (struct mmsghdr) { .msg_hdr = { .msg_iov = &room[i], .msg_iovlen = 1 } };
		}
		n = recvmmsg(fd, got, (unsigned)wanted, 0, NULL);
		if (n <= 0)
			bench_die("the acks cannot be read: %s", strerror(errno));
		for (int i = 0; i < n; i++)
			ack_check(&acks[i], got[i].msg_len);
		count -= (size_t)n;
	}
}

void replay(int fd, const struct messages *m, size_t bytes)
{
	for (size_t at = 0; at < m->len;) {
		size_t end = at, count = 0;

		do {
			end += NLMSG_ALIGN(message_at(m, end)->nlmsg_len);
			count++;
		} while (end < m->len &&
			 end - at + NLMSG_ALIGN(message_at(m, end)->nlmsg_len) <= bytes);
		if (send(fd, m->raw + at, end - at, 0) != (ssize_t)(end - at))
			bench_die("the messages cannot be sent: %s", strerror(errno));
		acks_read(fd, count);
		at = end;
	}
}
