/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/control/server.h"

enum {
	ACCEPTS_PER_TURN = 16,
	READ_SIZE = 16 * 1024,
	INPUT_MAX = 64 * 1024,  /* read ahead while a request is under way */
	WHY_MAX = 256,
	TEXT_MAX = 4096,
	FLUSH_MILLISECONDS = 1000
};

struct client {
	struct server *server;
	uint64_t id;
	struct bufferevent *stream;
	struct control_lines lines;
	bool busy;    /* a request is under way */
	bool again;   /* and its answer goes on */
	bool refused; /* was told so; closed when that is written */
	bool ended;   /* will send nothing more */
	bool dead;    /* freed by the reaper */
	bool inside;  /* next_requests() is on the stack */
};

struct server {
	struct server_config config;
	struct event *acceptable, *again, *reaper, *turn;
	struct client *clients[SERVER_CLIENTS_MAX];
	size_t count, turns;
	uint64_t last_id;
};

/* --- Clients come and go --- */

static struct evbuffer *output_of(const struct client *c)
{
	return bufferevent_get_output(c->stream);
}

static size_t waiting(const struct client *c)
{
	return evbuffer_get_length(output_of(c));
}

/* Later, from the loop: whoever holds the client now may go on with it. */
static void client_drop(struct client *c)
{
	c->dead = true;
	bufferevent_disable(c->stream, EV_READ | EV_WRITE);
	event_active(c->server->reaper, EV_TIMEOUT, 0);
}

static void client_free(struct client *c)
{
	bufferevent_free(c->stream);
	control_lines_done(&c->lines);
	mem_free(c);
}

static void on_reap(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;
	size_t kept = 0;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < server->count; i++) {
		struct client *c = server->clients[i];

		if (!c->dead) {
			server->clients[kept++] = c;
			continue;
		}
		if (c->busy)
			server->config.on_gone(server->config.context, c->id);
		client_free(c);
	}
	server->count = kept;
}

static struct client *client_find(const struct server *server, uint64_t id)
{
	for (size_t i = 0; i < server->count; i++)
		if (server->clients[i]->id == id && !server->clients[i]->dead)
			return server->clients[i];
	return NULL;
}

size_t server_client_count(const struct server *server)
{
	size_t count = 0;

	for (size_t i = 0; i < server->count; i++)
		count += !server->clients[i]->dead;
	return count;
}

/* --- Answers --- */

static size_t waiting_of_all(const struct server *server)
{
	size_t sum = 0;

	for (size_t i = 0; i < server->count; i++)
		sum += server->clients[i]->dead ? 0 : waiting(server->clients[i]);
	return sum;
}

static bool queue_is_full(const struct client *c)
{
	size_t own = waiting(c);

	if (own > c->server->config.queue_max)
		return true;
	return own > SERVER_QUEUES_MAX / SERVER_CLIENTS_MAX &&
	       waiting_of_all(c->server) > SERVER_QUEUES_MAX;
}

static void client_send(struct client *c, json_t *record)
{
	struct buffer line = { 0 };

	control_write(&line, record);
	json_decref(record);
	evbuffer_add(output_of(c), line.ptr, line.len);
	buffer_done(&line);
	if (queue_is_full(c))
		client_drop(c);
}

void server_send(struct server *server, uint64_t client, json_t *record)
{
	struct client *c = client_find(server, client);

	if (c)
		client_send(c, record);
	else
		json_decref(record);
}

void server_send_text(struct server *server, uint64_t client, int class_, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	server_send(server, client, control_text_record((enum control_code)class_, text));
}

static void client_refuse(struct client *c, enum control_code code, const char *why)
{
	client_send(c, control_text_record(code, why));
	client_send(c, control_result(code));
}

/* --- Requests --- */

static void begin_request(struct client *c, const json_t *request)
{
	const struct server_config *config = &c->server->config;
	const char *command, *why = control_request_check(request, &command);

	if (why) {
		client_refuse(c, CONTROL_BAD_REQUEST, why);
		return;
	}
	c->busy = true;
	config->on_request(config->context, c->id, command, request);
}

