/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "../must.h"

enum { ANY_FD = 1000, OTHER_PID = 7 };

static struct reader script;
static uint32_t last_sequence;
static size_t requests;
static char the_socket;

void answers_begin(struct bytes all)
{
	script = (struct reader) { all };
	last_sequence = 0;
	requests = 0;
}

size_t answers_requests(void)
{
	return requests;
}

void answer_write(struct buffer *out, enum answer_kind kind, struct bytes datagram)
{
	write_u8(out, (uint8_t)kind);
	write_u16(out, (uint16_t)datagram.len);
	write_bytes(out, datagram);
}

void answer_write_error(struct buffer *out, uint16_t which)
{
	write_u8(out, ANSWER_ERROR);
	write_u16(out, which);
}

/* --- libmnl's sockets --- */

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
int __wrap_mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid);
int __wrap_mnl_socket_close(struct mnl_socket *s);
int __wrap_mnl_socket_get_fd(const struct mnl_socket *s);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *s, const void *message, size_t len);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)(void *)&the_socket;
}

int __wrap_mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid)
{
	(void)s;
	(void)groups;
	(void)pid;
	return 0;
}

int __wrap_mnl_socket_close(struct mnl_socket *s)
{
	must((void *)s == &the_socket);
	return 0;
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *s)
{
	must((const void *)s == &the_socket);
	return ANY_FD;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)level;
	(void)name;
	must(fd == ANY_FD && value != NULL && len > 0);
	return 0;
}

/* What we send is one whole message, whatever we were told before. */
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *s, const void *message, size_t len)
{
	const struct nlmsghdr *h = message;

	must((const void *)s == &the_socket && len >= sizeof(*h) && h->nlmsg_len == len);
	must((h->nlmsg_flags & NLM_F_REQUEST) != 0);
	last_sequence = h->nlmsg_seq;
	requests++;
	return (ssize_t)len;
}

/* --- what is received --- */

static ssize_t fail(uint16_t which)
{
	static const int errors[] = { EINTR, ENOBUFS, EAGAIN, ENOMEM };

	errno = errors[which % (sizeof(errors) / sizeof(errors[0]))];
	return -1;
}

static void set_sequence(uint8_t *datagram, size_t len)
{
	struct nlmsghdr h;

	while (len >= sizeof(h)) {
		memcpy(&h, datagram, sizeof(h));
		h.nlmsg_seq = last_sequence;
		memcpy(datagram, &h, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > len ||
		    NLMSG_ALIGN(h.nlmsg_len) >= len)
			return;
		datagram += NLMSG_ALIGN(h.nlmsg_len);
		len -= NLMSG_ALIGN(h.nlmsg_len);
	}
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
	struct sockaddr_nl *from = message->msg_name;
	struct iovec *room = message->msg_iov;
	struct bytes datagram;
	uint16_t len;
	uint8_t kind;

	(void)flags;
	must(fd == ANY_FD && message->msg_iovlen == 1);
	if (!read_u8(&script, &kind) || !read_u16(&script, &len)) {
		errno = EAGAIN;
		return -1;
	}
	if (kind % ANSWER_KINDS == ANSWER_ERROR)
		return fail(len);
	if (len > script.left.len)
		len = (uint16_t)script.left.len;
	must(read_bytes(&script, len, &datagram) && len <= room->iov_len);
	memcpy(room->iov_base, datagram.ptr, len);
	*from = (struct sockaddr_nl) { .nl_family = AF_NETLINK };
	if (kind % ANSWER_KINDS == ANSWER_FORGED)
		from->nl_pid = OTHER_PID;
	message->msg_flags = kind % ANSWER_KINDS == ANSWER_CUT ? MSG_TRUNC : 0;
	if (kind % ANSWER_KINDS == ANSWER)
		set_sequence(room->iov_base, len);
	return len;
}
