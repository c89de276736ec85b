/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_STATE_H
#define PLUTO_STEER_STATE_H

#include "base/list.h"
#include "base/table.h"
#include "nic/nic.h"
#include "pluto/steer/ledger.h"
#include "pluto/steer/netdev.h"
#include "pluto/steer/steering.h"
#include "pluto/steer/xdp.h"

/* Inside steer/ only. */

/* An interface where SAs arrive that want something. What was refused there is said once, and tried
 * again when all SAs that wanted it have gone. */
struct place {
	struct list link;
	unsigned index;
	char name[IF_NAMESIZE];
	size_t users;               /* SAs */
	size_t xdp_users, rps_users, rule_users; /* of them */
	int xdp;                    /* holds the program there; -1: it is not there */
	bool xdp_refused;
	bool rps_refused, rps_said;
	bool rules_refused, rules_said;
	bool rps_dirty, rules_dirty; /* its SAs or their CPUs are others now */
};

/* An SA, owned by the table. */
struct steered {
	struct table_link by_name;
	struct list link;
	struct steer_sa sa;
	struct place *place;        /* NULL: no interface has its address */
	bool in_xdp;
	struct made *rule;          /* the ledger's; NULL: the card has none for it */
};

struct steering {
	struct steering_config config;
	struct table by_name;
	struct list sas, places;
	struct steer_ledger ledger;
	struct netlink rtnetlink, events;
	struct netdevs netdevs;
	int uevents;                /* -1: CPUs are not followed */
	struct event *on_netdevs, *on_cpus, *look_again, *carry_out;
	bool *online;               /* by CPU */
	uint32_t possible_cpus;
	struct xdp *xdp;            /* while an SA wants it */
	size_t xdp_users;           /* SAs at places */
	bool watching, full;
};

/* How SAs of one kind are steered. Each is called for an SA that has a place. */
struct steer_means {
	void (*enter)(struct steering *s, struct steered *e);  /* it has it now */
	void (*leave)(struct steering *s, struct steered *e);  /* it will have none */
	void (*settle)(struct steering *s, struct steered *e); /* a CPU or an interface changed */
};
extern const struct steer_means by_xdp, by_rps, by_rule;

/* Many SAs come at once: what is done for all of an interface's together is done a little later. */
void steering_carry_out_soon(struct steering *s);
void by_rps_carry_out(struct steering *s, struct place *p);
/* `facts` are what the card says now. */
void by_rule_carry_out(struct steering *s, struct place *p, const struct nic_facts *facts);
/* Interfaces have changed: whether the program can stay at this one. */
void by_xdp_check(struct steering *s, struct place *p);

/* Gives a queue back what it had, where it still has ours; strikes it out. */
void rps_undo(struct steering *s, struct made *m);
/* Takes a rule that still says what we wrote out of the card; strikes it out. */
void rule_undo(struct steering *s, struct made *m);
/* After something was struck out; that it cannot be written is told to the log. */
void steering_write_ledger(struct steering *s);

/* watch.c: interfaces and CPUs, from the first SA on. false: they cannot be known. */
MUST_CHECK bool watch_begin(struct steering *s);
void watch_end(struct steering *s);

/* steering.c: every SA to where it belongs now. */
void steering_settle(struct steering *s);

#endif
