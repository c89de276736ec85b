/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sockets for one endpoint. A flood of first messages fills the buffer of theirs; what
 * established IKE SAs send has the other one.
 */
#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pluto/udp/socket.h"
#include "wire/ikev2.h"

/* Offsets in the IKE header (RFC 7296 3.1). */
enum { SPI_R_AT = 8, EXCHANGE_AT = 18, FLAGS_AT = 19 };

#define LOAD_WORD(at)          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define LOAD_BYTE(at)          BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (at))
#define UNLESS(value, skip)    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define IF_SET(bits, skip)     BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (skip), 0)
#define CHOOSE(which)          BPF_STMT(BPF_RET | BPF_K, (which))

/* A load from beyond the end chooses socket 0. */
static int attach_chooser(int fd, bool nat)
{
	uint32_t at = nat ? MARKER_LEN : 0;
	struct sock_filter code[] = {
		/* on the NAT port ESP is not for us, and without a marker there is no IKE */
		LOAD_WORD(0),
		nat ? (struct sock_filter)UNLESS(0, 9) : (struct sock_filter)LOAD_WORD(0),
		LOAD_WORD(at + SPI_R_AT),
		UNLESS(0, 7),
		LOAD_WORD(at + SPI_R_AT + 4),
		UNLESS(0, 5),
		LOAD_BYTE(at + EXCHANGE_AT),
		UNLESS(EXCHANGE_IKE_SA_INIT, 3),
		LOAD_BYTE(at + FLAGS_AT),
		IF_SET(FLAG_RESPONSE, 1),
		CHOOSE(SOCKET_FIRST),
		CHOOSE(SOCKET_REST),
	};
	struct sock_fprog program;

	memset(&program, 0, sizeof(program)); /* its padding goes to the kernel too */
	program.len = sizeof(code) / sizeof(code[0]);
	program.filter = code;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program));
}

/* Sockets that share an endpoint would also share it with another daemon of the same user. */
static int find_taken(const struct sockaddr_storage *at, socklen_t len)
{
	int fd = socket(at->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), failed = 0;
	int yes = 1;

	if (fd < 0)
		return -errno;
	if (at->ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (bind(fd, (const struct sockaddr *)at, len))
		failed = -errno;
	close(fd);
	return failed;
}

static int bind_one(int fd, const struct endpoint *local)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint_to_sockaddr(local, &at);
	int yes = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)&at, len))
		return -errno;
	return 0;
}

int bind_socket(struct udp_socket *s)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint_to_sockaddr(&s->local, &at);
	int failed = find_taken(&at, len);

	return failed ? failed : bind_one(s->fd[SOCKET_REST], &s->local);
}

int split_socket(struct udp_socket *s)
{
	if (attach_chooser(s->fd[SOCKET_REST], s->nat))
		return -errno;
	return bind_one(s->fd[SOCKET_FIRST], &s->local);
}
