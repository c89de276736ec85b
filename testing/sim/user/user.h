/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_USER_USER_H
#define SIM_USER_USER_H

#include "sim/core/sim.h"

/* People, and what happens to machines: each is a script for sim_at(). Commands do nothing while
 * the host is down or asleep. */
sim_script user_up, user_down, user_route, user_unroute, user_delete;
sim_script user_add;           /* as in ipsec.conf; refused where it is loaded */
sim_script user_replace;       /* loads it again */
sim_script user_resizes;       /* the same with another clones=, where it has some */
sim_script user_deletes_child; /* head or clone, as operators of other daemons can */
sim_script user_up_again;      /* if it is not known to be up */
sim_script user_rekey;         /* Child SAs or the IKE SA */
sim_script user_anything;      /* one of these */

sim_script user_crash;         /* pulls the plug */
sim_script user_reboot;        /* puts it in again, and every connection of the host goes up */
sim_script user_boot;          /* the same, but nothing goes up */
sim_script user_changes_secret; /* and boots; to one that its peers do not have, or back */
sim_script user_suspend;       /* for a while; its clock may stand still meanwhile */
sim_script user_sets_clock;    /* the wall clock, forward or back */
sim_script user_fills_memory;  /* the kernel refuses something soon */
sim_script user_plugs;         /* one of its CPUs goes offline, or is back; one stays online */
sim_script user_moves;         /* to another address, with MOBIKE */
void user_goes(struct sim_host *host, struct sim_tunnel *tunnel, const struct address *to);

#endif
