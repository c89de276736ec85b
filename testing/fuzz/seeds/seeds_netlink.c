/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds_netlink DIR: messages as the kernel sends them, alone and as answers to the backend; and
 * the ledger. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#include "../must.h"
#include "../netlink/answers.h"
#include "../netlink/backend.h"
#include "../netlink/changes.h"
#include "base/must_check.h"
#include "pluto/kernel/ledger_line.h"
#include "pluto/kernel/route.h"
#include "pluto/kernel/xfrm_message.h"
#include "seed_file.h"

static const struct xfrm_abilities can = {
	.direction = true, .per_cpu = true, .moves = true, .possible_cpus = 4
};
static const char *dir;

/* The first byte of an input. */
enum { IS_DATAGRAM, IS_LINE, IS_BACKEND, IS_LEDGER, IS_UEVENT };

static struct bytes bytes_of_message(const union netlink_message *m)
{
	return bytes_at(m->raw, m->header.nlmsg_len);
}

static void write_seed(const char *name, uint8_t kind, struct bytes bytes)
{
	struct buffer seed = { 0 };

	write_u8(&seed, kind);
	write_bytes(&seed, bytes);
	seed_write(dir, name, buffer_bytes(&seed));
	buffer_done(&seed);
}

static void write_message(const char *name, const union netlink_message *m)
{
	write_seed(name, IS_DATAGRAM, bytes_of_message(m));
}

static void write_line(const char *name, const struct kernel_change *change)
{
	struct ledger_line line;

	ledger_line_print(change, &line);
	write_seed(name, IS_LINE, bytes_of_text(line.text));
}

static void make_sa(union netlink_message *m)
{
	struct kernel_change c = change_of_sa(KERNEL_SA_ADD);
	char text[KERNEL_TEXT_MAX];

	must(xfrm_write_sa(m, &c.sa, &can, text) == 0);
}

static void make_policy(union netlink_message *m)
{
	struct kernel_change c = change_of_policy(KERNEL_POLICY_SET);
	char text[KERNEL_TEXT_MAX];

	must(xfrm_write_policy(m, &c.policy, text) == 0);
}

static void make_route(union netlink_message *m)
{
	struct kernel_change c = change_of_route(KERNEL_ROUTE_ADD);
	struct route_seen way = { .device = 2, .gateway = address_of_text("192.1.2.254") };
	struct address source = address_of_text("192.0.1.254");

	route_write(m, &c.route, &way, &source);
}

static void make_acquire(union netlink_message *m)
{
	struct xfrm_user_acquire *acquire =
		netlink_begin(m, XFRM_MSG_ACQUIRE, sizeof(*acquire));
	struct xfrm_user_tmpl t = { .reqid = 16384 };

	acquire->id.proto = IPPROTO_ESP;
	acquire->sel = (struct xfrm_selector) { .family = AF_INET, .prefixlen_s = 32,
						.prefixlen_d = 32, .proto = IPPROTO_TCP,
						.sport = htons(40000), .dport = htons(443) };
	acquire->sel.saddr.a4 = htonl(0xc00001fe); /* 192.0.1.254 */
	acquire->sel.daddr.a4 = htonl(0xc00002fe);
	mnl_attr_put(&m->header, XFRMA_TMPL, sizeof(t), &t);
	mnl_attr_put_u32(&m->header, ATTR_SA_PCPU, 1);
}

static void make_expire(union netlink_message *m)
{
	struct xfrm_user_expire *expire = netlink_begin(m, XFRM_MSG_EXPIRE, sizeof(*expire));

	expire->hard = 1;
	expire->state.family = AF_INET;
	expire->state.id.proto = IPPROTO_ESP;
	expire->state.id.spi = 1;
}

static void make_mapping(union netlink_message *m)
{
	struct xfrm_user_mapping *mapping = netlink_begin(m, XFRM_MSG_MAPPING, sizeof(*mapping));
	struct address from = address_of_text("203.0.113.9");

	mapping->id.family = AF_INET;
	mapping->id.proto = IPPROTO_ESP;
	mapping->id.spi = 1;
	memcpy(&mapping->new_saddr, from.ip, 4);
	mapping->new_sport = 1;
}

static void make_address(union netlink_message *m)
{
	struct ifaddrmsg *head = netlink_begin(m, RTM_NEWADDR, sizeof(*head));
	struct address a = address_of_text("192.1.2.45");

	head->ifa_family = AF_INET;
	mnl_attr_put(&m->header, IFA_LOCAL, 4, a.ip);
	mnl_attr_put_u32(&m->header, IFA_FLAGS, IFA_F_PERMANENT);
}

static void make_error(union netlink_message *m, int error)
{
	struct nlmsgerr *e = netlink_begin(m, NLMSG_ERROR, sizeof(*e));

	e->error = error;
	m->header.nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	if (error != 0)
		mnl_attr_put_strz(&m->header, NLMSGERR_ATTR_MSG, "no such thing");
}

static void make_done(union netlink_message *m)
{
	(void)netlink_begin(m, NLMSG_DONE, sizeof(int));
}

static void write_plain(void)
{
	struct kernel_change sa = change_of_sa(KERNEL_SA_ADD);
	struct kernel_change policy = change_of_policy(KERNEL_POLICY_SET);
	struct kernel_change route = change_of_route(KERNEL_ROUTE_ADD);
	union netlink_message m;

	make_sa(&m);
	write_message("sa", &m);
	make_policy(&m);
	write_message("policy", &m);
	make_route(&m);
	write_message("route", &m);
	make_address(&m);
	write_message("address", &m);
	make_error(&m, -ESRCH);
	write_message("error", &m);
	write_line("ledger-sa", &sa);
	write_line("ledger-policy", &policy);
	write_line("ledger-route", &route);
}

