/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include "base/buffer.h"
#include "base/must_check.h"

/*
 * What clients read of this host from /proc and /sys. Files are named from where the root is: "" on
 * a host, a folder in tests. A file that is not there, or not of the form known, is no failure of a
 * caller: it is what it then says.
 */

/* All of a file, into *out, which is empty; at most 4 MiB. -errno. */
MUST_CHECK int facts_read(const char *root, const char *path, struct buffer *out);
/* The first line of a small file, without its end, cut to fit. -errno. */
MUST_CHECK int facts_read_line(const char *root, const char *path, char *out, size_t out_len);
/* A file with one number. */
MUST_CHECK bool facts_read_number(const char *root, const char *path, uint64_t *out);

/* Whether that module is loaded. One that is part of the kernel may not be told of. */
MUST_CHECK bool facts_has_module(const char *root, const char *name);

/* What a CPU has done for packets that were received. Counters since the host was started. */
struct cpu_load {
	bool known;
	uint64_t softirqs;                     /* NET_RX of /proc/softirqs */
	uint64_t packets, dropped, squeezed;   /* of /proc/net/softnet_stat */
};

/* For each CPU up to `count`, by its number: what /proc/softirqs and /proc/net/softnet_stat say. */
void facts_read_loads(const char *root, struct cpu_load *out, uint32_t count);
/* The two readers of text. */
void facts_parse_softirqs(const char *text, struct cpu_load *out, uint32_t count);
void facts_parse_softnet(const char *text, struct cpu_load *out, uint32_t count);

/* A counter of a file with lines "NAME NUMBER", as /proc/net/xfrm_stat; false: it is not there. */
MUST_CHECK bool facts_find_counter(const char *text, const char *name, uint64_t *out);

#endif
