/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addconn/addconn.h"

#include "base/clock.h"
#include "base/mem.h"

enum { NAMES_PER_REQUEST = 256 }; /* each of at most CONN_NAME_MAX bytes: far below the limit */

bool sender_open(struct sender *s, const char *ctlsocket)
{
	int error = client_connect(&s->daemon, ctlsocket, TIME_NEVER);

	if (error) {
		client_explain("addconn", ctlsocket, error);
		s->code = CONTROL_WHACK_PROBLEM;
	}
	return !error;
}

void sender_close(struct sender *s)
{
	client_close(&s->daemon);
	if (s->keeper_open)
		client_close(&s->keeper);
}

static void note_failure(struct sender *s, int code)
{
	if (code && s->code != CONTROL_WHACK_PROBLEM)
		s->code = code == CONTROL_WHACK_PROBLEM ? code : EXIT_REFUSED;
}

static void refuse(struct sender *s, const struct conf_conn *conn, const char *sentence)
{
	fflush(stdout);
	if (conn->where)
		fprintf(stderr, "%s: ", conn->where);
	fprintf(stderr, "\"%s\": %s\n", conn->name, sentence);
	note_failure(s, EXIT_REFUSED);
}

/* The keeper runs the command. That there is no keeper matters only to those who want one. */
static void register_updown(struct sender *s, const struct conf_conn *conn)
{
	const char *updown = own_updown(conn);
	json_t *request;

	if (!s->keeper_open) {
		int error = client_connect(&s->keeper, s->keeper_path, TIME_NEVER);

		s->keeper_open = error == 0;
		if (error && updown) {
			client_explain("addconn", s->keeper_path, error);
			refuse(s, conn, "its updown command could not be registered");
		}
		if (error)
			return;
	}
	request = json_pack("{s:i, s:s, s:s, s:s?}", "v", CONTROL_VERSION, "command", "updown",
			    "name", conn->name, "updown", updown);
	if (!request)
		refuse(s, conn, "its updown command is not UTF-8");
	else if (client_ask(&s->keeper, request, s->style == STYLE_JSON ? STYLE_PLAIN : s->style))
		refuse(s, conn, "its updown command was refused");
	json_decref(request);
}

bool sender_add(struct sender *s, struct conf_conn *conn)
{
	struct buffer why = { 0 };
	json_t *request;
	int code;

	if (!default_route_resolve(conn, &why)) {
		refuse(s, conn, buffer_text(&why));
		buffer_done(&why);
		return false;
	}
	request = json_pack("{s:i, s:s, s:o, s:b}", "v", CONTROL_VERSION, "command", "add",
			    "connection", conf_conn_to_json(conn), "replace", s->replace);
	code = client_ask(&s->daemon, request, s->style);
	json_decref(request);
	note_failure(s, code);
	if (code)
		return false;
	register_updown(s, conn);
	return true;
}

void sender_forget(struct sender *s, const char *name)
{
	json_t *request = json_pack("{s:i, s:s, s:s}", "v", CONTROL_VERSION, "command", "delete",
				    "name", name);
	enum client_status status = client_send(&s->daemon, request);
	json_t *record;
	bool last = false;
	int code;

	json_decref(request);
	while (!last && status == CLIENT_RECORD &&
	       (status = client_receive(&s->daemon, &record)) == CLIENT_RECORD) {
		last = control_result_code(record, &code);
		json_decref(record);
	}
	/* An end of the daemon is for the next request to tell. */
}

static json_t *names_part(const json_t *names, size_t from)
{
	json_t *part = json_array();

	for (size_t i = from; i < from + NAMES_PER_REQUEST && i < json_array_size(names); i++)
		json_array_append(part, json_array_get(names, i));
	return part;
}

void sender_autoall_done(struct sender *s, const json_t *route, const json_t *start)
{
	size_t longest = json_array_size(route), from = 0;
	bool more = true;

	if (json_array_size(start) > longest)
		longest = json_array_size(start);
	while (more && s->code != CONTROL_WHACK_PROBLEM) {
		json_t *request;

		more = from + NAMES_PER_REQUEST < longest;
		request = json_pack("{s:i, s:s, s:o, s:o, s:b}", "v", CONTROL_VERSION, "command",
				    "autoall-done", "route", names_part(route, from), "start",
				    names_part(start, from), "more", more);
		note_failure(s, client_ask(&s->daemon, request, s->style));
		json_decref(request);
		from += NAMES_PER_REQUEST;
	}
}
