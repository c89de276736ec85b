/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backend.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../must.h"
#include "answers.h"
#include "base/mem.h"
#include "base/must_check.h"
#include "changes.h"
#include "pluto/kernel/kernel.h"
#include "pluto/kernel/ledger.h"
#include "pluto/kernel/xfrm.h"

enum { OPS_MAX = 6, QUERIES = 40, CPUS = 4, DRAINED_MAX = 64 };

static struct xfrm *backend_open(struct kernel_backend *k, uint8_t abilities)
{
	struct xfrm *x = (struct xfrm *)(void *)k;

	must(netlink_open(&x->requests, NETLINK_XFRM, 0) == 0 &&
	     netlink_open(&x->events, NETLINK_XFRM, 1) == 0 &&
	     netlink_open(&x->routes, NETLINK_ROUTE, 0) == 0 &&
	     netlink_open(&x->addresses, NETLINK_ROUTE, 1) == 0);
	x->can = (struct xfrm_abilities) {
		.direction = (abilities & 1) != 0,
		.per_cpu = (abilities & 2) != 0,
		.moves = (abilities & 4) != 0,
		.pcpu_2 = (abilities & 8) != 0,
		.possible_cpus = CPUS,
	};
	return x;
}

static void address_must_be_set(const struct address *a)
{
	must(a->family == AF_INET || a->family == AF_INET6);
}

/* --- changes --- */

static void apply(struct kernel_backend *k, struct kernel_change *changes, size_t count)
{
	kernel_apply(k, changes, count);
	for (size_t i = 0; i < count; i++) {
		must(changes[i].result <= 0 && changes[i].counters.last_used >= 0);
		must(memchr(changes[i].text, '\0', sizeof(changes[i].text)) != NULL);
		must(changes[i].verb == KERNEL_SOURCE_FIND || !address_is_set(&changes[i].source));
	}
}

static void apply_one(struct kernel_backend *k, struct kernel_change change)
{
	apply(k, &change, 1);
}

static void apply_move(struct kernel_backend *k, bool only_ports)
{
	struct kernel_change c = change_of_sa(KERNEL_SA_MOVE);

	c.sa.encapsulated = c.to.encapsulated = only_ports;
	c.sa.encap_source_port = c.sa.encap_destination_port = 4500;
	c.to.encap_source_port = c.to.encap_destination_port = 4501;
	if (only_ports)
		c.to.source = c.sa.source;
	apply(k, &c, 1);
}

/* So many at once are answered from a dump. */
static void apply_queries(struct kernel_backend *k)
{
	struct kernel_change *all = mem_new_array(QUERIES, sizeof(*all));

	for (size_t i = 0; i < QUERIES; i++) {
		all[i] = change_of_sa(KERNEL_SA_QUERY);
		all[i].sa.spi += (uint32_t)i / 2; /* some twice */
	}
	apply(k, all, QUERIES);
	mem_free(all);
}

/* --- what the kernel says unasked --- */

static void on_acquire(void *context, const struct kernel_acquire *acquire)
{
	(void)context;
	must(acquire->cpu == KERNEL_CPU_NONE || acquire->cpu < CPUS);
}

static void on_expire(void *context, uint32_t spi, const struct address *destination, bool hard)
{
	(void)context;
	(void)hard;
	must(spi != 0);
	address_must_be_set(destination);
}

static void on_mapping(void *context, uint32_t spi, const struct address *destination,
		       const struct endpoint *from)
{
	(void)context;
	must(spi != 0 && from->port != 0);
	address_must_be_set(destination);
	address_must_be_set(&from->address);
}

static void on_lost(void *context)
{
	(void)context;
}

static void read_events(struct kernel_backend *k)
{
	const struct kernel_events events = { NULL, on_acquire, on_expire, on_mapping, on_lost };

	kernel_read_events(k, &events);
}

