/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/kernel/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/mem.h"

enum {
	ANSWER_SECONDS = 3,             /* the kernel answers before send() returns */
	EVENT_BUFFER_BYTES = 1 << 20,
	DISCARD_MAX = 1000,
	ERRNO_MAX = 4095
};

void *netlink_begin(union netlink_message *m, uint16_t type, size_t len)
{
	memset(m, 0, sizeof(*m));
	mnl_nlmsg_put_header(m);
	m->header.nlmsg_type = type;
	return mnl_nlmsg_put_extra_header(&m->header, len);
}

/* The kernel's own words in errors, and errors without our request quoted back. */
static int options_set(struct netlink *n, bool events)
{
	int fd = netlink_fd(n), on = 1, size = EVENT_BUFFER_BYTES;
	struct timeval patience = { .tv_sec = ANSWER_SECONDS };

	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return -errno;
	if (events && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0)
		return -errno;
	return 0;
}

int netlink_open(struct netlink *n, int protocol, unsigned groups)
{
	struct netlink opened = { .sequence = 1, .raw = mem_new(NETLINK_RECEIVE_MAX) };
	int result = 0;

	opened.socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	if (opened.socket == NULL)
		result = -errno;
	if (result == 0 && mnl_socket_bind(opened.socket, groups, MNL_SOCKET_AUTOPID) < 0)
		result = -errno;
	if (result == 0)
		result = options_set(&opened, groups != 0);
	if (result < 0) {
		netlink_close(&opened);
		return result;
	}
	*n = opened;
	return 0;
}

void netlink_close(struct netlink *n)
{
	if (n->socket != NULL)
		mnl_socket_close(n->socket);
	mem_free(n->raw);
	n->socket = NULL;
	n->raw = NULL;
}

int netlink_fd(const struct netlink *n)
{
	return n->socket == NULL ? -1 : mnl_socket_get_fd(n->socket);
}

bool netlink_header(const struct nlmsghdr *message, void *out, size_t len)
{
	if (mnl_nlmsg_get_payload_len(message) < len)
		return false;
	memcpy(out, mnl_nlmsg_get_payload(message), len);
	return true;
}

bool netlink_attributes(const struct nlmsghdr *message, size_t header_len,
			const struct nlattr **out, uint16_t max)
{
	/* mnl_nlmsg_get_payload_tail() rounds up, to bytes that may not be the message's. */
	const char *tail = (const char *)message + message->nlmsg_len;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(message) < header_len)
		return false;
	memset(out, 0, (max + 1u) * sizeof(*out));
	a = mnl_nlmsg_get_payload_offset(message, header_len);
	for (; mnl_attr_ok(a, (int)(tail - (const char *)a)); a = mnl_attr_next(a)) {
		if (mnl_attr_get_type(a) <= max)
			out[mnl_attr_get_type(a)] = a;
	}
	return true;
}

bool netlink_attribute(const struct nlattr *attribute, void *out, size_t len)
{
	if (attribute == NULL || mnl_attr_get_payload_len(attribute) < len)
		return false;
	memcpy(out, mnl_attr_get_payload(attribute), len);
	return true;
}

static void text_copy(const struct nlattr *a, char text[KERNEL_TEXT_MAX])
{
	const char *words = mnl_attr_get_payload(a);
	size_t len = strnlen(words, mnl_attr_get_payload_len(a));

	if (len >= KERNEL_TEXT_MAX)
		len = KERNEL_TEXT_MAX - 1;
	for (size_t i = 0; i < len; i++)
		text[i] = words[i] >= ' ' && words[i] <= '~' ? words[i] : '?';
	text[len] = '\0';
}

/* 0, or an -errno as the kernel has them: whoever negates it gets an errno. */
static int result_of(int error)
{
	return error > 0 || error < -ERRNO_MAX ? -EPROTO : error;
}

/* An error or, with error 0, the word that it was done. */
static bool error_read(const struct nlmsghdr *message, int *result, char text[KERNEL_TEXT_MAX])
{
	const struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	struct nlmsgerr e;
	size_t skip = sizeof(e);

	if (!netlink_header(message, &e, sizeof(e)))
		return false;
	if ((message->nlmsg_flags & NLM_F_CAPPED) == 0 && e.msg.nlmsg_len > sizeof(e.msg))
		skip += e.msg.nlmsg_len - sizeof(e.msg);
	if ((message->nlmsg_flags & NLM_F_ACK_TLVS) != 0 &&
	    netlink_attributes(message, skip, attrs, NLMSGERR_ATTR_MAX) &&
	    attrs[NLMSGERR_ATTR_MSG] != NULL)
		text_copy(attrs[NLMSGERR_ATTR_MSG], text);
	*result = result_of(e.error);
	return true;
}