static void refuse_line(struct client *c, const char *why)
{
	client_refuse(c, CONTROL_BAD_REQUEST, why);
	c->refused = true;
	bufferevent_disable(c->stream, EV_READ);
}

/* False: nothing more can be done with what was read. */
static bool next_request(struct client *c)
{
	char why[WHY_MAX] = "";
	json_t *request;

	switch (control_lines_next(&c->lines, CONTROL_REQUEST_MAX, &request, why, sizeof(why))) {
	case CONTROL_LINE:
		begin_request(c, request);
		json_decref(request);
		return true;
	case CONTROL_MORE: {
		uint8_t room[READ_SIZE];
		int got = evbuffer_remove(bufferevent_get_input(c->stream), room, sizeof(room));

		if (got > 0)
			control_lines_feed(&c->lines, bytes_at(room, (size_t)got));
		return got > 0;
	}
	case CONTROL_TOO_LONG:
	case CONTROL_NOT_JSON:
		break;
	}
	refuse_line(c, why);
	return false;
}

/*
 * Reads ahead only so far. (With libevent's own high-water mark the read callback is called over
 * and over while that much waits.)
 */
static void pause_or_go_on(struct client *c)
{
	size_t ahead = evbuffer_get_length(bufferevent_get_input(c->stream));

	if (c->refused || c->ended)
		return;
	if (ahead >= INPUT_MAX)
		bufferevent_disable(c->stream, EV_READ);
	else if (!(bufferevent_get_enabled(c->stream) & EV_READ))
		bufferevent_enable(c->stream, EV_READ);
}

/*
 * As long as the client is not owed anything. The answer before must have been read, so that a
 * client cannot pile up answers.
 */
static void next_requests(struct client *c)
{
	if (c->inside)
		return;
	c->inside = true;
	while (!c->dead && !c->busy && !c->refused && !waiting(c) && next_request(c))
		;
	c->inside = false;
	if (c->dead)
		return;
	if (!c->busy && !waiting(c) && (c->refused || c->ended))
		client_drop(c);
	else
		pause_or_go_on(c);
}

/* --- Answers that go on --- */

/* By a timer, so that everything else that is due has its turn first. */
static void turn_later(struct server *server)
{
	static const struct timeval at_once = { 0 };

	evtimer_add(server->turn, &at_once);
}

static bool may_go_on(const struct client *c)
{
	return c->again && !c->dead && waiting(c) <= SERVER_AGAIN_MAX;
}

/* NULL: nobody's turn; where clients do not read, that is once they have. */
static struct client *next_turn(struct server *server)
{
	for (size_t i = 0; i < server->count; i++) {
		struct client *c = server->clients[server->turns++ % server->count];

		if (may_go_on(c))
			return c;
	}
	return NULL;
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;
	struct client *c = next_turn(server);

	(void)fd;
	(void)what;
	if (!c)
		return;
	c->again = false;
	turn_later(server);
	server->config.on_again(server->config.context, c->id);
}

void server_call_again(struct server *server, uint64_t client)
{
	struct client *c = client_find(server, client);

	if (!c)
		return;
	assert(c->busy);
	c->again = true;
	turn_later(server);
}

void server_end(struct server *server, uint64_t client, int code)
{
	struct client *c = client_find(server, client);

	if (!c)
		return;
	assert(c->busy);
	c->busy = false;
	client_send(c, control_result((enum control_code)code));
}

/* --- The stream --- */

static void on_read(struct bufferevent *stream, void *context)
{
	(void)stream;
	next_requests(context);
}

static void on_written(struct bufferevent *stream, void *context)
{
	struct client *c = context;

	(void)stream;
	if (c->again)
		turn_later(c->server);
	next_requests(c);
}

