/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpuview/record.h"

#include "base/clock.h"

static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *text_or_null(const char *text)
{
	return *text == '\0' ? json_null() : json_string(text);
}

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *flow_json(const struct flow *flow)
{
	json_t *o = json_object();

	set(o, "packets", number(flow->packets));
	set(o, "bits", number(flow->bits));
	return o;
}

static void add_flows(json_t *o, const struct cpu_row *row)
{
	set(o, "sas", number(row->sa_count));
	set(o, "out", flow_json(&row->out));
	set(o, "in", flow_json(&row->in));
}

static bool takes(const struct nic_interrupt *interrupt, int32_t cpu)
{
	for (uint32_t i = 0; i < interrupt->cpu_count; i++)
		if (interrupt->cpus[i] == cpu)
			return true;
	return false;
}

static json_t *interrupt_json(const struct nic_facts *nic, const struct nic_interrupt *interrupt)
{
	json_t *o = json_object();

	set(o, "device", json_string(nic->name));
	set(o, "queue", interrupt->queue == NIC_QUEUE_UNKNOWN ? json_null() :
								 number(interrupt->queue));
	set(o, "interrupt", number(interrupt->number));
	return o;
}

static json_t *queues_json(const struct picture *p, int32_t cpu)
{
	json_t *list = json_array();

	for (size_t n = 0; n < p->nic_count; n++)
		for (uint32_t i = 0; i < p->nics[n].interrupt_count; i++)
			if (takes(&p->nics[n].interrupts[i], cpu))
				json_array_append_new(list,
						      interrupt_json(&p->nics[n],
								     &p->nics[n].interrupts[i]));
	return list;
}

static json_t *row_json(const struct picture *p, const struct cpu_row *row)
{
	bool known = p->rates->loads_known;
	json_t *o = json_object();

	set(o, "cpu", json_integer(row->cpu));
	set(o, "online", json_boolean(row->online));
	set(o, "name", text_or_null(row->name));
	add_flows(o, row);
	set(o, "decrypted", p->rates->by_xdp ? number(row->decrypted) : json_null());
	set(o, "received", known ? number(row->received) : json_null());
	set(o, "received_share", known ? number(row->share) : json_null());
	set(o, "dropped", known ? number(row->dropped) : json_null());
	set(o, "squeezed", known ? number(row->squeezed) : json_null());
	set(o, "queues", queues_json(p, row->cpu));
	return o;
}

static json_t *sum_json(const struct cpu_row *row)
{
	json_t *o = json_object();

	add_flows(o, row);
	return o;
}

static json_t *device_json(const struct nic_facts *nic)
{
	json_t *o = json_object();

	set(o, "device", json_string(nic->name));
	set(o, "driver", text_or_null(nic->driver));
	set(o, "queues", nic->queues == 0 ? json_null() : number(nic->queues));
	return o;
}

json_t *picture_record(const struct picture *p)
{
	const struct rates *r = p->rates;
	json_t *body = json_object(), *rows = json_array(), *devices = json_array();
	json_t *uneven = json_array(), *record = json_object();

	for (size_t i = 0; i < r->row_count; i++)
		json_array_append_new(rows, row_json(p, &r->rows[i]));
	for (size_t i = 0; i < p->nic_count; i++)
		json_array_append_new(devices, device_json(&p->nics[i]));
	for (size_t i = 0; i < p->sentences->count; i++)
		json_array_append_new(uneven, json_string(p->sentences->list[i]));
	set(body, "span_ms", json_integer(r->span / MILLISECONDS(1)));
	set(body, "per_cpu", json_boolean(r->per_cpu));
	set(body, "dialect", text_or_null(r->dialect));
	set(body, "sets", number(r->set_count));
	set(body, "inbound_source", json_string(inbound_source(r)));
	set(body, "decrypted_share", r->by_xdp ? number(inbound_known_share(r)) : json_null());
	set(body, "any", sum_json(&r->any));
	set(body, "total", sum_json(&r->total));
	set(body, "rows", rows);
	set(body, "devices", devices);
	set(body, "uneven", uneven);
	set(record, "class", json_integer(0));
	set(record, "cpus", body);
	return record;
}