static void done_read(const struct nlmsghdr *message, int *result)
{
	int error;

	*result = 0;
	if (netlink_header(message, &error, sizeof(error)) && error < 0)
		*result = result_of(error);
	else if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
		*result = -EINTR;
}

static bool message_digest(const struct nlmsghdr *h, const struct netlink_listener *listener,
			   int *result, char text[KERNEL_TEXT_MAX])
{
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
		return error_read(h, result, text);
	case NLMSG_DONE:
		done_read(h, result);
		return true;
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		return false;
	default:
		if (listener != NULL)
			listener->on_message(listener->context, h);
		return false;
	}
}

/* libmnl takes a length of 2^31 and more for a negative one, which always fits. */
static bool message_fits(const struct nlmsghdr *h, int left)
{
	return mnl_nlmsg_ok(h, left) && h->nlmsg_len <= (uint32_t)left;
}

bool netlink_digest(struct bytes datagram, uint32_t sequence,
		    const struct netlink_listener *listener, int *result,
		    char text[KERNEL_TEXT_MAX])
{
	const struct nlmsghdr *h = (const void *)datagram.ptr;
	int left = (int)datagram.len;

	for (; message_fits(h, left); h = mnl_nlmsg_next(h, &left)) {
		if (h->nlmsg_seq == sequence && message_digest(h, listener, result, text))
			return true;
	}
	return false;
}

/* The length, or -errno. What others than the kernel sent is as if nothing came: -EAGAIN. */
static ssize_t receive(const struct netlink *n, int flags)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { n->raw, NETLINK_RECEIVE_MAX };
	struct msghdr message = { .msg_name = &from,
				  .msg_namelen = sizeof(from),
				  .msg_iov = &iov,
				  .msg_iovlen = 1 };
	ssize_t len;

	for (int i = 0; i < DISCARD_MAX; i++) {
		len = recvmsg(netlink_fd(n), &message, flags);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		if ((message.msg_flags & MSG_TRUNC) != 0)
			return -ENOBUFS;
		if (from.nl_pid == 0)
			return len;
	}
	return -EAGAIN;
}

static int exchange(struct netlink *n, union netlink_message *m,
		    const struct netlink_listener *listener, char text[KERNEL_TEXT_MAX])
{
	uint32_t sequence = ++n->sequence;
	int result = 0;
	bool finished = false;

	m->header.nlmsg_seq = sequence;
	if (mnl_socket_sendto(n->socket, m, m->header.nlmsg_len) < 0)
		return -errno;
	while (!finished) {
		ssize_t len = receive(n, 0);

		if (len < 0)
			return len == -EAGAIN ? -ETIMEDOUT : (int)len;
		finished = netlink_digest(bytes_at(n->raw, (size_t)len), sequence, listener,
					  &result, text);
		mem_wipe(n->raw, (size_t)len); /* an SA comes with its keys */
	}
	return result;
}

int netlink_request(struct netlink *n, union netlink_message *m,
		    const struct netlink_listener *listener, char text[KERNEL_TEXT_MAX])
{
	m->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	return exchange(n, m, listener, text);
}

int netlink_dump(struct netlink *n, union netlink_message *m,
		 const struct netlink_listener *listener)
{
	char text[KERNEL_TEXT_MAX];

	m->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	return exchange(n, m, listener, text);
}

enum netlink_events netlink_read(struct netlink *n, const struct netlink_listener *listener)
{
	ssize_t len = receive(n, MSG_DONTWAIT);
	const struct nlmsghdr *h = (const void *)n->raw;
	int left = (int)len;

	if (len == -ENOBUFS)
		return NETLINK_LOST;
	if (len < 0)
		return NETLINK_NOTHING;
	for (; message_fits(h, left); h = mnl_nlmsg_next(h, &left))
		listener->on_message(listener->context, h);
	return NETLINK_SOME;
}