/* --- what the kernel answers to the backend --- */

/* A letter for each answer. */
static void write_answers(struct buffer *script, const char *letters)
{
	union netlink_message m;

	for (; *letters != '\0'; letters++) {
		switch (*letters) {
		case 's': make_sa(&m); break;
		case 'p': make_policy(&m); break;
		case 'r': make_route(&m); break;
		case 'a': make_address(&m); break;
		case 'd': make_done(&m); break;
		case 'x': make_acquire(&m); break;
		case 'e': make_expire(&m); break;
		case 'm': make_mapping(&m); break;
		case '0': make_error(&m, 0); break;
		case 'n': make_error(&m, -ESRCH); break;
		case 'i': make_error(&m, -EINVAL); break;
		case 't': make_error(&m, -EEXIST); break;
		case 'l': /* the word is lost */
			answer_write_error(script, 1);
			continue;
		default: must(false);
		}
		answer_write(script, ANSWER, bytes_of_message(&m));
	}
}

static const struct {
	const char *name;
	uint8_t op;
	const char *answers;
} dialogues[] = {
	/* deletes what was left, adds, reads back, deletes: per CPU, the wrong CPU, over IPv6 */
	{ "start", OP_START, "n0s00nn" "i" "n0s00" },
	{ "start-old", OP_START, "ni" "ni" "n0s00n" },
	{ "start-refused", OP_START, "ni" "ni" "ni" },
	{ "sa-add", OP_SA_ADD, "0" },
	{ "sa-add-lost", OP_SA_ADD, "ls0" },
	{ "sa-add-refused", OP_SA_ADD, "t" },
	{ "sa-delete", OP_SA_DELETE, "0" },
	{ "sa-delete-lost", OP_SA_DELETE, "ln" },
	{ "sa-move", OP_SA_MOVE, "0" },
	{ "sa-move-port", OP_SA_MOVE_PORT, "0" },
	{ "sa-query", OP_SA_QUERY, "s0" },
	{ "sa-queries", OP_SA_QUERIES, "ssd" "s0n" },
	{ "policy-set", OP_POLICY_SET, "lp0" },
	{ "policy-delete", OP_POLICY_DELETE, "ln" },
	{ "route-add", OP_ROUTE_ADD, "r0" "aad" "0" },
	{ "route-add-again", OP_ROUTE_ADD, "r0" "ad" "t00" },
	{ "route-delete", OP_ROUTE_DELETE, "n" },
	{ "source", OP_SOURCE_FIND, "r0" },
	{ "addresses", OP_ADDRESSES, "aad" },
	{ "events", OP_EVENTS, "xem" },
	{ "drain", OP_DRAIN, "aa" },
};

static void write_dialogues(void)
{
	for (size_t i = 0; i < ARRAY_LEN(dialogues); i++) {
		struct buffer seed = { 0 };

		write_u8(&seed, 7); /* it can do everything */
		write_u8(&seed, 1);
		write_u8(&seed, dialogues[i].op);
		write_answers(&seed, dialogues[i].answers);
		write_seed(dialogues[i].name, IS_BACKEND, buffer_bytes(&seed));
		buffer_done(&seed);
	}
}

/* --- the ledger --- */

static void add_line(struct buffer *ledger, char sign, const struct kernel_change *change)
{
	struct ledger_line line;

	ledger_line_print(change, &line);
	write_format(ledger, "%c %s\n", sign, line.text);
}

static void write_ledger(void)
{
	struct kernel_change sa = change_of_sa(KERNEL_SA_ADD);
	struct kernel_change policy = change_of_policy(KERNEL_POLICY_SET);
	struct kernel_change route = change_of_route(KERNEL_ROUTE_ADD);
	struct buffer ledger = { 0 }, seed = { 0 };

	add_line(&ledger, '+', &policy);
	write_text(&ledger, "=\n");
	add_line(&ledger, '+', &sa);
	add_line(&ledger, '-', &sa);
	add_line(&ledger, '+', &sa);
	add_line(&ledger, '+', &policy);
	add_line(&ledger, '+', &route);
	write_text(&ledger, "+ sa out 192.");
	write_u16(&seed, (uint16_t)ledger.len);
	write_bytes(&seed, buffer_bytes(&ledger));
	/* each is looked for, but for the route, and taken out */
	write_answers(&seed, "s00" "p00" "0");
	write_seed("ledger", IS_LEDGER, buffer_bytes(&seed));
	buffer_done(&ledger);
	buffer_done(&seed);
}

static const char uevent[] = "offline@/devices/system/cpu/cpu3\0ACTION=offline\0"
			     "DEVPATH=/devices/system/cpu/cpu3\0SUBSYSTEM=cpu\0SEQNUM=1243";

int main(int argc, char **argv)
{
	union netlink_message m;

	dir = seed_dir(argc, argv);
	write_plain();
	make_acquire(&m);
	write_message("acquire", &m);
	make_expire(&m);
	write_message("expire", &m);
	make_mapping(&m);
	write_message("mapping", &m);
	write_dialogues();
	write_ledger();
	write_seed("uevent", IS_UEVENT, bytes_at(uevent, sizeof(uevent)));
	return 0;
}
