/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway that was looked at twice, for tests of what is made of that. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cpuview/collect.h"

/* pluto's answer for one SA. cpu -1: the head. */
static inline void add_traffic(struct sample *s, int serial, int slot, int cpu, int in, int out)
{
	json_t *record = json_pack(
		"{s:i, s:{s:i, s:o, s:s, s:i, s:o, s:i, s:i, s:i, s:i}}", "class", 6, "traffic",
		"serial", serial, "name", json_sprintf("we-%d", slot), "set", "we", "slot", slot,
		"cpu", cpu < 0 ? json_null() : json_integer(cpu), "in_packets", in, "in_bytes",
		in * 100, "out_packets", out, "out_bytes", out * 100);

	sample_add_record(s, record);
	json_decref(record);
}

static inline void add_text(struct sample *s, const char *text)
{
	json_t *record = json_loads(text, 0, NULL);

	sample_add_record(s, record);
	json_decref(record);
}

static inline void add_kernel(struct sample *s, const char *online, bool per_cpu)
{
	json_t *record = json_pack("{s:i, s:{s:s, s:s, s:b, s:s}}", "class", 0, "kernel", "name",
				   "xfrm", "dialect", per_cpu ? "mainline" : "none", "per_cpu",
				   per_cpu, "cpus_online", online);

	sample_add_record(s, record);
	json_decref(record);
}

#endif
