/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CPUS_INTERRUPTS_H
#define PLUTO_CPUS_INTERRUPTS_H

#include "ike/host.h"

/*
 * Which CPUs take the interrupts of what a network device receives: into *out, which is empty and stays
 * so where it is not certain, as for a device that is no card, or one whose interrupts do not say
 * which of them are for that. `proc` and `sys` are where these are mounted.
 */
void interrupts_find(const char *proc, const char *sys, const char *device,
		     struct ike_receivers *out);

#endif
