/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SAs that get other ends: what of them stays, and what a kernel cannot do. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "pluto/kernel/xfrm.h"

enum { ATTR_MAX = 63, PORT = 5000, SPI = 0x5000, OTHER_PORT = 6501 };

/* What the backend does not ask for: UDP ports, and the last sequence number sent. */
struct sa_state {
	struct xfrm_encap_tmpl udp;
	bool in_udp;
	uint32_t sent;
};

static void state_note(void *context, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[ATTR_MAX + 1];
	struct sa_state *out = context;
	struct xfrm_replay_state replay;
	struct xfrm_replay_state_esn esn;

	if (message->nlmsg_type != XFRM_MSG_NEWSA ||
	    !netlink_attributes(message, sizeof(struct xfrm_usersa_info), attrs, ATTR_MAX))
		return;
	out->in_udp = netlink_attribute(attrs[XFRMA_ENCAP], &out->udp, sizeof(out->udp));
	if (netlink_attribute(attrs[XFRMA_REPLAY_ESN_VAL], &esn, sizeof(esn)))
		out->sent = esn.oseq;
	else if (netlink_attribute(attrs[XFRMA_REPLAY_VAL], &replay, sizeof(replay)))
		out->sent = replay.oseq;
}

static struct sa_state state_of(const struct kernel_sa *sa, const char *what)
{
	static const struct xfrm_abilities mainline = { .per_cpu = true };
	struct sa_state state = { .in_udp = false };
	struct netlink_listener listener = { &state, state_note };
	char text[KERNEL_TEXT_MAX] = "";
	union netlink_message m;
	struct netlink n;

	if (netlink_open(&n, NETLINK_XFRM, 0) < 0)
		return state;
	xfrm_write_sa_id(&m, XFRM_MSG_GETSA, sa, &mainline);
	check(netlink_request(&n, &m, &listener, text) == 0, what, "it is not there");
	netlink_close(&n);
	return state;
}

static void send_one(void)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "192.0.1.254", &from.sin_addr);
	inet_pton(AF_INET, "192.0.2.254", &to.sin_addr);
	check(fd >= 0 && bind(fd, (const void *)&from, sizeof(from)) == 0 &&
		      sendto(fd, "hello", 5, MSG_DONTWAIT, (const void *)&to, sizeof(to)) == 5,
	      "a packet for an SA", "it was not sent");
	close(fd);
}

static struct kernel_change sa_in_udp(enum kernel_direction direction)
{
	struct kernel_change c = sa_change(direction, SPI, KERNEL_CPU_NONE);

	c.sa.encapsulated = true;
	c.sa.encap_source_port = c.sa.encap_destination_port = 4500;
	c.to = (struct kernel_ends) { c.sa.source, c.sa.destination, true, 4500, 4500, false };
	return c;
}

/* Without keys: the kernel keeps its own. */
static void move(struct kernel_backend *k, struct kernel_change *c)
{
	c->sa.encr_key = (struct bytes) { 0 };
	apply(k, c, KERNEL_SA_MOVE);
}

static void check_ports(struct kernel_backend *k)
{
	static const char what[] = "other UDP ports for an SA that sends";
	struct kernel_change c = sa_in_udp(KERNEL_OUT), policy = policy_change(KERNEL_OUT);
	struct sa_state before, after;

	c.to.encap_destination_port = OTHER_PORT;
	apply(k, &policy, KERNEL_POLICY_SET);
	apply(k, &c, KERNEL_SA_ADD);
	check_result(&c, 0, what);
	send_one();
	send_one();
	before = state_of(&c.sa, what);
	move(k, &c);
	check_result(&c, 0, what);
	after = state_of(&c.sa, what);
	check(before.sent == 2 && after.sent == 2, what, "its sequence number changed");
	check(after.in_udp && ntohs(after.udp.encap_dport) == OTHER_PORT, what, "they did not");
	send_one();
	check(state_of(&c.sa, what).sent == 3, what, "it goes on with another number");
	apply(k, &c, KERNEL_SA_QUERY);
	check(c.counters.packets == 3, what, "its counters are others");
	apply(k, &c, KERNEL_SA_DELETE);
	apply(k, &policy, KERNEL_POLICY_DELETE);
	move(k, &c);
	check_result(&c, -ESRCH, "ports of an SA that is not there");
}

static void check_inbound_ports(struct kernel_backend *k)
{
	static const char what[] = "other UDP ports for an SA that receives";
	struct kernel_change c = sa_in_udp(KERNEL_IN);

	c.sa.replay_window = 1024;
	c.to.encap_source_port = OTHER_PORT;
	apply(k, &c, KERNEL_SA_ADD);
	check_result(&c, 0, what);
	move(k, &c);
	check_result(&c, 0, what);
	check(ntohs(state_of(&c.sa, what).udp.encap_sport) == OTHER_PORT, what, "they did not");
	apply(k, &c, KERNEL_SA_DELETE);
	check_result(&c, 0, what);
}

/* To another address and out of UDP, with its number. */
static void check_addresses_move(struct kernel_backend *k)
{
	static const char what[] = "another address for an SA that sends";
	struct kernel_change c = sa_in_udp(KERNEL_OUT), policy = policy_change(KERNEL_OUT);
	struct sa_state after;

	c.to = (struct kernel_ends) { c.sa.source, address("192.1.2.77"), false, 0, 0, false };
	apply(k, &policy, KERNEL_POLICY_SET);
	apply(k, &c, KERNEL_SA_ADD);
	send_one();
	move(k, &c);
	check_result(&c, 0, what);
	apply(k, &c, KERNEL_SA_QUERY);
	check_result(&c, -ESRCH, "where a moved SA was");
	c.sa.destination = policy.policy.tunnel_destination = c.to.destination;
	apply(k, &policy, KERNEL_POLICY_SET);
	after = state_of(&c.sa, what);
	check(after.sent == 1 && !after.in_udp, what, "it is another one");
	send_one();
	check(state_of(&c.sa, what).sent == 2, what, "it goes on with another number");
	apply(k, &c, KERNEL_SA_DELETE);
	check_result(&c, 0, what);
	apply(k, &policy, KERNEL_POLICY_DELETE);
}

static void check_addresses_stay(struct kernel_backend *k)
{
	static const char what[] = "a kernel that moves no SAs";
	struct kernel_change c = sa_in_udp(KERNEL_OUT);

	c.to.destination = address("192.1.2.77");
	apply(k, &c, KERNEL_SA_ADD);
	move(k, &c);
	check_result(&c, -EOPNOTSUPP, what);
	check(state_of(&c.sa, what).in_udp, what, "it did something");
	apply(k, &c, KERNEL_SA_DELETE);
	check_result(&c, 0, what);
}

void check_moves(struct kernel_backend *k, const struct kernel_facts *facts)
{
	check_ports(k);
	check_inbound_ports(k);
	if (facts->moves_addresses)
		check_addresses_move(k);
	else
		check_addresses_stay(k);
}
