/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CPUVIEW_RATES_H
#define CPUVIEW_RATES_H

#include "base/buffer.h"
#include "cpuview/sample.h"

/* What happened between two samples, for each CPU. Pure: the same samples give the same rates. */

struct flow {
	uint64_t packets, bits; /* per second */
};

/* One CPU, or, with cpu -1, the SAs that any CPU may use. */
struct cpu_row {
	int32_t cpu;
	bool online;
	char name[SAMPLE_NAME_MAX]; /* of its first SA; empty: it has none */
	uint32_t sa_count;
	struct flow out; /* what it has encrypted, where the kernel binds SAs to CPUs */
	struct flow in;  /* what came on its SAs, whichever CPU has decrypted it */
	uint64_t received, dropped, squeezed; /* per second: packets that its softirqs took up, .. */
	uint64_t decrypted; /* packets per second that XDP has handed to it; where rates.by_xdp */
	uint32_t share;  /* percent of all that was received */
	uint32_t decrypted_share; /* percent of all that was decrypted, as far as it is known where */
};

struct rates {
	bool per_cpu, loads_known;
	bool by_xdp;           /* some SAs are handed to their CPUs by XDP, which counts */
	char dialect[DIALECT_MAX];
	uint32_t set_count, sa_count, clone_count, bound_cpus; /* bound: that have an SA of their own */
	int64_t span;          /* microseconds between the samples */
	struct cpu_row any, total;
	struct cpu_row *rows;  /* owned; ascending; online, or with an SA */
	size_t row_count;
};

void rates_make(struct rates *out, const struct sample *before, const struct sample *now);
void rates_done(struct rates *r);

/*
 * Where what came in was decrypted, and how that is known: by the counters of XDP for what it hands
 * on; else no more is known than where receiving makes work. A word for programs, and a sentence.
 */
const char *inbound_source(const struct rates *r);
void inbound_source_explain(const struct rates *r, struct buffer *out);
uint32_t inbound_known_share(const struct rates *r); /* percent of what came in */

enum { SENTENCES_MAX = 6, SENTENCE_LEN_MAX = 240 };

/* What is uneven, and what would help: one sentence each. */
struct sentences {
	char list[SENTENCES_MAX][SENTENCE_LEN_MAX];
	size_t count;
};
void uneven_find(const struct rates *r, const struct nic_facts *nics, size_t nic_count,
		 struct sentences *out);

/* "999", "1.2k", "34M", "1.2G": at most 5 characters. */
enum { AMOUNT_MAX = 24 };
const char *amount_print(uint64_t amount, char out[AMOUNT_MAX]);

#endif
