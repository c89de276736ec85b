/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine as its /proc and /sys would show it, in a folder of its own. One at a time. */
#ifndef UNIT_NIC_MACHINE_H
#define UNIT_NIC_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "nic/nic.h"

struct nic_source machine_new(void); /* without a driver that answers */
void machine_free(void);
/* `parent`: its place, NULL: it is no card. */
void machine_add_device(const char *name, const char *parent, unsigned queues);
void machine_write(const char *file, const char *text); /* a path below the machine's root */
void machine_set_affinity(unsigned interrupt, const char *list);

#endif
