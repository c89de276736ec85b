/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_FAKE_H
#define PLUTO_KERNEL_FAKE_H

#include "pluto/kernel/kernel.h"

/*
 * A kernel in memory: it keeps SAs, policies and routes, refuses what Linux refuses, and carries
 * packets as Linux does, so that tests can ask which SA took a packet and whether the other end
 * would have had it. Every call of kernel.h works on it; its events are read with
 * kernel_read_events(), it has no descriptors. No time passes in it.
 */
struct fake_config {
	uint32_t cpus;       /* 0 .. cpus-1, all online */
	bool per_cpu;        /* false: as a kernel without per-CPU SAs: they go in unbound */
	bool pcpu_2;         /* with per_cpu: as a prototype of 2019 */
	bool moves_addresses; /* of SAs; false: only their UDP ports */
	struct ledger *ledger; /* or NULL */
};

struct kernel_backend *kernel_fake_new(const struct fake_config *config);

/* The own addresses, as kernel_list_addresses() gives them; copied. A packet to one of them is
 * inbound traffic, to any other forwarded. */
void fake_set_addresses(struct kernel_backend *k, const struct address *list, size_t count);
/* Another run's ledger over the same kernel, as after a crash; NULL: none. */
void fake_set_ledger(struct kernel_backend *k, struct ledger *ledger);
/* The wall clock for counters, in seconds. */
void fake_set_time(struct kernel_backend *k, int64_t epoch_seconds);

/* The n-th change from now on (1: the next) that is not a query fails with `error` (-errno). */
void fake_refuse(struct kernel_backend *k, unsigned n, int error, const char *text);

/* --- The data path --- */

struct fake_packet {
	struct address source, destination;
	uint8_t protocol;
	uint16_t source_port, destination_port;
	uint32_t len; /* bytes, IP header included */
};

/* On the wire: ESP, or the packet as it is where spi is 0. */
struct fake_wire {
	uint32_t spi;
	uint64_t sequence;   /* all 64 bits of an extended one */
	struct address source, destination;
	bool encapsulated;
	uint16_t source_port, destination_port; /* of UDP */
	enum conf_type mode;
	uint64_t sealed;     /* stands for ciphertext: only the same keys and algorithms open it */
	struct fake_packet packet;
};

/*
 * A CPU sends a packet: policy, then SA. The SA is chosen as Linux does: of the policy's reqid,
 * mode and ends, never one bound to another CPU, one bound to this CPU before an unbound one, of
 * equals the newest. With cpu_acquire one that is not bound to this CPU does for the packet that
 * raises the acquire; those after it are lost until that is answered, forgotten, or not asked for.
 *   0        *out is what goes out
 *   -EPERM   a policy blocks it
 *   -EAGAIN  no SA yet; an acquire was or is under way
 *   -EINVAL  the SA's hard limit is reached: it is gone and an expire is to be read
 *   -EOVERFLOW the sequence number would wrap
 */
MUST_CHECK int fake_send(struct kernel_backend *k, uint32_t cpu, const struct fake_packet *packet,
			 struct fake_wire *out);

/*
 * What came in, on any CPU.
 *   0            accepted
 *   -ESRCH       no inbound SA of that SPI and destination
 *   -EPROTOTYPE  ESP in UDP where the SA is for plain ESP, or the other way round
 *   -EBADMSG     the keys do not open it
 *   -ESTALE      replayed, or behind the window
 *   -EINVAL      the SA's hard limit is reached
 *   -EPERM       the policies do not want it so: unprotected, through another set's SA, blocked
 */
MUST_CHECK int fake_receive(struct kernel_backend *k, const struct fake_wire *wire);

/* An acquire that nobody answered is forgotten; the next packet asks again. */
void fake_expire_acquires(struct kernel_backend *k);

/* --- What is in it --- */

struct fake_sa {
	struct kernel_sa sa;  /* keys are not kept: both views are empty */
	uint64_t sequence;    /* the last sent, or the highest received */
	struct kernel_counters counters;
	uint64_t replays;     /* packets dropped by the window */
	uint64_t added;       /* 1 for the first SA ever, 2 ... */
};

struct fake_counts {
	size_t inbound, outbound, bound, policies, routes;
	uint64_t changes;     /* applied with success, queries not counted */
	uint64_t acquires;    /* raised ever */
};

struct fake_counts fake_counts(const struct kernel_backend *k);

/* Oldest first. Views are borrowed until the next change. */
size_t fake_sa_count(const struct kernel_backend *k);
const struct fake_sa *fake_sa_at(const struct kernel_backend *k, size_t index);
const struct fake_sa *fake_find_sa(const struct kernel_backend *k, uint32_t spi,
				   const struct address *destination); /* or NULL */
size_t fake_policy_count(const struct kernel_backend *k);
const struct kernel_policy *fake_policy_at(const struct kernel_backend *k, size_t index);
/* Those of a reqid, in each direction. */
void fake_count_policies(const struct kernel_backend *k, uint32_t reqid,
			 size_t counts[KERNEL_FORWARD + 1]);
/* How many were ever set in the place of another reqid's. */
uint64_t fake_taken_over(const struct kernel_backend *k);
size_t fake_route_count(const struct kernel_backend *k);
const struct kernel_route *fake_route_at(const struct kernel_backend *k, size_t index);

/* Everything in lines of text, for people who read a failed test. */
void fake_dump(const struct kernel_backend *k, struct buffer *out);

#endif
