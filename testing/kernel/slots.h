/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KERNEL_SLOTS_H
#define KERNEL_SLOTS_H

#include <errno.h>
#include <stdint.h>

/*
 * What a kernel with the per-CPU SAs of 2019 does, in rows that are played on such a kernel and on
 * the fake one. Outbound SAs are a CPU's clone, or one of these.
 */
enum { SLOT_CPUS = 2, SLOT_HEAD = -1, SLOT_PLAIN = -2, SLOT_OTHER_SET = -3, SLOT_END = -4 };

/* Adds are SPI SLOT_SPI + index; then those are deleted, by index; then each CPU sends a packet on
 * the one with that index, or on none. */
enum { SLOT_SPI = 0x1000, SLOT_NOTHING = -1, SLOT_ADDS_MAX = 6 };

static const struct slot_row {
	const char *what;
	int adds[SLOT_ADDS_MAX], gone[3], expect[SLOT_CPUS];
} slot_rows[] = {
	{ "a head serves every CPU", { SLOT_HEAD, SLOT_END }, { SLOT_END }, { 0, 0 } },
	{ "a clone serves its own", { SLOT_HEAD, 1, SLOT_END }, { SLOT_END }, { 0, 1 } },
	{ "a newer clone takes the slot", { SLOT_HEAD, 1, 1, SLOT_END }, { SLOT_END }, { 0, 2 } },
	{ "and keeps it when the older goes", { SLOT_HEAD, 1, 1, SLOT_END }, { 1, SLOT_END },
	  { 0, 2 } },
	{ "but the older does not come back", { SLOT_HEAD, 1, 1, SLOT_END }, { 2, SLOT_END },
	  { 0, 0 } },
	{ "a clone that went: the head", { SLOT_HEAD, 0, SLOT_END }, { 1, SLOT_END }, { 0, 0 } },
	{ "a second head shares the slots", { SLOT_HEAD, 0, 1, SLOT_HEAD, SLOT_END }, { SLOT_END },
	  { 1, 2 } },
	{ "and keeps them when the first goes", { SLOT_HEAD, 0, 1, SLOT_HEAD, SLOT_END },
	  { 0, SLOT_END }, { 1, 2 } },
	{ "a head rekeyed after its clones", { SLOT_HEAD, 0, 1, 0, 1, SLOT_HEAD }, { 1, 2, 0 },
	  { 3, 4 } },
	{ "without a head nothing goes", { SLOT_HEAD, 0, SLOT_END }, { 0, SLOT_END },
	  { SLOT_NOTHING, SLOT_NOTHING } },
};

/* One after the other; each is added, with that result. */
static const struct slot_refusal {
	const char *what;
	int kind, result;
} slot_refusals[] = {
	{ "a clone without a head", 0, -ESRCH },
	{ "an SA of a set without clones", SLOT_PLAIN, 0 },
	{ "which is no head", 0, -ESRCH },
	{ "a head", SLOT_HEAD, 0 },
	{ "its clone", 0, 0 },
	{ "another set's head", SLOT_OTHER_SET, -EEXIST },
	{ "another plain SA", SLOT_PLAIN, 0 },
};

#endif
