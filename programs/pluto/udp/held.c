/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/udp/socket.h"

enum { KEY_MAX = 20, SEED_LEN = 16 };

/* One port that Child SAs send from; in udp->held. */
struct held {
	struct table_link link;
	struct endpoint local;
	uint32_t users; /* SAs */
	int fd;         /* -1: it could not be had */
};

static struct bytes key_of(const struct endpoint *local, uint8_t out[KEY_MAX])
{
	struct bytes address = address_bytes(&local->address);

	memcpy(out, address.ptr, address.len);
	out[address.len] = (uint8_t)(local->port >> 8);
	out[address.len + 1] = (uint8_t)local->port;
	return bytes_at(out, address.len + 2);
}

static struct held *held_of(const struct table_link *link)
{
	return TABLE_OBJECT((struct table_link *)(uintptr_t)link, struct held, link);
}

static bool matches(const struct table_link *link, struct bytes key)
{
	uint8_t own[KEY_MAX];

	return bytes_equal(key_of(&held_of(link)->local, own), key);
}

static struct held *held_find(const struct udp *udp, const struct endpoint *local)
{
	uint8_t key[KEY_MAX];
	struct table_link *link = table_find(&udp->held, key_of(local, key));

	return link == NULL ? NULL : held_of(link);
}

/* Others need descriptors more than these do. */
static size_t most_held(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur / 2 > UDP_HELD_MAX)
		return UDP_HELD_MAX;
	return (size_t)limit.rlim_cur / 2;
}

void held_init(struct udp *udp)
{
	uint8_t seed[SEED_LEN] = { 0 };

	if (getrandom(seed, sizeof(seed), 0) < 0)
		seed[0] = 1; /* only chains would be longer */
	table_init(&udp->held, seed, matches);
	udp->held_max = most_held();
}

static void held_free(struct held *h)
{
	if (h->fd >= 0)
		close(h->fd);
	mem_free(h);
}

static void free_one(void *context, struct table_link *link)
{
	(void)context;
	held_free(held_of(link));
}

void held_done(struct udp *udp)
{
	table_each(&udp->held, free_one, NULL);
	table_done(&udp->held);
}

/* ESP does not come this far, and for anything else this is no place. */
static int take_nothing(int fd)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog program;

	memset(&program, 0, sizeof(program));
	program.len = 1;
	program.filter = code;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno
										     : 0;
}

static int prepare_and_bind(const struct udp *udp, const struct endpoint *local, int fd)
{
	uint16_t family = local->address.family;
	struct sockaddr_storage at;
	socklen_t len = endpoint_to_sockaddr(local, &at);
	int failed = take_nothing(fd);

	if (!failed)
		failed = udp->config.prepare(udp->config.context, fd, family, true);
	if (!failed && bind(fd, (const struct sockaddr *)&at, len))
		failed = -errno;
	return failed;
}

/* The descriptor, or -errno. */
static int held_open(const struct udp *udp, const struct endpoint *local)
{
	int fd, failed;

	if (udp->held_open >= udp->held_max)
		return -EMFILE;
	fd = socket(local->address.family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd < 0)
		return -errno;
	failed = prepare_and_bind(udp, local, fd);
	if (!failed)
		return fd;
	close(fd);
	return failed;
}

static void tell_not_held(const struct udp *udp, const struct endpoint *local, int failed)
{
	char where[ENDPOINT_TEXT_MAX], text[ENDPOINT_TEXT_MAX + 128];

	snprintf(text, sizeof(text),
		 "cannot hold %s for a clone, so that path MTU discovery may fail for it: %s",
		 endpoint_print(local, where), strerror(-failed));
	udp->config.on_problem(udp->config.context, text);
}

void udp_hold(struct udp *udp, const struct endpoint *local)
{
	struct held *h = held_find(udp, local);
	uint8_t key[KEY_MAX];

	if (h == NULL) {
		h = NEW(struct held);
		h->local = *local;
		h->fd = held_open(udp, local);
		if (h->fd < 0)
			tell_not_held(udp, local, h->fd);
		udp->held_open += h->fd >= 0;
		table_add(&udp->held, key_of(local, key), &h->link);
	}
	h->users++;
}

void udp_release(struct udp *udp, const struct endpoint *local)
{
	struct held *h = held_find(udp, local);

	if (h == NULL || --h->users > 0)
		return;
	table_remove(&udp->held, &h->link);
	udp->held_open -= h->fd >= 0;
	held_free(h);
}

size_t udp_held_count(const struct udp *udp)
{
	return udp->held_open;
}
