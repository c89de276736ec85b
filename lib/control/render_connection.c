/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"
#include "control/render.h"

static void write_end(struct buffer *out, const json_t *end, bool subnet_first)
{
	const char *host = field_text(end, "host"), *id = field_text(end, "id");

	if (subnet_first)
		write_field_text(out, end, "subnet", "", "===");
	write_safe(out, host ? host : "%any");
	if (id && !text_equal(id, host)) {
		write_text(out, "[");
		write_safe(out, id);
		write_text(out, "]");
	}
	write_field_text(out, end, "protoport", ":", "");
	if (!subnet_first)
		write_field_text(out, end, "subnet", "===", "");
}

static void write_or(struct buffer *out, const json_t *object, const char *key, const char *before,
		     const char *otherwise)
{
	const char *text = field_text(object, key);

	write_text(out, before);
	write_safe(out, text ? text : otherwise);
	write_text(out, ";");
}

/* A line whose keys were all missing is taken back. */
static void drop_bare_line(struct rendering *r)
{
	if (r->head_end && r->out->len == r->head_end) {
		buffer_truncate(r->out, r->line_at);
		r->lines--;
	}
	r->head_end = 0;
}

static void start(struct rendering *r, const json_t *c)
{
	drop_bare_line(r);
	r->line_at = r->out->len;
	line_start(r);
	write_name(r->out, c);
	write_text(r->out, ":   ");
	r->head_end = r->out->len;
}

static void render_topology(struct rendering *r, const json_t *c)
{
	const json_t *local = json_object_get(c, "local"), *remote = json_object_get(c, "remote");

	line_start(r);
	write_name(r->out, c);
	write_text(r->out, ": ");
	write_end(r->out, local, true);
	write_text(r->out, "...");
	write_end(r->out, remote, false);
	write_text(r->out, ";");
	write_field_text(r->out, c, "routing", " ", ";");
	write_or(r->out, local, "source_ip", " my_ip=", "unset");
	write_or(r->out, remote, "source_ip", " their_ip=", "unset");
}

static void render_host(struct rendering *r, const json_t *c)
{
	const json_t *local = json_object_get(c, "local"), *remote = json_object_get(c, "remote");

	start(r, c);
	write_format(r->out, "host: %s;", field_true(c, "oriented") ? "oriented" : "unoriented");
	write_field_text(r->out, local, "host", " local: ", ";");
	write_field_text(r->out, remote, "host", " remote: ", ";");
	write_field_text(r->out, local, "next_hop", " nexthop: ", ";");
	start(r, c);
	write_or(r->out, local, "updown", "my_updown=", "none");
	start(r, c);
	write_field_text(r->out, c, "auth", "our auth:", ",");
	write_field_text(r->out, c, "auth", " their auth:", ";");
}

static void render_lifetimes(struct rendering *r, const json_t *c)
{
	start(r, c);
	write_field_number(r->out, c, "ike_life", "ike_life: ", "s; ");
	write_field_number(r->out, c, "ipsec_life", "ipsec_life: ", "s; ");
	write_field_text(r->out, c, "ipsec_max_bytes", "ipsec_max_bytes: ", "; ");
	write_field_text(r->out, c, "ipsec_max_packets", "ipsec_max_packets: ", "; ");
	write_field_number(r->out, c, "replay_window", "replay_window: ", "; ");
	write_field_number(r->out, c, "rekey_margin", "rekey_margin: ", "s; ");
	write_field_number(r->out, c, "rekey_fuzz", "rekey_fuzz: ", "%; ");
	write_field_number(r->out, c, "clone_id", "clone_id: ", "; ");
	write_or(r->out, c, "clones", "clones: ", "no (unset)");
	start(r, c);
	write_field_number(r->out, c, "retransmit_interval_ms", "retransmit-interval: ", "ms;");
	write_field_number(r->out, c, "retransmit_timeout", " retransmit-timeout: ", "s;");
}

static void render_policy(struct rendering *r, const json_t *c)
{
	json_int_t mtu = 0;

	if (!field_number(c, "mtu", &mtu))
		mtu = 0;
	start(r, c);
	write_field_text(r->out, c, "policy", "policy: ", ";");
	start(r, c);
	write_field_number(r->out, c, "priority", "conn_prio: ", "; ");
	write_or(r->out, c, "interface", "interface: ", "unset");
	write_field_number(r->out, c, "metric", " metric: ", ";");
	if (mtu > 0)
		write_format(r->out, " mtu: %" JSON_INTEGER_FORMAT ";", mtu);
	else
		write_text(r->out, " mtu: unset;");
}

static void render_identities(struct rendering *r, const json_t *c)
{
	const json_t *local = json_object_get(c, "local"), *remote = json_object_get(c, "remote");

	start(r, c);
	write_field_text(r->out, local, "id_type", "our idtype: ", "; ");
	write_field_text(r->out, local, "id", "our id=", "; ");
	write_field_text(r->out, remote, "id_type", "their idtype: ", "; ");
	write_field_text(r->out, remote, "id", "their id=", "");
}

static void render_liveness(struct rendering *r, const json_t *c)
{
	json_int_t delay = 0;

	if (!field_number(c, "dpd_delay", &delay))
		delay = 0;
	start(r, c);
	write_format(r->out, "liveness: %s; dpddelay:%" JSON_INTEGER_FORMAT "s;",
		     delay ? "active" : "passive", delay);
	write_field_number(r->out, c, "retransmit_timeout", " retransmit-timeout:", "s");
	start(r, c);
	write_field_text(r->out, c, "encapsulation", "nat-traversal: encapsulation:", "; ");
	write_format(r->out, "keepalive:%s", field_true(c, "nat_keepalive") ? "yes" : "no");
}

static void render_routing(struct rendering *r, const json_t *c)
{
	json_int_t cpu;

	start(r, c);
	write_field_text(r->out, c, "routing", "routing: ", ";");
	write_field_number(r->out, c, "owner_serial", " owner: Child SA #", ";");
	write_field_number(r->out, c, "ike_serial", " established IKE SA: #", ";");
	write_field_number(r->out, c, "child_serial", " established Child SA: #", ";");
	start(r, c);
	write_field_number(r->out, c, "reqid", "reqid: ", "; ");
	if (field_number(c, "cpu", &cpu))
		write_format(r->out, "cpu: %" JSON_INTEGER_FORMAT ";", cpu);
	else
		write_text(r->out, "cpu: any;");
}

static void render_line(struct rendering *r, const json_t *c, const char *key, const char *before)
{
	start(r, c);
	write_field_text(r->out, c, key, before, "");
}

static void render_instances(struct rendering *r, const json_t *c)
{
	start(r, c);
	write_field_number(r->out, c, "instances", "instances: ", ";");
	write_field_number(r->out, c, "max_instances", " max-instances: ", ";");
}

void render_connection(struct rendering *r, const json_t *connection)
{
	render_topology(r, connection);
	render_host(r, connection);
	render_lifetimes(r, connection);
	render_policy(r, connection);
	render_identities(r, connection);
	render_liveness(r, connection);
	render_routing(r, connection);
	render_instances(r, connection);
	render_line(r, connection, "alias", "aliases: ");
	render_line(r, connection, "ike_algorithm", "IKEv2 algorithm newest: ");
	render_line(r, connection, "esp_algorithm", "ESP algorithm newest: ");
	drop_bare_line(r);
}