static void list_addresses(struct kernel_backend *k)
{
	struct address *list = NULL;
	size_t count = 0;

	if (kernel_list_addresses(k, &list, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++)
		address_must_be_set(&list[i]);
	mem_free(list);
}

/* --- */

static void start(enum conf_pcpu_abi abi)
{
	struct kernel_backend *k = kernel_xfrm_new(NULL, abi);
	struct kernel_facts facts = { .name = NULL };
	char text[KERNEL_TEXT_MAX] = "";

	if (kernel_start(k, &facts, text) == 0) {
		must(facts.name != NULL && facts.dialect != NULL);
		kernel_stop(k);
	} else {
		must(facts.name == NULL && text[0] != '\0');
	}
	must(memchr(text, '\0', sizeof(text)) != NULL);
	kernel_free(k);
}

static void run(struct kernel_backend *k, enum backend_op op)
{
	switch (op) {
	case OP_START:
		start(((struct xfrm *)(void *)k)->can.pcpu_2 ? PCPU_ABI_2 : PCPU_ABI_AUTO);
		break;
	case OP_SA_ADD: apply_one(k, change_of_sa(KERNEL_SA_ADD)); break;
	case OP_SA_DELETE: apply_one(k, change_of_sa(KERNEL_SA_DELETE)); break;
	case OP_SA_MOVE: apply_move(k, false); break;
	case OP_SA_MOVE_PORT: apply_move(k, true); break;
	case OP_SA_QUERY: apply_one(k, change_of_sa(KERNEL_SA_QUERY)); break;
	case OP_SA_QUERIES: apply_queries(k); break;
	case OP_POLICY_SET: apply_one(k, change_of_policy(KERNEL_POLICY_SET)); break;
	case OP_POLICY_DELETE: apply_one(k, change_of_policy(KERNEL_POLICY_DELETE)); break;
	case OP_ROUTE_ADD: apply_one(k, change_of_route(KERNEL_ROUTE_ADD)); break;
	case OP_ROUTE_DELETE: apply_one(k, change_of_route(KERNEL_ROUTE_DELETE)); break;
	case OP_SOURCE_FIND: apply_one(k, change_of_route(KERNEL_SOURCE_FIND)); break;
	case OP_ADDRESSES: list_addresses(k); break;
	case OP_EVENTS: read_events(k); break;
	case OP_DRAIN: (void)kernel_drain_addresses(k); break;
	case OP_COUNT: break;
	}
}

void backend_try(struct bytes input)
{
	struct reader r = { input };
	struct kernel_backend *k;
	uint8_t abilities, count;
	struct bytes ops;

	if (!read_u8(&r, &abilities) || !read_u8(&r, &count) || count > OPS_MAX ||
	    !read_bytes(&r, count, &ops))
		return;
	answers_begin(r.left);
	k = kernel_xfrm_new(NULL, PCPU_ABI_AUTO);
	(void)backend_open(k, abilities);
	for (size_t i = 0; i < ops.len; i++)
		run(k, ops.ptr[i] % OP_COUNT);
	k->ops->stop(k);
	kernel_free(k);
}

/* --- the ledger --- */

static size_t objects_in(int fd)
{
	struct ledger *l = NULL;
	size_t count;

	must(ledger_open(fd, &l) == 0);
	count = ledger_count(l);
	ledger_close(l);
	return count;
}

void ledger_try(struct bytes input)
{
	struct reader r = { input };
	struct kernel_backend *k;
	struct ledger *l = NULL;
	struct bytes text;
	uint16_t len;
	size_t left;
	int fd;

	if (!read_u16(&r, &len) || !read_bytes(&r, len, &text))
		return;
	fd = memfd_create("ledger", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len);
	must(ledger_open(fd, &l) == 0);
	answers_begin(r.left);
	k = kernel_xfrm_new(l, PCPU_ABI_AUTO);
	(void)backend_open(k, 7);
	must(kernel_remove_stale(k) <= answers_requests());
	left = ledger_count(l);
	k->ops->stop(k);
	kernel_free(k);
	ledger_close(l);
	must(objects_in(fd) == left);
	close(fd);
}
