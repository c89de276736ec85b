/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/clock.h"
#include "control/control.h"
#include "pluto/control/records.h"

static void set(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new(object, key, value);
}

static json_t *serial_or_null(uint32_t serial)
{
	return serial ? json_integer(serial) : json_null();
}

static json_t *seconds(int64_t span)
{
	return json_integer(span / SECONDS(1));
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

/* Addresses only where leftprotoport= says the rest. */
static void subnet_write(const struct conf_end *end, struct selector s, struct buffer *out)
{
	char text[SELECTOR_TEXT_MAX];

	if (end->protocol) {
		s.protocol = 0;
		s.port_start = 0;
		s.port_end = UINT16_MAX;
	}
	write_text(out, selector_print(&s, text));
}

static json_t *subnet_json(const struct conf_end *end)
{
	struct buffer text = { 0 };
	json_t *json;

	if (!end->subnets.count)
		return json_null();
	for (size_t i = 0; i < end->subnets.count; i++) {
		write_text(&text, i ? "," : "");
		subnet_write(end, end->subnets.list[i], &text);
	}
	json = json_string(buffer_text(&text));
	buffer_done(&text);
	return json;
}

static json_t *protoport_json(const struct conf_end *end)
{
	char text[32];

	if (!end->protocol)
		return json_null();
	if (end->port_start == end->port_end)
		snprintf(text, sizeof(text), "%u/%u", end->protocol, end->port_start);
	else if (end->port_start == 0 && end->port_end == UINT16_MAX)
		snprintf(text, sizeof(text), "%u", end->protocol);
	else
		snprintf(text, sizeof(text), "%u/%u-%u", end->protocol, end->port_start,
			 end->port_end);
	return json_string(text);
}

/* One end as the engine sees it, or as it was written where neither end is ours. */
struct shown_end {
	const struct conf_end *conf;
	const struct address *host;
	const struct identity *id;
};

static struct shown_end written_end(const struct conf_end *end)
{
	return (struct shown_end) { end, &end->host, &end->id };
}

static json_t *end_json(const struct shown_end *end)
{
	json_t *body = json_object();
	char text[IDENTITY_TEXT_MAX];

	set(body, "host", address_json(end->host));
	if (end->id->type) {
		set(body, "id", json_string(identity_print(end->id, text)));
		set(body, "id_type", json_string(identity_type_name(end->id->type)));
	}
	set(body, "subnet", subnet_json(end->conf));
	set(body, "protoport", protoport_json(end->conf));
	set(body, "source_ip", address_json(&end->conf->source_ip));
	set(body, "next_hop", address_json(&end->conf->next_hop));
	set(body, "updown", text_or_null(end->conf->updown));
	return body;
}

static json_t *clones_json(const struct conf_clones *clones)
{
	struct buffer text = { 0 };
	json_t *json;

	switch (clones->kind) {
	case CLONES_NO:
		return json_string("no");
	case CLONES_ONLINE:
		return json_string("yes");
	case CLONES_NUMBER:
		write_format(&text, "%u", clones->number);
		break;
	case CLONES_CPUS:
		for (size_t i = 0; i < clones->cpu_count; i++)
			write_format(&text, "%s%u", i ? "," : "", clones->cpus[i]);
		break;
	}
	json = json_string(buffer_text(&text));
	buffer_done(&text);
	return json;
}

static json_t *policy_json(const struct conf_conn *conf)
{
	char text[96];

	snprintf(text, sizeof(text), "IKEv2+PSK+ENCRYPT+%s%s%s%s%s%s%s",
		 conf->type == TYPE_TUNNEL ? "TUNNEL" : "TRANSPORT", conf->pfs ? "+PFS" : "",
		 conf->rekey ? "" : "+DONT_REKEY", conf->reauth ? "+REAUTH" : "",
		 conf->narrowing ? "+IKEV2_ALLOW_NARROWING" : "",
		 conf->esn != ESN_ONLY ? "+ESN_NO" : "", conf->esn != ESN_NEVER ? "+ESN_YES" : "");
	return json_string(text);
}

static const char *encapsulation_name(enum conf_encapsulation e)
{
	switch (e) {
	case ENCAPSULATION_AUTO: return "auto";
	case ENCAPSULATION_YES: return "yes";
	case ENCAPSULATION_NO: return "no";
	}
	return "auto";
}

static const char *routing_name(const struct connection_view *view)
{
	if (view->child_serial)
		return "routed-tunnel";
	return view->routed ? "routed-ondemand" : "unrouted";
}

static void set_conf(json_t *body, const struct conf_conn *conf)
{
	set(body, "auth", json_string("secret"));
	set(body, "ike_life", seconds(conf->ike_lifetime));
	set(body, "ipsec_life", seconds(conf->ipsec_lifetime));
	set(body, "ipsec_max_bytes", count_json(conf->ipsec_max_bytes, "B"));
	set(body, "ipsec_max_packets", count_json(conf->ipsec_max_packets, ""));
	if (conf->replay_window)
		set(body, "replay_window", json_integer(conf->replay_window));
	set(body, "rekey_margin", seconds(conf->rekey_margin));
	set(body, "rekey_fuzz", json_integer(conf->rekey_fuzz));
	set(body, "clones", clones_json(&conf->clones));
	set(body, "retransmit_interval_ms",
	    json_integer(conf->retransmit_interval / MILLISECONDS(1)));
	set(body, "retransmit_timeout", seconds(conf->retransmit_timeout));
	set(body, "policy", policy_json(conf));
	set(body, "metric", json_integer(conf->metric));
	set(body, "mtu", json_integer(conf->mtu));
	set(body, "dpd_delay", seconds(conf->dpd_delay));
	set(body, "encapsulation", json_string(encapsulation_name(conf->encapsulation)));
	set(body, "nat_keepalive", json_boolean(conf->nat_keepalive));
}

static void set_sas(json_t *body, const struct connection_view *view)
{
	bool owns = view->child_serial && !view->clone;

	set(body, "routing", json_string(routing_name(view)));
	set(body, "priority", json_integer(view->priority));
	set(body, "reqid", json_integer(view->reqid));
	set(body, "owner_serial", serial_or_null(owns ? view->child_serial : 0));
	set(body, "ike_serial", serial_or_null(view->ike_serial));
	set(body, "child_serial", serial_or_null(view->child_serial));
	set(body, "ike_algorithm", text_or_null(view->ike_algorithms));
	set(body, "esp_algorithm", text_or_null(view->child_algorithms));
	set(body, "wanted_up", json_boolean(view->up));
	if (view->has_clones)
		set(body, "slot_state", text_or_null(view->slot_state));
}

static bool is_oriented(enum conf_orientation o)
{
	return o == CONF_ORIENTED_LEFT || o == CONF_ORIENTED_RIGHT;
}

static void set_ends(json_t *body, const struct connection_view *view)
{
	struct shown_end local = written_end(&view->conf->left);
	struct shown_end remote = written_end(&view->conf->right);
	bool oriented = is_oriented(view->orientation);

	if (oriented) {
		local = (struct shown_end) { conf_local(view->conf, view->orientation),
					     &view->local, &view->local_id };
		remote = (struct shown_end) { conf_remote(view->conf, view->orientation),
					      &view->remote, &view->remote_id };
	}
	set(body, "local", end_json(&local));
	set(body, "remote", end_json(&remote));
	set(body, "oriented", json_boolean(oriented));
}

/* What else it is called: the set that it is one of, and the alias that it shares with others. */
static json_t *alias_json(const struct connection_view *view)
{
	const char *set_name = view->has_clones ? view->set : NULL, *alias = view->conf->alias;

	if (set_name && alias)
		return json_pack("s++", set_name, " ", alias);
	return text_or_null(set_name ? set_name : alias);
}

json_t *connection_record(const struct connection_view *view)
{
	json_t *body = json_object(), *record = json_object();

	set(body, "name", json_string(view->name));
	set(body, "instance", instance_json(&view->instance));
	set(body, "alias", alias_json(view));
	set(body, "clone_id", view->has_clones ? json_integer(view->clone) : json_null());
	set(body, "cpu", view->cpu == KERNEL_CPU_NONE ? json_null() : json_integer(view->cpu));
	set_ends(body, view);
	set_conf(body, view->conf);
	set_sas(body, view);
	if (view->is_template) {
		set(body, "instances", json_integer(view->instances));
		set(body, "max_instances", json_integer(view->conf->max_instances));
	}
	set(record, "class", json_integer(CONTROL_OK));
	set(record, "connection", body);
	return record;
}