/* Closed in both directions, and not just told that no more requests will come. */
static bool is_gone(const struct client *c)
{
	struct pollfd p = { .fd = bufferevent_getfd(c->stream) };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR));
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	struct client *c = context;

	if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_READING) && (c->busy || waiting(c))) {
		bufferevent_enable(stream, EV_READ);
	} else if ((what & BEV_EVENT_EOF) && !is_gone(c)) {
		c->ended = true;
		next_requests(c);
	} else {
		client_drop(c);
	}
}

static void client_new(struct server *server, int fd)
{
	static const struct timeval idle = { .tv_sec = SERVER_IDLE_SECONDS },
				    stuck = { .tv_sec = SERVER_WRITE_SECONDS };
	struct client *c = NEW(struct client);

	c->server = server;
	c->id = ++server->last_id;
	c->stream = bufferevent_socket_new(server->config.base, fd, BEV_OPT_CLOSE_ON_FREE);
	assert(c->stream);
	bufferevent_setcb(c->stream, on_read, on_written, on_event, c);
	bufferevent_set_timeouts(c->stream, &idle, &stuck);
	bufferevent_enable(c->stream, EV_READ | EV_WRITE);
	server->clients[server->count++] = c;
}

/* --- The listening socket --- */

static bool is_allowed(const struct server *server, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	return peer.uid == 0 || peer.uid == server->config.allowed;
}

/* One write into an empty socket does not block. */
static void turn_away(int fd, enum control_code code, const char *why)
{
	struct buffer out = { 0 };
	json_t *text = control_text_record(code, why), *result = control_result(code);
	ssize_t done;

	control_write(&out, text);
	control_write(&out, result);
	json_decref(text);
	json_decref(result);
	done = send(fd, out.ptr, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)done; /* it goes either way */
	buffer_done(&out);
	close(fd);
}

static void on_acceptable(evutil_socket_t listening, short what, void *context)
{
	static const struct timeval a_second = { .tv_sec = 1 };
	struct server *server = context;

	(void)what;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		int fd = accept4((int)listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0 && !is_allowed(server, fd)) {
			turn_away(fd, CONTROL_BAD_REQUEST, "only root may control the daemon");
		} else if (fd >= 0 && server->count == SERVER_CLIENTS_MAX) {
			turn_away(fd, CONTROL_BUSY, "too many control clients");
		} else if (fd >= 0) {
			client_new(server, fd);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			   errno == ENOBUFS) {
			event_del(server->acceptable);
			evtimer_add(server->again, &a_second);
			return;
		} else {
			return;
		}
	}
}

static void on_again(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;

	(void)fd;
	(void)what;
	event_add(server->acceptable, NULL);
}

struct server *server_new(const struct server_config *config)
{
	struct server *server = NEW(struct server);

	server->config = *config;
	if (!server->config.queue_max)
		server->config.queue_max = SERVER_QUEUE_MAX;
	evutil_make_socket_nonblocking(config->fd);
	server->acceptable = event_new(config->base, config->fd, EV_READ | EV_PERSIST,
				       on_acceptable, server);
	server->again = evtimer_new(config->base, on_again, server);
	server->reaper = evtimer_new(config->base, on_reap, server);
	server->turn = evtimer_new(config->base, on_turn, server);
	assert(server->acceptable && server->again && server->reaper && server->turn);
	event_add(server->acceptable, NULL);
	return server;
}

static void client_flush(struct client *c)
{
	struct pollfd p = { .fd = bufferevent_getfd(c->stream), .events = POLLOUT };

	evbuffer_unfreeze(output_of(c), 1);
	while (!c->dead && waiting(c) && poll(&p, 1, FLUSH_MILLISECONDS) > 0)
		if (evbuffer_write(output_of(c), p.fd) <= 0)
			return;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < server->count; i++) {
		client_flush(server->clients[i]);
		client_free(server->clients[i]);
	}
	event_free(server->acceptable);
	event_free(server->again);
	event_free(server->reaper);
	event_free(server->turn);
	close(server->config.fd);
	mem_free(server);
}
