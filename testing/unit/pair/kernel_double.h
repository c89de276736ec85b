/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_PAIR_KERNEL_DOUBLE_H
#define UNIT_PAIR_KERNEL_DOUBLE_H

#include "ike/kernel.h"

/* A kernel that keeps what it was told, refuses when it shall, and counts what cannot be. */
enum { DOUBLE_SAS_MAX = 512, DOUBLE_POLICIES_MAX = 64 };

struct double_sa {
	enum kernel_direction direction;
	uint32_t spi, cpu, reqid;
	struct address source, destination;
	bool encapsulated;
	uint16_t source_port, destination_port;
	uint64_t key;            /* its first bytes */
	uint64_t packets, bytes; /* what a query answers */
	uint64_t hard_packets, hard_bytes;
};

struct double_policy {
	enum kernel_direction direction;
	struct selector source, destination;
	enum kernel_policy_kind kind;
	struct address tunnel_source, tunnel_destination;
	uint32_t spi;
	bool cpu_acquire;
};

struct kernel_double {
	struct double_sa sas[DOUBLE_SAS_MAX];
	size_t sa_count;
	struct double_policy policies[DOUBLE_POLICIES_MAX];
	size_t policy_count;
	unsigned refuse_in; /* the n-th addition from now on is refused; 0: none */
	int refuse_error;   /* with this; 0: -EINVAL */
	unsigned queries;
	unsigned errors;    /* deletions and look-ups of what is not there, additions of what is */
};

/* ike_host.kernel of a host with these facts. */
void double_changes(struct kernel_double *k, const struct kernel_facts *facts,
		    struct kernel_change *changes, size_t count);

#endif
