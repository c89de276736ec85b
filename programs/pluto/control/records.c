/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpus.h"
#include "base/text.h"
#include "control/control.h"
#include "pluto/control/records.h"

enum { SPI_TEXT_MAX = 17 };

static void set(json_t *object, const char *key, json_t *value)
{
	/* Fails only for text that is not UTF-8: that is left out. */
	if (value)
		json_object_set_new(object, key, value);
}

static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *number_or_null(uint64_t value, bool there)
{
	return there ? number(value) : json_null();
}

/* Seconds, of a span in microseconds; null where it never ends. */
static json_t *seconds(int64_t span)
{
	if (span == TIME_NEVER)
		return json_null();
	return json_integer(span > 0 ? span / SECONDS(1) : 0);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *address_json(const struct address *a)
{
	char text[ADDRESS_TEXT_MAX];

	return address_is_set(a) ? json_string(address_print(a, text)) : json_null();
}

static json_t *identity_json(const struct identity *id)
{
	char text[IDENTITY_TEXT_MAX];

	return json_string(identity_print(id, text));
}

static json_t *spi_json(uint64_t spi, int digits)
{
	char text[SPI_TEXT_MAX];

	snprintf(text, sizeof(text), "%0*" PRIx64, digits, spi);
	return json_string(text);
}

static json_t *cpu_json(uint32_t cpu)
{
	return number_or_null(cpu, cpu != KERNEL_CPU_NONE);
}

static const char *role_name(enum sa_role role)
{
	return role == ROLE_INITIATOR ? "initiator" : "responder";
}

static const char *mode_name(enum conf_type mode)
{
	return mode == TYPE_TUNNEL ? "tunnel" : "transport";
}

/* {"class": N, key: body} */
static json_t *record_of(enum control_code class_, const char *key, json_t *body)
{
	json_t *record = json_object();

	set(record, "class", json_integer(class_));
	set(record, key, body);
	return record;
}

json_t *count_json(uint64_t count, const char *unit)
{
	struct buffer text = { 0 };
	json_t *out;

	write_count(&text, count, unit);
	out = json_string(buffer_text(&text));
	buffer_done(&text);
	return out;
}

json_t *instance_json(const struct instance_view *view)
{
	json_t *out;

	if (!view->number)
		return NULL;
	out = json_object();
	set(out, "number", number(view->number));
	set(out, "peer", address_json(&view->peer));
	return out;
}

static void set_counters(json_t *body, const struct child_view *view)
{
	set(body, "in_bytes", number(view->in.bytes));
	set(body, "out_bytes", number(view->out.bytes));
	set(body, "in_packets", number(view->in.packets));
	set(body, "out_packets", number(view->out.packets));
	set(body, "max_bytes", count_json(view->max_bytes, "B"));
	set(body, "max_packets", count_json(view->max_packets, ""));
}

static void set_ends(json_t *body, const struct endpoint *local, const struct endpoint *remote)
{
	set(body, "local", address_json(&local->address));
	set(body, "remote", address_json(&remote->address));
	set(body, "local_port", number(local->port));
	set(body, "remote_port", number(remote->port));
}

/* What states and traffic both say of a Child SA. */
static void set_child(json_t *body, const struct child_view *view)
{
	set(body, "ike_serial", number(view->ike_serial));
	set(body, "role", json_string(role_name(view->role)));
	set(body, "set", view->has_clones ? json_string(view->set) : json_null());
	set(body, "slot", number_or_null(view->slot, view->has_clones));
	set(body, "spare", json_boolean(view->spare));
	set(body, "cpu", cpu_json(view->cpu));
	set(body, "spi_in", spi_json(view->spi_in, 8));
	set(body, "spi_out", spi_json(view->spi_out, 8));
	set_ends(body, &view->local, &view->remote);
	set(body, "mode", json_string(mode_name(view->mode)));
	set(body, "encapsulation", json_boolean(view->encapsulated));
	set(body, "inbound", json_boolean(view->inbound));
	set(body, "outbound", json_boolean(view->outbound));
	set_counters(body, view);
	set(body, "age", seconds(view->age));
	set(body, "rekey_in", seconds(view->rekey_in));
	set(body, "rekey_bytes", number_or_null(view->rekey_bytes, view->rekey_bytes));
	set(body, "rekey_packets", number_or_null(view->rekey_packets, view->rekey_packets));
	set(body, "expires_in", seconds(view->expires_in));
}

json_t *traffic_record(const struct child_view *view)
{
	json_t *body = json_object();

	set(body, "serial", number(view->serial));
	set(body, "name", json_string(view->name));
	set(body, "instance", instance_json(&view->instance));
	set(body, "type", json_string("ESP"));
	set(body, "add_time", json_integer(view->add_epoch / SECONDS(1)));
	set_child(body, view);
	set(body, "id", identity_json(&view->peer_id));
	return record_of(CONTROL_TRAFFIC, "traffic", body);
}

static json_t *selectors_json(const struct selectors *s)
{
	json_t *list = json_array();
	char text[SELECTOR_TEXT_MAX];

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(list, json_string(selector_print(&s->list[i], text)));
	return list;
}

json_t *child_record(const struct child_view *view)
{
	bool whole = view->inbound && (view->outbound || view->spare);
	json_t *body = json_object();

	set(body, "serial", number(view->serial));
	set(body, "name", json_string(view->name));
	set(body, "instance", instance_json(&view->instance));
	set(body, "port", number(view->remote.port));
	set(body, "kind", json_string("Child"));
	set(body, "state", json_string(view->inbound ? "established Child SA" : "larval Child SA"));
	set_child(body, view);
	set(body, "local_ts", selectors_json(&view->traffic->local));
	set(body, "remote_ts", selectors_json(&view->traffic->remote));
	set(body, "esn", json_boolean(view->esn));
	set(body, "algorithms", text_or_null(view->algorithms));
	set(body, "reqid", number(view->reqid));
	set(body, "replace_in", json_null());
	set(body, "newest", json_boolean(view->newest));
	set(body, "owner", json_boolean(view->newest && !view->clone));
	set(body, "idle", json_boolean(whole));
	return record_of(CONTROL_OK, "state", body);
}

json_t *ike_record(const struct ike_view *view)
{
	bool initiator = view->role == ROLE_INITIATOR;
	json_t *body = json_object();

	set(body, "serial", number(view->serial));
	set(body, "name", text_or_null(view->name));
	set(body, "instance", instance_json(&view->instance));
	set(body, "kind", json_string("IKE"));
	set(body, "state", json_string(view->state));
	set(body, "ike_serial", json_null());
	set(body, "role", json_string(role_name(view->role)));
	/* The SPI that a sender puts in first is the initiator's: ours is the one we receive on. */
	set(body, "spi_in", spi_json(initiator ? view->spi_i : view->spi_r, 16));
	set(body, "spi_out", spi_json(initiator ? view->spi_r : view->spi_i, 16));
	set(body, "port", number(view->remote.port));
	set_ends(body, &view->local, &view->remote);
	set(body, "local_id", identity_json(&view->local_id));
	set(body, "remote_id", identity_json(&view->peer_id));
	set(body, "algorithms", text_or_null(view->algorithms));
	set(body, "children", number(view->child_count));
	set(body, "window", number(view->window));
	set(body, "in_flight", number(view->in_flight));
	set(body, "nat_local", json_boolean(view->nat_local));
	set(body, "nat_remote", json_boolean(view->nat_remote));
	set(body, "age", seconds(view->age));
	set(body, "rekey_in", seconds(view->rekey_in));
	set(body, "replace_in", seconds(view->reauth_in));
	set(body, "expires_in", view->established ? seconds(view->expires_in) : json_null());
	set(body, "newest", json_boolean(view->newest));
	set(body, "idle", json_boolean(!view->in_flight));
	return record_of(CONTROL_OK, "state", body);
}

json_t *set_record(const struct set_view *view, enum control_code class_)
{
	json_t *body = json_object();

	set(body, "name", json_string(view->name));
	set(body, "instance", instance_json(&view->instance));
	set(body, "wanted_up", json_boolean(view->up));
	set(body, "head", json_string(view->head));
	set(body, "wanted", number(view->wanted));
	set(body, "up", number(view->clones_up));
	set(body, "negotiating", number(view->negotiating));
	set(body, "refused", number(view->refused));
	set(body, "waiting", number(view->waiting));
	set(body, "empty", number(view->empty));
	set(body, "spare", number(view->spares));
	set(body, "why", text_or_null(view->why));
	set(body, "retry_in", seconds(view->retry_in));
	set(body, "peer_makes_none", json_boolean(view->peer_makes_none));
	set(body, "fills_first", json_boolean(view->fills_first));
	set(body, "max_clones", number(view->max_clones));
	set(body, "turned_away", number(view->turned_away));
	set(body, "bound", json_boolean(view->bound));
	set(body, "reqid", number(view->reqid));
	return record_of(class_, "set", body);
}

json_t *kernel_record(const struct kernel_facts *facts)
{
	struct buffer online = { 0 };
	json_t *body = json_object();

	cpus_print(facts->online, facts->online_count, &online);
	set(body, "name", json_string(facts->name));
	set(body, "dialect", json_string(facts->dialect));
	set(body, "per_cpu", json_boolean(facts->per_cpu));
	set(body, "moves_addresses", json_boolean(facts->moves_addresses));
	set(body, "cpus_online", json_string(buffer_text(&online)));
	set(body, "cpus_possible", number(facts->possible_cpus));
	buffer_done(&online);
	return record_of(CONTROL_OK, "kernel", body);
}

json_t *steered_record(const struct steer_sa *sa, const struct steer_counters *counters)
{
	json_t *body = json_object();

	set(body, "spi_in", spi_json(sa->spi, 8));
	set(body, "local", address_json(&sa->destination));
	set(body, "encapsulation", json_boolean(sa->encapsulated));
	set(body, "cpu", number(sa->cpu));
	set(body, "packets", number(counters->packets));
	set(body, "bytes", number(counters->bytes));
	return record_of(CONTROL_TRAFFIC, "steered", body);
}

json_t *way_record(const struct address *peer, const char *device)
{
	json_t *body = json_object();

	set(body, "remote", address_json(peer));
	set(body, "device", text_or_null(device));
	return record_of(CONTROL_OK, "way", body);
}

json_t *totals_record(uint32_t loaded, uint32_t routed, uint32_t active)
{
	json_t *body = json_object();

	set(body, "loaded", number(loaded));
	set(body, "routed", number(routed));
	set(body, "active", number(active));
	return record_of(CONTROL_OK, "totals", body);
}

json_t *brief_record(const struct engine_counts *counts)
{
	json_t *body = json_object(), *ike = json_object(), *ipsec = json_object();

	set(ike, "total", number((uint64_t)counts->ike_half_open + counts->ike_established));
	set(ike, "half_open", number(counts->ike_half_open));
	set(ike, "open", number(0));
	set(ike, "authenticated", number(counts->ike_established));
	set(ike, "anonymous", number(0));
	set(ipsec, "total", number(counts->child_established));
	set(ipsec, "authenticated", number(counts->child_established));
	set(ipsec, "anonymous", number(0));
	set(body, "cookies_required", json_boolean(counts->cookies_required));
	set(body, "accepting", json_true());
	set(body, "ike", ike);
	set(body, "ipsec", ipsec);
	set(body, "datagrams_in", number(counts->datagrams_in));
	set(body, "datagrams_dropped", number(counts->datagrams_dropped));
	set(body, "cookies_sent", number(counts->cookies_sent));
	set(body, "retransmits", number(counts->retransmits));
	set(body, "dropped_over_number", number(counts->dropped_over_number));
	set(body, "dropped_over_work", number(counts->dropped_over_work));
	set(body, "dropped_over_prefix", number(counts->dropped_over_prefix));
	return record_of(CONTROL_OK, "brief", body);
}

static const char *event_name(enum report_kind kind)
{
	switch (kind) {
	case REPORT_COMMAND: return "command";
	case REPORT_PROGRESS: return "progress";
	case REPORT_ESTABLISHED: return "established";
	case REPORT_CLOSED: return "closed";
	case REPORT_REFUSED: return "refused";
	case REPORT_RETRANSMIT: return "retransmit";
	case REPORT_TIMEOUT: return "timeout";
	case REPORT_HOSTILE: return "hostile";
	case REPORT_KERNEL_ERROR: return "kernel-error";
	case REPORT_INTERNAL_ERROR: return "internal-error";
	case REPORT_DEBUG: return "debug";
	}
	return "unknown";
}

/* No name has a bracket but for its instance's number. */
static size_t name_len(const char *name)
{
	return strcspn(name, "[");
}

void report_write(const struct ike_report *report, struct buffer *out)
{
	if (report->name)
		write_format(out, "\"%.*s\"%s", (int)name_len(report->name), report->name,
			     report->name + name_len(report->name));
	if (report->serial)
		write_format(out, "%s#%" PRIu32, report->name ? " " : "", report->serial);
	if (report->name || report->serial)
		write_text(out, ": ");
	write_text(out, report->text);
}

json_t *report_record(const struct ike_report *report)
{
	struct buffer text = { 0 };
	json_t *record;

	report_write(report, &text);
	record = control_text_record((enum control_code)report->class_, buffer_text(&text));
	buffer_done(&text);
	set(record, "event", json_string(event_name(report->kind)));
	if (report->name)
		set(record, "name", json_stringn(report->name, name_len(report->name)));
	if (report->serial)
		set(record, "serial", number(report->serial));
	return record;
}
