/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/cpus/uevent.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <string.h>
#include <unistd.h>

enum {
	KERNELS_GROUP = 1,        /* udev tells others in a group of its own */
	MESSAGE_MAX = 8192,       /* the kernel's have 2 KiB of variables at most */
	MESSAGES_PER_CALL = 64
};

/* A message begins with "ACTION@PATH"; only that of these two actions is about CPUs, and hardly anything
 * else is. */
static int filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6f6e6c69, 1, 0), /* "onli" */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6f66666c, 0, 1), /* "offl" */
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int uevent_open(void)
{
	struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = KERNELS_GROUP };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);
	int on = 1, failed;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0 && filter(fd) == 0 &&
	    bind(fd, (const void *)&at, sizeof(at)) == 0)
		return fd;
	failed = -errno;
	close(fd);
	return failed;
}

/* The process that sent it; the kernel has none. */
static bool has_kernels_credentials(const struct msghdr *message)
{
	struct ucred sender = { .pid = -1 };

	for (const struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)message, (struct cmsghdr *)(uintptr_t)c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS &&
		    c->cmsg_len == CMSG_LEN(sizeof(sender)))
			memcpy(&sender, CMSG_DATA(c), sizeof(sender));
	return sender.pid == 0 && sender.uid == 0;
}

static bool is_from_kernel(const struct msghdr *message)
{
	const struct sockaddr_nl *from = message->msg_name;

	return message->msg_namelen == sizeof(*from) && from->nl_family == AF_NETLINK &&
	       from->nl_pid == 0 && from->nl_groups == KERNELS_GROUP &&
	       has_kernels_credentials(message);
}

/* Variables follow one another, each with its end. */
static bool says(struct bytes text, const char *variable)
{
	size_t len = strlen(variable) + 1;

	for (size_t at = 0; at + len <= text.len; at++)
		if ((at == 0 || text.ptr[at - 1] == '\0') &&
		    memcmp(text.ptr + at, variable, len) == 0)
			return true;
	return false;
}

bool uevent_is_of_cpu(const struct msghdr *message, size_t len)
{
	struct bytes text = bytes_at(message->msg_iov[0].iov_base, len);

	return (message->msg_flags & MSG_TRUNC) == 0 && is_from_kernel(message) &&
	       says(text, "SUBSYSTEM=cpu") &&
	       (says(text, "ACTION=online") || says(text, "ACTION=offline"));
}

bool uevent_read(int fd)
{
	static uint8_t text[MESSAGE_MAX];
	bool any = false;

	for (int i = 0; i < MESSAGES_PER_CALL; i++) {
		_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct ucred))];
		struct sockaddr_nl from = { 0 };
		struct iovec iov = { text, sizeof(text) };
		struct msghdr message = {
			.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov,
			.msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
		};
		ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);

		if (n >= 0)
			any |= uevent_is_of_cpu(&message, (size_t)n);
		else if (errno == ENOBUFS) /* some were lost */
			any = true;
		else if (errno != EINTR)
			break;
	}
	return any;
}
