/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERIFY_GATHER_H
#define VERIFY_GATHER_H

#include "verify/host.h"

/* Fills in what is not below h->root; root, config, rundir and owner are set. */
void gather(struct host *h, const char *ctlsocket);
/* A device that is to be looked at whether pluto names it or not; too many, or one there is none of:
 * false. */
MUST_CHECK bool gather_device(struct host *h, const char *name, bool leads_to_peers);
void host_done(struct host *h);

/*
 * The output of a program that is looked for where the system has its own, without its words on
 * standard error; at most 8 MiB and 10 seconds. words[0] is its name.
 */
struct output output_of(const char *const words[]);

/* The mode of the XDP program of a device, IFLA_XDP_ATTACHED; -1: not known. */
int xdp_mode(const char *device);
/* Whether its driver has XDP, and can redirect: 1, 0, or -1: not known. */
int xdp_native(const char *device);
struct nlmsghdr;
void xdp_read(const struct nlmsghdr *message, int *mode); /* their readers: of RTM_NEWLINK .. */
void xdp_read_features(const struct nlmsghdr *message, int *native); /* .. and of netdev's answer */

#endif
