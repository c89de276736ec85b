/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-peers wait SAS SECONDS NETNS...: until the kernel has so many SAs in each of these network
 *                                        namespaces; fails when that takes longer
 * bench-peers report MEASURED JSON PEERS
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bench.h"
#include "peers/report.h"
#include "pluto/kernel/xfrm_message.h"

enum { NAMESPACES_MAX = 8, PAUSE_US = 50000 };

static void count_note(void *context, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[XFRMA_SAD_MAX + 1];
	uint32_t flags;

	if (message->nlmsg_type != XFRM_MSG_NEWSADINFO ||
	    !netlink_attributes(message, sizeof(flags), attrs, XFRMA_SAD_MAX) ||
	    !netlink_attribute(attrs[XFRMA_SAD_CNT], context, sizeof(uint32_t)))
		bench_die("the kernel does not say how many SAs there are");
}

static uint32_t sas_in(struct netlink *n)
{
	char text[KERNEL_TEXT_MAX] = "";
	union netlink_message m;
	uint32_t count = 0;
	struct netlink_listener listener = { &count, count_note };

	(void)netlink_begin(&m, XFRM_MSG_GETSADINFO, sizeof(uint32_t));
	if (netlink_request(n, &m, &listener, text) < 0)
		bench_die("the kernel does not say how many SAs there are: %s", text);
	return count;
}

/* A socket stays in the namespace where it was made. */
static void open_in(const char *netns, struct netlink *n)
{
	int fd = open(netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
		bench_die("%s: %s", netns, strerror(errno));
	(void)close(fd);
	bench_must(netlink_open(n, NETLINK_XFRM, 0) == 0, "no XFRM socket");
}

static bool all_have(struct netlink *list, int count, uint32_t sas)
{
	for (int i = 0; i < count; i++)
		if (sas_in(&list[i]) < sas)
			return false;
	return true;
}

static int wait_for(uint32_t sas, double seconds, char **namespaces, int count)
{
	struct netlink list[NAMESPACES_MAX];
	double until = bench_wall() + seconds;

	bench_must(count <= NAMESPACES_MAX, "too many namespaces");
	for (int i = 0; i < count; i++)
		open_in(namespaces[i], &list[i]);
	while (!all_have(list, count, sas)) {
		if (bench_wall() > until) {
			for (int i = 0; i < count; i++)
				(void)fprintf(stderr, "%s: %u SAs of %u\n", namespaces[i],
					      sas_in(&list[i]), sas);
			return 1;
		}
		(void)usleep(PAUSE_US);
	}
	for (int i = 0; i < count; i++)
		netlink_close(&list[i]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 5 && strcmp(argv[1], "wait") == 0)
		return wait_for((uint32_t)strtoul(argv[2], NULL, 10), strtod(argv[3], NULL),
				argv + 4, argc - 4);
	if (argc == 5 && strcmp(argv[1], "report") == 0)
		return report(argv[2], argv[3], argv[4]);
	(void)fputs("usage: bench-peers wait SAS SECONDS NETNS...\n"
		    "       bench-peers report MEASURED JSON PEERS\n", stderr);
	return 2;
}
