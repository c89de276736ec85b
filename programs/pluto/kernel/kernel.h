/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KERNEL_KERNEL_H
#define PLUTO_KERNEL_KERNEL_H

#include "base/must_check.h"
#include "ike/kernel.h"

struct ledger;

/*
 * The kernel's IPsec, behind one face. Three backends: Linux XFRM, none (machines without XFRM),
 * and the fake of the tests and the simulation (kernel/fake.h). A process may have as many as it
 * likes. Nothing here calls back into its caller but kernel_read_events().
 *
 *   kernel_xfrm_new() .. kernel_start() .. kernel_apply()* .. kernel_stop() .. kernel_free()
 */
struct kernel_backend;

/*
 * Every object is written to the ledger before it is made and struck out when it is gone; see
 * ledger.h. The ledger is borrowed and outlives the backend; NULL: none is kept. PCPU_ABI_2: only
 * on a kernel that speaks it is kernel_start() a success.
 */
struct kernel_backend *kernel_xfrm_new(struct ledger *ledger, enum conf_pcpu_abi pcpu_abi);
struct kernel_backend *kernel_none_new(void);
void kernel_free(struct kernel_backend *k); /* without touching the kernel; NULL is fine */

/*
 * Opens the sockets, finds out what the kernel can do, and lets IPv6 neighbour discovery pass
 * whatever policies come. On failure -errno, *facts is left alone and `text` is one sentence for
 * the user, such as "the kernel has no ESP: load esp4 and esp6"; on success `text` is "" or a
 * remark worth a line in the log.
 */
MUST_CHECK int kernel_start(struct kernel_backend *k, struct kernel_facts *facts,
			    char text[KERNEL_TEXT_MAX]);
/* Takes the neighbour-discovery policies away and closes the sockets. What else was applied stays:
 * its owner deletes it first. */
void kernel_stop(struct kernel_backend *k);

/*
 * In order; stops at the first failure, later ones get -ECANCELED. Synchronous. A change that
 * deletes or queries something that is not there gets -ESRCH. A query that fails stops nothing.
 */
void kernel_apply(struct kernel_backend *k, struct kernel_change *changes, size_t count);

/* What the kernel has to say. Borrowed for the call. */
struct kernel_events {
	void *context;
	/* Traffic wants an SA. */
	void (*on_acquire)(void *context, const struct kernel_acquire *acquire);
	/* A limit was reached; when it is the hard one, the SA is gone from the kernel. */
	void (*on_expire)(void *context, uint32_t spi, const struct address *destination,
			  bool hard);
	/* Authentic ESP in UDP of an inbound SA comes from elsewhere than the SA says. */
	void (*on_mapping)(void *context, uint32_t spi, const struct address *destination,
			   const struct endpoint *from);
	/* Some events were lost, because they came faster than we read. May be NULL. */
	void (*on_lost)(void *context);
};

/* Readable when kernel_read_events() has something to do; -1: never. */
int kernel_event_fd(const struct kernel_backend *k);
/* Reads what is there, a bounded amount per call, and calls back for each. Never blocks. */
void kernel_read_events(struct kernel_backend *k, const struct kernel_events *events);

/* Readable when addresses came or went; then drain it and list them again. -1: never. */
int kernel_address_fd(const struct kernel_backend *k);
/* Forgets what was said; true: addresses may have changed. Never blocks. */
bool kernel_drain_addresses(struct kernel_backend *k);

/*
 * The host's own addresses without duplicates, link-local IPv6 ones and such as duplicate address
 * detection has not cleared. *list is the caller's: mem_free(). -errno: both are left alone.
 */
MUST_CHECK int kernel_list_addresses(struct kernel_backend *k, struct address **list,
				     size_t *count);

/* The index of the device that packets to this address leave by; 0: none, or it is not known. */
unsigned kernel_find_device(struct kernel_backend *k, const struct address *to);

/* Traffic of this UDP socket (of `family`) passes all policies, both ways: it carries IKE. */
MUST_CHECK int kernel_bypass_socket(struct kernel_backend *k, int fd, uint16_t family);
/* ESP in UDP that arrives on this socket is for the kernel (RFC 3948). */
MUST_CHECK int kernel_encapsulate_socket(struct kernel_backend *k, int fd);

/*
 * Deletes what the ledger still has of an earlier run, where it is still there and still what
 * the ledger says: an SA by destination and SPI and with its reqid, a policy by direction and
 * selectors and with its reqid and priority, a route of ours. What this run has set again stays.
 * The number deleted.
 */
size_t kernel_remove_stale(struct kernel_backend *k);

#endif
