/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CPUVIEW_SAMPLE_H
#define CPUVIEW_SAMPLE_H

#include <jansson.h>

#include "facts/facts.h"
#include "nic/nic.h"

/* What there was at one moment: pluto's SAs with their counters, and what each CPU had received. */

enum { DEVICES_MAX = 8, SAMPLE_NAME_MAX = 160, SAMPLE_ADDRESS_MAX = 48,
       DIALECT_MAX = 16 };

struct counts {
	bool known; /* the kernel told */
	uint64_t packets, bytes;
};

struct sa_seen {
	uint32_t serial;
	char name[SAMPLE_NAME_MAX]; /* "westnet-eastnet-1" */
	int32_t cpu;                /* -1: any CPU may use it */
	bool in_set;                /* of a connection with clones= */
	bool spare;                 /* only receives */
	struct counts in, out;
};

/* What XDP has handed to the CPU of an inbound SA. */
struct steered_seen {
	uint32_t spi;
	char local[SAMPLE_ADDRESS_MAX];
	bool encapsulated;
	uint32_t cpu;
	uint64_t packets;
};

struct sample {
	int64_t when;        /* client_clock() */
	bool per_cpu;        /* the kernel binds SAs to CPUs */
	char dialect[DIALECT_MAX];
	uint32_t set_count;
	struct sa_seen *sas; /* owned; ascending by serial */
	size_t sa_count, sa_capacity;
	struct steered_seen *steered; /* owned; sorted */
	size_t steered_count, steered_capacity;
	char devices[DEVICES_MAX][NIC_NAME_MAX]; /* that lead to peers */
	size_t device_count;

	uint32_t cpu_count;  /* of the two lists: one more than the highest CPU's number */
	bool *online;        /* owned */
	struct cpu_load *loads; /* owned */
};

/* Zeroed is empty. */
void sample_done(struct sample *s);
/* Takes over what a record of the command `cpus` says; others are left. */
void sample_add_record(struct sample *s, const json_t *record);
/* The same SA in another sample; NULL: it was not steered then. */
const struct steered_seen *sample_find_steered(const struct sample *s,
					       const struct steered_seen *which);
/* After the last record: sorts, and reads the loads from below `root`. */
void sample_complete(struct sample *s, const char *root, int64_t when);

#endif
