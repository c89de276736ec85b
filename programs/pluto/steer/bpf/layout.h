/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_BPF_LAYOUT_H
#define PLUTO_STEER_BPF_LAYOUT_H

#include <linux/types.h>

/*
 * What the keeper and the program in the kernel both know: the maps' keys and values. Nobody else
 * reads or writes the maps, which are not pinned.
 */
enum {
	STEER_SAS_MAX = 65536,
	STEER_CPUS_MAX = 8192, /* the keeper makes the map as large as there can be CPUs */
	STEER_NAT_PORT = 4500
};

/* An inbound SA, as its packets look. No holes: the kernel compares all bytes. */
struct steer_key {
	__u8 address[16];  /* the destination; of IPv4 the first four, zeros after */
	__be32 spi;
	__u8 version;      /* 4 or 6 */
	__u8 encapsulated; /* 1: in UDP */
	__u8 zero[2];
};

struct steer_value {
	__u32 cpu;         /* an entry of the map of CPUs */
	__u32 zero;
	__u64 packets, bytes; /* of what was handed to that CPU; written by the program */
};

#endif
