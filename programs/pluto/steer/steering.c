/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/steering.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/cpus/cpus.h"
#include "pluto/cpus/uevent.h"
#include "pluto/steer/message.h"
#include "pluto/steer/state.h"

enum {
	SAS_MAX = 65536,
	SETTLE_MS = 100 /* interfaces and addresses change in groups */
};

/* --- Where SAs arrive --- */

static struct place *place_find(struct steering *s, unsigned index)
{
	LIST_FOR_EACH(link, &s->places) {
		struct place *p = LIST_OBJECT(link, struct place, link);

		if (p->index == index)
			return p;
	}
	return NULL;
}

static struct place *place_get(struct steering *s, const struct netdev *device)
{
	struct place *p = place_find(s, device->index);

	if (p == NULL) {
		p = NEW(struct place);
		p->index = device->index;
		memcpy(p->name, device->name, sizeof(p->name));
		p->xdp = -1;
		list_append(&s->places, &p->link);
	}
	return p;
}

static void leave(struct steering *s, struct steered *e)
{
	struct place *p = e->place;

	if (p == NULL)
		return;
	by_xdp_leave(s, e);
	e->place = NULL;
	if (--p->users == 0) {
		list_remove(&p->link);
		mem_free(p);
	}
}

static void enter(struct steering *s, struct steered *e, const struct netdev *device)
{
	e->place = place_get(s, device);
	e->place->users++;
	by_xdp_enter(s, e);
}

/* To where its address is now. */
static void settle(struct steering *s, struct steered *e)
{
	const struct netdev *device = netdev_of_address(&s->netdevs, &e->sa.destination);

	if (device != NULL && device->is_loopback)
		device = NULL;
	if (e->place != NULL && (device == NULL || device->index != e->place->index))
		leave(s, e);
	if (e->place != NULL)
		by_xdp_settle(s, e);
	else if (device != NULL)
		enter(s, e, device);
}

static void settle_all(struct steering *s)
{
	LIST_FOR_EACH(link, &s->sas)
		settle(s, LIST_OBJECT(link, struct steered, link));
}

/* --- What changes --- */

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
	settle_all(s);
}

static void on_look_again(evutil_socket_t fd, short what, void *context)
{
	struct steering *s = context;

	(void)fd;
	(void)what;
	read_netdevs(s);
	settle_all(s);
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

/* The first SA: until then nothing is opened. */
static bool watch(struct steering *s)
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
	s->on_netdevs = event_readable(s, netlink_fd(&s->events), on_netdevs);
	s->uevents = uevent_open();
	if (s->uevents >= 0)
		s->on_cpus = event_readable(s, s->uevents, on_cpus);
	read_cpus(s);
	read_netdevs(s);
	return s->online != NULL;
}

/* --- SAs --- */

/* What tells one SA from another, in bytes. */
static struct bytes name_of(const struct steer_sa *sa, struct buffer *out)
{
	steer_end_write(sa, out);
	return buffer_bytes(out);
}

static bool matches(const struct table_link *link, struct bytes name)
{
	const struct steered *e = TABLE_OBJECT(link, struct steered, by_name);
	struct buffer own = { 0 };
	bool same = bytes_equal(name_of(&e->sa, &own), name);

	buffer_done(&own);
	return same;
}

static struct steered *sa_find(const struct steering *s, const struct steer_sa *sa)
{
	struct buffer name = { 0 };
	struct table_link *link = table_find(&s->by_name, name_of(sa, &name));

	buffer_done(&name);
	return link == NULL ? NULL : TABLE_OBJECT(link, struct steered, by_name);
}

static bool has_room(struct steering *s)
{
	if (s->by_name.count < SAS_MAX)
		return true;
	if (!s->full)
		s->config.log("no more than %u SAs are steered", (unsigned)SAS_MAX);
	s->full = true;
	return false;
}

void steering_add(struct steering *s, const struct steer_sa *sa)
{
	struct buffer name = { 0 };
	struct steered *e;

	if (sa_find(s, sa) != NULL || !has_room(s) || !watch(s))
		return;
	e = NEW(struct steered);
	e->sa = *sa;
	list_append(&s->sas, &e->link);
	table_add(&s->by_name, name_of(sa, &name), &e->by_name);
	buffer_done(&name);
	settle(s, e);
}

static void sa_free(struct steering *s, struct steered *e)
{
	leave(s, e);
	table_remove(&s->by_name, &e->by_name);
	list_remove(&e->link);
	mem_free(e);
}

void steering_remove(struct steering *s, const struct steer_sa *sa)
{
	struct steered *e = sa_find(s, sa);

	if (e != NULL)
		sa_free(s, e);
}

void steering_write_counters(const struct steering *s, struct buffer *out)
{
	LIST_FOR_EACH(link, &s->sas) {
		const struct steered *e = LIST_OBJECT(link, struct steered, link);
		struct steer_counters counters;

		if (e->in_xdp && xdp_count(s->xdp, &e->sa, &counters))
			steer_counters_write(&e->sa, &counters, out);
	}
}

struct steering *steering_new(const struct steering_config *config)
{
	struct steering *s = NEW(struct steering);
	uint8_t seed[16] = { 0 };

	/* A seed that can be guessed only makes a table slow. */
	if (getrandom(seed, sizeof(seed), 0) < 0)
		memcpy(seed, &s, sizeof(s));
	s->config = *config;
	s->uevents = -1;
	table_init(&s->by_name, seed, matches);
	list_init(&s->sas);
	list_init(&s->places);
	s->look_again = evtimer_new(config->base, on_look_again, s);
	return s;
}

void steering_free(struct steering *s)
{
	struct event *events[3];

	if (s == NULL)
		return;
	LIST_FOR_EACH(link, &s->sas)
		sa_free(s, LIST_OBJECT(link, struct steered, link));
	events[0] = s->on_netdevs;
	events[1] = s->on_cpus;
	events[2] = s->look_again;
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (events[i] != NULL)
			event_free(events[i]);
	}
	if (s->uevents >= 0)
		close(s->uevents);
	netlink_close(&s->rtnetlink);
	netlink_close(&s->events);
	netdevs_done(&s->netdevs);
	table_done(&s->by_name);
	mem_free(s->online);
	mem_free(s);
}
