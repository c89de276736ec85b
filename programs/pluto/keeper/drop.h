/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_DROP_H
#define PLUTO_KEEPER_DROP_H

#include <sys/types.h>

#include "base/must_check.h"

/* Whom pluto runs as. */
struct user {
	uid_t uid;
	gid_t gid;
};

/* A name, or a number (then the group of that user, or the same number where nobody has it).
 * NULL when found, else a sentence in `why`. Root is refused. */
MUST_CHECK const char *user_find(const char *text, struct user *out, char *why, size_t why_len);

/*
 * Becomes that user for good: exactly CAP_NET_ADMIN and CAP_NET_BIND_SERVICE, nothing to gain by
 * exec, no other groups, not dumpable; dies with `parent`. NULL when done, else what failed.
 */
MUST_CHECK const char *privileges_drop(const struct user *user, pid_t parent);

#endif
