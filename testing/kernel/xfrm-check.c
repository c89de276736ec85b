/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xfrm-check: what the XFRM backend makes in the running kernel is there, and goes again.
 *
 *   xfrm-check         the dialect that the kernel is found to speak
 *   xfrm-check pcpu-2  that of 2019: what is other there
 *
 * As root. It works in a network namespace of its own, which goes with it. Prints what failed,
 * and at the end one line of sums; 0: nothing failed.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"
#include "pluto/kernel/ledger.h"
#include "pluto/kernel/xfrm_message.h"

static enum conf_pcpu_abi pcpu_abi = PCPU_ABI_AUTO;

/* Two nets of our own, a way out, and nobody else. */
static void world_make(void)
{
	if (unshare(CLONE_NEWNET) < 0) {
		printf("kernel: 0 passed, 0 failed, 1 skipped (no network namespace: %s)\n",
		       strerror(errno));
		exit(0);
	}
	shell("ip link set lo up");
	shell("ip link add outer type dummy && ip link add inner type dummy");
	shell("ip addr add 192.1.2.45/24 dev outer && ip addr add 192.0.1.254/24 dev inner");
	shell("ip addr add 2001:db8:1::45/64 dev outer nodad");
	shell("ip addr add 2001:db8:a::254/64 dev inner nodad");
	shell("ip link set outer up && ip link set inner up");
	shell("ip route add default via 192.1.2.254");
}

static struct kernel_backend *start(struct ledger *l, struct kernel_facts *facts)
{
	struct kernel_backend *k = kernel_xfrm_new(l, pcpu_abi);
	char text[KERNEL_TEXT_MAX];
	int result = kernel_start(k, facts, text);

	if (result < 0) {
		printf("kernel: 0 passed, 0 failed, 1 skipped (%s)\n", text);
		exit(0);
	}
	if (text[0] != '\0')
		printf("xfrm-check: %s\n", text);
	return k;
}

static void note_any(void *context, const struct nlmsghdr *message)
{
	unsigned *count = context;
	struct xfrm_sa_seen sa;

	/* The kernel's own larval SAs go when they like. */
	if (message->nlmsg_type == XFRM_MSG_NEWPOLICY || xfrm_read_sa(message, &sa))
		(*count)++;
}

/* How many SAs or policies there are in all. */
static unsigned count_all(uint16_t type)
{
	unsigned count = 0;
	struct netlink_listener listener = { &count, note_any };
	union netlink_message m;
	struct netlink n;

	if (netlink_open(&n, NETLINK_XFRM, 0) < 0)
		abort();
	netlink_begin(&m, type, 0);
	if (netlink_dump(&n, &m, &listener) < 0)
		abort();
	netlink_close(&n);
	return count;
}

/* A run that is killed, and the next one over its ledger. */
static void check_crash(void)
{
	static const enum kernel_direction ways[] = { KERNEL_IN, KERNEL_OUT };
	struct kernel_facts *facts = NEW(struct kernel_facts);
	int fd = memfd_create("ledger", MFD_CLOEXEC);
	struct kernel_backend *k;
	struct ledger *l;

	if (ledger_open(fd, &l) < 0)
		abort();
	k = start(l, facts);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct kernel_change sa = sa_change(ways[i], 0x4000, KERNEL_CPU_NONE);
		struct kernel_change policy = policy_change(ways[i]);

		apply(k, &sa, KERNEL_SA_ADD);
		apply(k, &policy, KERNEL_POLICY_SET);
		check_result(&policy, 0, "before the crash");
	}
	kernel_free(k);
	ledger_close(l);

	if (ledger_open(fd, &l) < 0)
		abort();
	k = start(l, facts);
	check(count_all(XFRM_MSG_GETSA) == 2, "a crash leaves its SAs", "not two");
	check(kernel_remove_stale(k) == 4, "all that was left is removed", "not four");
	check(count_all(XFRM_MSG_GETSA) == 0, "after a crash no SA is left", "one is");
	kernel_stop(k);
	check(count_all(XFRM_MSG_GETPOLICY) == 0, "after a crash no policy is left", "one is");
	check(ledger_count(l) == 0, "the ledger is empty", "it is not");
	kernel_free(k);
	ledger_close(l);
	mem_free(facts);
	close(fd);
}

static void check_all(struct kernel_backend *k, const struct kernel_facts *facts)
{
	check_sas(k, facts);
	check_sa_refusals(k, facts);
	check_policies(k);
	check_addresses(k);
	check_routes(k);
	check_many(k);
	check_moves(k, facts);
	check_traffic(k, facts);
}

int main(int argc, char **argv)
{
	struct kernel_facts *facts = NEW(struct kernel_facts);
	struct kernel_backend *k;

	if (argc == 2 && strcmp(argv[1], "pcpu-2") == 0)
		pcpu_abi = PCPU_ABI_2;
	world_make();
	k = start(NULL, facts);
	printf("xfrm-check: dialect %s, %s, %u of %u CPUs online\n", facts->dialect,
	       facts->moves_addresses ? "moves SAs" : "moves no SAs", facts->online_count, facts->possible_cpus);
	check(count_all(XFRM_MSG_GETPOLICY) == 6, "neighbour discovery passes", "not six policies");
	if (pcpu_abi == PCPU_ABI_2)
		check_slots(k);
	else
		check_all(k, facts);
	kernel_stop(k);
	kernel_free(k);
	check(count_all(XFRM_MSG_GETPOLICY) == 0, "after stop no policy is left", "one is");
	check_crash();
	mem_free(facts);
	printf("kernel: %u passed, %u failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
