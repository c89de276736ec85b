/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_STATE_H
#define PLUTO_STEER_STATE_H

#include "base/list.h"
#include "base/table.h"
#include "pluto/steer/netdev.h"
#include "pluto/steer/steering.h"
#include "pluto/steer/xdp.h"

/* Inside steer/ only. */

/* An interface where SAs arrive that want something. */
struct place {
	struct list link;
	unsigned index;
	char name[IF_NAMESIZE];
	size_t users;               /* SAs */
	size_t xdp_users;           /* of them, those that want XDP */
	int xdp;                    /* holds the program there; -1: it is not there */
	bool xdp_refused;           /* which was said */
};

/* An SA, owned by the table. */
struct steered {
	struct table_link by_name;
	struct list link;
	struct steer_sa sa;
	struct place *place;        /* NULL: no interface has its address */
	bool in_xdp;
};

struct steering {
	struct steering_config config;
	struct table by_name;
	struct list sas, places;
	struct netlink rtnetlink, events;
	struct netdevs netdevs;
	int uevents;                /* -1: CPUs are not followed */
	struct event *on_netdevs, *on_cpus, *look_again;
	bool *online;               /* by CPU */
	uint32_t possible_cpus;
	struct xdp *xdp;            /* while an SA wants it */
	size_t xdp_users;           /* SAs at places */
	bool watching, full;
};

/* by_xdp.c: whether the SA should be in the map, and makes it so. */
void by_xdp_enter(struct steering *s, struct steered *e);  /* it has a place now */
void by_xdp_leave(struct steering *s, struct steered *e);  /* and will have none */
void by_xdp_settle(struct steering *s, struct steered *e); /* a CPU came or went */

#endif
