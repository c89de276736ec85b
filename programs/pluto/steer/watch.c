/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes: interfaces, their addresses, CPUs. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/cpus/cpus.h"
#include "pluto/cpus/uevent.h"
#include "pluto/steer/state.h"

enum { SETTLE_MS = 100 /* interfaces and addresses change in groups */ };

static void read_cpus(struct steering *s)
{
	struct kernel_facts *found = NEW(struct kernel_facts);
	int failed = cpus_read(found);

	if (failed) {
		s->config.log("cannot find out which CPUs are online: %s", strerror(-failed));
		mem_free(found);
		return;
	}
	if (s->online == NULL) {
		s->possible_cpus = found->possible_cpus;
		s->online = mem_new_array(s->possible_cpus, sizeof(*s->online));
	}
	memset(s->online, 0, s->possible_cpus * sizeof(*s->online));
	for (uint32_t i = 0; i < found->online_count; i++) {
		if (found->online[i] < s->possible_cpus)
			s->online[found->online[i]] = true;
	}
	mem_free(found);
}

static void take_new_names(struct steering *s)
{
	LIST_FOR_EACH(link, &s->places) {
		struct place *p = LIST_OBJECT(link, struct place, link);
		const struct netdev *device = netdev_find(&s->netdevs, p->index);

		if (device != NULL)
			memcpy(p->name, device->name, sizeof(p->name));
	}
}

static void read_netdevs(struct steering *s)
{
	int failed = netdevs_read(&s->rtnetlink, &s->netdevs);

	if (failed)
		s->config.log("cannot list the interfaces of this host: %s", strerror(-failed));
	else
		take_new_names(s);
}

static void on_cpus(evutil_socket_t fd, short what, void *context)
{
	struct steering *s = context;

	(void)what;
	if (!uevent_read((int)fd))
		return;
	read_cpus(s);
	steering_settle(s);
}

static void on_look_again(evutil_socket_t fd, short what, void *context)
{
	struct steering *s = context;

	(void)fd;
	(void)what;
	read_netdevs(s);
	steering_settle(s);
}

static void ignore(void *context, const struct nlmsghdr *message)
{
	(void)context;
	(void)message;
}

static void on_netdevs(evutil_socket_t fd, short what, void *context)
{
	struct netlink_listener listener = { NULL, ignore };
	struct timeval soon = { .tv_usec = SETTLE_MS * 1000 };
	struct steering *s = context;

	(void)fd;
	(void)what;
	while (netlink_read(&s->events, &listener) != NETLINK_NOTHING)
		continue;
	if (!evtimer_pending(s->look_again, NULL))
		evtimer_add(s->look_again, &soon);
}

static struct event *event_readable(struct steering *s, int fd, event_callback_fn call)
{
	struct event *event = event_new(s->config.base, fd, EV_READ | EV_PERSIST, call, s);

	if (event != NULL)
		event_add(event, NULL);
	return event;
}

bool watch_begin(struct steering *s)
{
	int failed;

	if (s->watching)
		return true;
	failed = netlink_open(&s->rtnetlink, NETLINK_ROUTE, 0);
	if (!failed)
		failed = netlink_open(&s->events, NETLINK_ROUTE,
				      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
	if (failed) {
		s->config.log("clones are not steered: %s", strerror(-failed));
		netlink_close(&s->rtnetlink);
		return false;
	}
	s->watching = true;
	s->look_again = evtimer_new(s->config.base, on_look_again, s);
	s->on_netdevs = event_readable(s, netlink_fd(&s->events), on_netdevs);
	s->uevents = uevent_open();
	if (s->uevents >= 0)
		s->on_cpus = event_readable(s, s->uevents, on_cpus);
	read_cpus(s);
	read_netdevs(s);
	return s->online != NULL;
}

void watch_end(struct steering *s)
{
	struct event *events[] = { s->on_netdevs, s->on_cpus, s->look_again };

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (events[i] != NULL)
			event_free(events[i]);
	}
	if (s->uevents >= 0)
		close(s->uevents);
	netlink_close(&s->rtnetlink);
	netlink_close(&s->events);
	netdevs_done(&s->netdevs);
	mem_free(s->online);
}
