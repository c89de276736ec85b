/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_STEER_STEERING_H
#define PLUTO_STEER_STEERING_H

#include <event2/event.h>

#include "base/buffer.h"
#include "base/must_check.h"
#include "nic/nic.h"
#include "pluto/steer/sa.h"

/*
 * The keeper's part of the receive side: the packets of inbound SAs go to the CPUs of these SAs, by
 * the means that each wants (clone-steering=). On which interface they arrive is told by their
 * destination address; interfaces that come, go, are renamed or get an address are followed, and so
 * are CPUs. What cannot be done is told to the log, once for each interface, and harms nothing:
 * packets go where the card puts them.
 *
 * Nothing is touched that was not made here, and all that was is undone when the last SA that
 * wanted it goes, and by steering_free(). XDP programs go with this process, however it ends.
 */
struct steering;

struct steering_config {
	struct event_base *base;
	const char *ledger_path, *sys; /* RUNDIR/pluto.steering, /sys; borrowed */
	const struct nic_source *nic;  /* where cards are asked, and get rules */
	void (*log)(const char *format, ...);
};

/* First undoes what the ledger has of an earlier run. */
struct steering *steering_new(const struct steering_config *config);
void steering_free(struct steering *s); /* NULL is fine */

/* An SA that is there already is left as it is. */
void steering_add(struct steering *s, const struct steer_sa *sa);
/* By address, SPI and encapsulation; unknown ones are ignored. */
void steering_remove(struct steering *s, const struct steer_sa *sa);

/* As MESSAGE_STEER_COUNTERS has them after its number. */
void steering_write_counters(const struct steering *s, struct buffer *out);

#endif
