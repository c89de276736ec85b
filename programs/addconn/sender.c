/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addconn/addconn.h"

#include "base/clock.h"
#include "base/mem.h"

enum { NAMES_PER_REQUEST = 256 }; /* each of at most CONN_NAME_MAX bytes: far below the limit */

bool sender_open(struct sender *s, const char *ctlsocket)
{
	int error = client_connect(&s->daemon.client, ctlsocket, TIME_NEVER);

	if (error) {
		client_explain("addconn", ctlsocket, error);
		s->code = CONTROL_WHACK_PROBLEM;
	}
	return !error;
}

void sender_close(struct sender *s)
{
	client_close(&s->daemon.client);
	if (s->keeper_open)
		client_close(&s->keeper.client);
}

/* --- requests under way --- */

static bool asked_has_room(const struct asked *a, size_t len)
{
	return a->count == 0 || (a->count < ASKED_MAX && a->bytes + len <= ASKED_BYTES_MAX);
}

static enum client_status asked_send(struct asked *a, const struct conf_conn *conn,
				     struct bytes line)
{
	unsigned place = (a->first + a->count) % ASKED_MAX;

	a->conns[place] = conn;
	a->lens[place] = line.len;
	a->bytes += line.len;
	a->count++;
	return client_send_line(&a->client, line);
}

/* The code of the oldest one's answer; *conn: what it was about. */
static int asked_answer(struct asked *a, enum client_style style, const struct conf_conn **conn)
{
	*conn = a->conns[a->first];
	a->bytes -= a->lens[a->first];
	a->first = (a->first + 1) % ASKED_MAX;
	a->count--;
	return client_answer(&a->client, style);
}

/* Whoever was asked is gone, and said so. */
static void asked_give_up(struct asked *a)
{
	a->count = 0;
	a->bytes = 0;
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

/* --- the keeper, who runs updown commands --- */

static void keeper_answer(struct sender *s)
{
	const struct conf_conn *conn;
	int code = asked_answer(&s->keeper, s->style == STYLE_JSON ? STYLE_PLAIN : s->style, &conn);

	if (code)
		refuse(s, conn, "its updown command was refused");
	if (code == CONTROL_WHACK_PROBLEM)
		asked_give_up(&s->keeper);
}

static void keeper_ask(struct sender *s, const struct conf_conn *conn, const json_t *request)
{
	struct buffer line = { 0 };
	enum client_status status;

	control_write(&line, request);
	while (!asked_has_room(&s->keeper, line.len))
		keeper_answer(s);
	status = asked_send(&s->keeper, conn, buffer_bytes(&line));
	buffer_done(&line);
	if (status == CLIENT_RECORD)
		return;
	(void)client_end_of_talk(&s->keeper.client, status);
	refuse(s, conn, "its updown command was refused");
	asked_give_up(&s->keeper);
}

/* That there is no keeper matters only to those who want one. */
static void register_updown(struct sender *s, const struct conf_conn *conn)
{
	const char *updown = own_updown(conn);
	json_t *request;

	if (!s->keeper_open) {
		int error = client_connect(&s->keeper.client, s->keeper_path, TIME_NEVER);

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
	else
		keeper_ask(s, conn, request);
	json_decref(request);
}

/* --- the daemon --- */

static void daemon_answer(struct sender *s)
{
	const struct conf_conn *conn;
	int code = asked_answer(&s->daemon, s->style, &conn);

	note_failure(s, code);
	if (code == CONTROL_WHACK_PROBLEM)
		asked_give_up(&s->daemon);
	if (code)
		return;
	if (s->on_added)
		s->on_added(s->context, conn);
	register_updown(s, conn);
}

void sender_settle(struct sender *s)
{
	while (s->daemon.count)
		daemon_answer(s);
	while (s->keeper.count)
		keeper_answer(s);
}

void sender_add(struct sender *s, struct conf_conn *conn)
{
	struct buffer line = { 0 }, why = { 0 };
	enum client_status status;
	json_t *request;

	if (!default_route_resolve(conn, &why)) {
		refuse(s, conn, buffer_text(&why));
		buffer_done(&why);
		return;
	}
	request = json_pack("{s:i, s:s, s:o, s:b}", "v", CONTROL_VERSION, "command", "add",
			    "connection", conf_conn_to_json(conn), "replace", s->replace);
	control_write(&line, request);
	json_decref(request);
	while (!asked_has_room(&s->daemon, line.len))
		daemon_answer(s);
	status = s->code == CONTROL_WHACK_PROBLEM
			 ? CLIENT_RECORD
			 : asked_send(&s->daemon, conn, buffer_bytes(&line));
	buffer_done(&line);
	if (status == CLIENT_RECORD)
		return;
	note_failure(s, client_end_of_talk(&s->daemon.client, status));
	asked_give_up(&s->daemon);
}

void sender_forget(struct sender *s, const char *name)
{
	json_t *request = json_pack("{s:i, s:s, s:s}", "v", CONTROL_VERSION, "command", "delete",
				    "name", name);
	enum client_status status;
	json_t *record;
	bool last = false;
	int code;

	sender_settle(s);
	status = client_send(&s->daemon.client, request);
	json_decref(request);
	while (!last && status == CLIENT_RECORD &&
	       (status = client_receive(&s->daemon.client, &record)) == CLIENT_RECORD) {
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

	sender_settle(s);
	if (json_array_size(start) > longest)
		longest = json_array_size(start);
	while (more && s->code != CONTROL_WHACK_PROBLEM) {
		json_t *request;

		more = from + NAMES_PER_REQUEST < longest;
		request = json_pack("{s:i, s:s, s:o, s:o, s:b}", "v", CONTROL_VERSION, "command",
				    "autoall-done", "route", names_part(route, from), "start",
				    names_part(start, from), "more", more);
		note_failure(s, client_ask(&s->daemon.client, request, s->style));
		json_decref(request);
		from += NAMES_PER_REQUEST;
	}
}
