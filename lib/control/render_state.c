/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/text.h"
#include "control/render.h"

static void write_head(struct rendering *r, const json_t *state)
{
	line_start(r);
	write_field_number(r->out, state, "serial", "#", ": ");
	write_name(r->out, state);
}

static void render_events(struct rendering *r, const json_t *state, bool child)
{
	write_head(r, state);
	write_field_number(r->out, state, "port", ":", "");
	write_field_text(r->out, state, "state", " ", ";");
	write_field_number(r->out, state, "rekey_in", " REKEY in ", "s;");
	write_field_number(r->out, state, "replace_in", " REPLACE in ", "s;");
	write_field_number(r->out, state, "expires_in", " EXPIRE in ", "s;");
	if (field_true(state, "newest"))
		write_text(r->out, " newest;");
	if (child && field_true(state, "owner"))
		write_text(r->out, " eroute owner;");
	if (child)
		write_field_number(r->out, state, "ike_serial", " IKE SA #", ";");
	if (field_true(state, "idle"))
		write_text(r->out, " idle;");
}

/* As ipsec_ttosa(3) has it: "esp.1234@192.1.2.23", "esp:1234@2001:db8::23". */
static void write_sa(struct buffer *out, const char *protocol, const char *spi, const char *host)
{
	if (text_starts(spi, "0x"))
		spi += 2;
	write_format(out, " %s%c", protocol, strchr(host, ':') ? ':' : '.');
	write_safe(out, spi);
	write_text(out, "@");
	write_safe(out, host);
}

static void render_spis(struct rendering *r, const json_t *state)
{
	const char *in = field_text(state, "spi_in"), *out = field_text(state, "spi_out");
	const char *local = field_text(state, "local"), *remote = field_text(state, "remote");
	const char *mode = field_text(state, "mode");

	if (!in || !out || !local || !remote)
		return;
	write_head(r, state);
	write_sa(r->out, "esp", out, remote);
	write_sa(r->out, "esp", in, local);
	if (mode && text_equal(mode, "tunnel")) {
		write_sa(r->out, "tun", "0", remote);
		write_sa(r->out, "tun", "0", local);
	}
	write_text(r->out, " Traffic:");
	write_field_number(r->out, state, "in_bytes", " ESPin=", "B");
	write_field_number(r->out, state, "out_bytes", " ESPout=", "B");
	write_field_text(r->out, state, "max_bytes", " ESPmax=", "");
	write_text(r->out, " ");
}

/* "UDP 4500-61234;", where there is more to say than libreswan's line does. */
static void write_ports(struct buffer *out, const json_t *state, bool child)
{
	if (child && !field_true(state, "encapsulation"))
		return;
	write_field_number(out, state, "local_port", " UDP ", "-");
	write_field_number(out, state, "remote_port", "", ";");
}

static void write_cpu(struct buffer *out, const json_t *state)
{
	if (field_true(state, "spare"))
		write_field_number(out, state, "slot", " spare of ", ", receives only;");
	else if (json_is_integer(json_object_get(state, "slot")) &&
		 !json_is_integer(json_object_get(state, "cpu")))
		write_text(out, " any CPU;");
	else
		write_field_number(out, state, "cpu", " CPU ", ";");
}

/* What libreswan has no words for. A line of its own, and unlike those that start with a serial. */
static void render_facts(struct rendering *r, const json_t *state, bool child)
{
	if (!field_text(state, "role") || !json_is_integer(json_object_get(state, "age")))
		return;
	line_start(r);
	write_name(r->out, state);
	write_field_number(r->out, state, "serial", ":   #", ":");
	if (child)
		write_cpu(r->out, state);
	write_field_text(r->out, state, "role", " ", ";");
	write_ports(r->out, state, child);
	write_field_number(r->out, state, "in_packets", " packets in=", "");
	write_field_number(r->out, state, "out_packets", " out=", ";");
	write_field_number(r->out, state, "age", " age ", "s;");
}

void render_state(struct rendering *r, const json_t *state)
{
	bool child = text_equal(field_text(state, "kind"), "Child");

	render_events(r, state, child);
	if (child)
		render_spis(r, state);
	render_facts(r, state, child);
}
