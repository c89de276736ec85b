/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CPUS_UEVENT_H
#define PLUTO_CPUS_UEVENT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/must_check.h"

/*
 * The kernel's word that a CPU went on- or offline (NETLINK_KOBJECT_UEVENT). It is a reason to look
 * which are online, and no more: so one that is lost or made up does no harm.
 *
 * Everybody may listen, without a capability. The kernel says it in every network namespace that
 * the first user namespace owns; in others, as in a rootless container, nothing is ever heard.
 */

/* A socket that never blocks, or -errno. It is woken by little else: the rest is filtered out. */
MUST_CHECK int uevent_open(void);

/* Reads what is there, a bounded number of messages. true: CPUs may have come or gone. */
bool uevent_read(int fd);

/* Whether one received message, of which `len` bytes are in its first buffer, comes from the kernel and
 * says so. */
bool uevent_is_of_cpu(const struct msghdr *message, size_t len);

#endif
