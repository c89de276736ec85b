/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERIFY_HOST_H
#define VERIFY_HOST_H

#include <sys/types.h>

#include "conf/conf.h"
#include "facts/facts.h"
#include "nic/nic.h"
#include "verify/findings.h"

/*
 * What is verified. All that is not below `root` is a member, so that tests can say how a host is.
 */

enum { VERIFY_DEVICES_MAX = 16 };

/* What trying to make an SA found. */
struct kernel_probe {
	int error;          /* 0, or why the kernel takes no SA: -errno, -EPERM: we may not try */
	bool per_cpu;       /* SAs can be bound to CPUs */
	bool prototype;     /* as in 2019 */
	char text[160];     /* a sentence of what is missing, or "" */
};

struct device {
	struct nic_facts nic;      /* owned */
	bool leads_to_peers;       /* pluto says so */
	int xdp_native;            /* the driver can do XDP by itself: 1, 0, or -1: not known */
	int xdp;                   /* IFLA_XDP_ATTACHED: 0 none, 1 native, 2 generic, 3 in the card; -1 */
};

/* A program's output that is looked at; text NULL: it could not be had, and why. */
struct output {
	char *text; /* owned */
	char why[80];
};

struct host {
	const char *root;          /* of /proc and /sys: "" but in tests */
	const char *config, *rundir;
	uid_t owner;               /* whose files are to be: root's, but in tests */
	struct kernel_probe probe;

	bool conf_read;            /* ipsec.conf is good; else conf_error says what is not */
	struct conf conf;          /* owned */
	char conf_error[200];

	bool running;              /* pluto answers */
	bool *clones_on;           /* [CPU_MAX]: CPUs with a clone; owned */
	size_t clone_count;
	struct device devices[VERIFY_DEVICES_MAX];
	size_t device_count;

	struct output nft, iptables, ip6tables;
	int64_t now;               /* seconds since 1970 */
	int clock_synchronised;    /* 1, 0, or -1: not known */
};

bool host_wants_clones(const struct host *h);  /* a connection has clones= */
bool host_wants_udp(const struct host *h);     /* a connection has encapsulation=yes */
bool host_spreads_ports(const struct host *h); /* and one of those has clone-ports=spread */
bool host_forwards(const struct host *h, uint16_t family); /* nets of that family are behind it */
bool host_has_family(const struct host *h, uint16_t family); /* peers of that family */

/* The areas, each with its own findings. */
void check_kernel(const struct host *h, struct findings *f);
void check_daemon(const struct host *h, struct findings *f);
void check_nics(const struct host *h, struct findings *f);
void check_spread(const struct host *h, struct findings *f);
void check_counters(const struct host *h, struct findings *f);
void check_sysctls(const struct host *h, struct findings *f);
void check_mtu(const struct host *h, struct findings *f);
void check_firewall(const struct host *h, struct findings *f);
void check_clock(const struct host *h, struct findings *f);
void check_files(const struct host *h, struct findings *f);

#endif
