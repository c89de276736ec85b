/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CONTROL_RECORDS_H
#define PLUTO_CONTROL_RECORDS_H

#include <jansson.h>

#include "ike/engine.h"
#include "pluto/steer/sa.h"

/* The engine's views as records of the control protocol (docs/control.md). The caller owns them. */
json_t *traffic_record(const struct child_view *view);
json_t *child_record(const struct child_view *view);
json_t *ike_record(const struct ike_view *view);
json_t *connection_record(const struct connection_view *view);
/* What the kernel was found to be able to do, what XDP has handed on, and by which device ("": not
 * known) a peer is reached. */
json_t *kernel_record(const struct kernel_facts *facts);
json_t *steered_record(const struct steer_sa *sa, const struct steer_counters *counters);
json_t *way_record(const struct address *peer, const char *device);
/* {"number": 2, "peer": "192.1.2.45"}; NULL: it is no instance. */
json_t *instance_json(const struct instance_view *view);
/* "2^63B", "10MiB": as ipsec.conf has it. */
json_t *count_json(uint64_t count, const char *unit);
/* Of class CONTROL_TRAFFIC it makes no line. */
json_t *set_record(const struct set_view *view, enum control_code class_);
json_t *totals_record(uint32_t loaded, uint32_t routed, uint32_t active);
json_t *brief_record(const struct engine_counts *counts);
/* A line for people, with name and serial in front and as keys. */
json_t *report_record(const struct ike_report *report);
/* `"name" #serial: text`, of an instance `"name"[2] 192.1.2.45 #serial: text` */
void report_write(const struct ike_report *report, struct buffer *out);

#endif
