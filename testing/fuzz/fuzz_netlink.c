/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By its first byte the input is a datagram from the kernel's netlink, for the readers of XFRM's
 * and of routing's messages; a line of the ledger; all that the kernel answers to the whole
 * backend; a ledger and what the kernel answers while it is cleared; or the text of a uevent. What
 * is believed must make sense.
 */
#include <linux/netlink.h>
#include <string.h>

#include "base/mem.h"
#include "base/must_check.h"
#include "must.h"
#include "netlink/backend.h"
#include "pluto/cpus/uevent.h"
#include "pluto/kernel/ledger_line.h"
#include "pluto/kernel/route.h"
#include "pluto/kernel/xfrm_message.h"

static const struct xfrm_abilities dialects[] = {
	{ .direction = true, .per_cpu = true, .moves = true, .possible_cpus = 4 },
	{ .per_cpu = true, .pcpu_2 = true, .possible_cpus = 4 },
};

static void address_must_be_set(const struct address *a)
{
	must(a->family == AF_INET || a->family == AF_INET6);
}

static void try_sa(const struct nlmsghdr *h)
{
	struct xfrm_sa_seen sa;
	struct xfrm_expire_seen expire;
	struct xfrm_mapping_seen mapping;

	if (xfrm_read_sa(h, &sa)) {
		must(sa.spi != 0 && sa.counters.last_used >= 0);
		address_must_be_set(&sa.destination);
	}
	if (xfrm_read_mapping(h, &mapping)) {
		must(mapping.spi != 0);
		address_must_be_set(&mapping.destination);
		address_must_be_set(&mapping.from.address);
	}
	if (xfrm_read_expire(h, &expire)) {
		must(expire.spi != 0);
		address_must_be_set(&expire.destination);
	}
}

/* None, or one address of one family at each end. */
static bool packet_is_one(const struct traffic_packet *p)
{
	return !traffic_packet_is_set(p) ||
	       (address_equal(&p->local.start, &p->local.end) &&
		address_equal(&p->remote.start, &p->remote.end) &&
		selectors_pair(&p->local, &p->remote));
}

static void try_acquire(const struct nlmsghdr *h)
{
	struct xfrm_policy_seen policy;

	for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
		struct kernel_acquire acquire = { .reqid = 7, .cpu = 7 };

		if (xfrm_read_acquire(h, &dialects[i], &acquire))
			must((acquire.cpu == KERNEL_CPU_NONE ||
			      acquire.cpu < dialects[i].possible_cpus) &&
			     packet_is_one(&acquire.packet));
		else
			must(acquire.reqid == 7 && acquire.cpu == 7 &&
			     !traffic_packet_is_set(&acquire.packet));
	}
	if (xfrm_read_policy(h, &policy))
		must(h->nlmsg_type == XFRM_MSG_NEWPOLICY);
}

static void try_routing(const struct nlmsghdr *h)
{
	struct address a;
	struct route_seen route;

	if (route_read_address(h, &a))
		address_must_be_set(&a);
	if (route_read(h, &route) && route.usable)
		must(route.device != 0);
}

static void on_message(void *context, const struct nlmsghdr *h)
{
	const struct bytes *all = context;
	const uint8_t *start = (const uint8_t *)h;

	must(start >= all->ptr && start + h->nlmsg_len <= all->ptr + all->len);
	try_sa(h);
	try_acquire(h);
	try_routing(h);
}

static void try_datagram(struct bytes datagram, uint32_t sequence)
{
	struct netlink_listener listener = { &datagram, on_message };
	char text[KERNEL_TEXT_MAX] = "";
	int result = 1;

	if (netlink_digest(datagram, sequence, &listener, &result, text))
		must(result <= 0);
	else
		must(result == 1);
	must(memchr(text, '\0', sizeof(text)) != NULL);
}

/* What is read is the same after printing and reading it again. */
static void try_ledger(const char *line)
{
	struct ledger_line printed, again;
	struct kernel_change change;

	if (!ledger_line_parse(line, &change))
		return;
	ledger_line_print(&change, &printed);
	must(printed.name_len > 0 && ledger_line_parse(printed.text, &change));
	ledger_line_print(&change, &again);
	must(strcmp(printed.text, again.text) == 0);
}

static void try_messages(struct bytes input)
{
	uint8_t *datagram = mem_new(input.len);
	uint32_t sequence = 0;

	/* As aligned as what is received, and not a byte longer. */
	memcpy(datagram, input.ptr, input.len);
	if (input.len >= sizeof(struct nlmsghdr))
		memcpy(&sequence, datagram + offsetof(struct nlmsghdr, nlmsg_seq),
		       sizeof(sequence));
	try_datagram(bytes_at(datagram, input.len), sequence);
	mem_free(datagram);
}

static void try_line(struct bytes input)
{
	char *line = mem_new(input.len + 1);

	memcpy(line, input.ptr, input.len);
	try_ledger(line);
	mem_free(line);
}

/* As from the kernel, and as long as it is. */
static void try_uevent(struct bytes input)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct ucred))] = { 0 };
	struct sockaddr_nl from = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	uint8_t *text = mem_new(input.len);
	struct iovec iov = { text, input.len };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control)
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	memcpy(text, input.ptr, input.len);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(struct ucred));
	if (uevent_is_of_cpu(&message, input.len))
		must(memmem(text, input.len, "SUBSYSTEM=cpu", sizeof("SUBSYSTEM=cpu")) != NULL);
	mem_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct bytes input) = { try_messages, try_line, backend_try,
							     ledger_try, try_uevent };

	if (size > 0 && size <= NETLINK_RECEIVE_MAX)
		tries[data[0] % ARRAY_LEN(tries)](bytes_at(data + 1, size - 1));
	return 0;
}
