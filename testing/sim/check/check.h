/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CHECK_CHECK_H
#define SIM_CHECK_CHECK_H

#include "sim/core/sim.h"

/* What has to hold when nothing happens: each is a script for sim_at(). */

/* The tunnel is up at this host: with as many SAs and policies as it should have and no more, and
 * each of them has its other half at the other end. */
sim_script check_up;
/* There has been no traffic for long: what this host makes on demand it has given back. */
sim_script check_idle;
/* Nothing is left at this host of anything; every command was answered. */
sim_script check_empty;
/* From the first to the second of these, no more is asked than lifetimes and liveness want. */
sim_script check_rate_begin, check_rate_end;
/* The same since check_rate_begin of a host whose peer always refuses. */
sim_script check_refused;

/* check_idle for both ends of every tunnel. */
void check_all_idle_at(struct sim *sim, int64_t when);
/* check_up for both ends of every tunnel, and check_empty for every host. */
void check_all_up_at(struct sim *sim, int64_t when);
void check_all_empty_at(struct sim *sim, int64_t when);
/* check_rate for every host. */
void check_rate_between(struct sim *sim, int64_t from, int64_t to);

#endif
