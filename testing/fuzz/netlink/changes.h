/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_NETLINK_CHANGES_H
#define FUZZ_NETLINK_CHANGES_H

#include "ike/kernel.h"

/* Changes as the engine asks for them, for the harness and its seeds. */
struct kernel_change change_of_sa(enum kernel_verb verb);
struct kernel_change change_of_policy(enum kernel_verb verb);
struct kernel_change change_of_route(enum kernel_verb verb);

struct address address_of_text(const char *text);

#endif
