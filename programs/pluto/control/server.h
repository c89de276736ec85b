/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_CONTROL_SERVER_H
#define PLUTO_CONTROL_SERVER_H

#include <event2/event.h>
#include <jansson.h>
#include <sys/types.h>

#include "control/control.h"

/*
 * The server's side of the control protocol (docs/control.md) on a listening UNIX socket: lets root
 * in, splits lines, hands out one request of each client at a time, queues the answers.
 * A client that breaks the rules of a line is told once and dropped; so is, without a word, one
 * that does not read. The process ignores SIGPIPE.
 */
struct server;

enum {
	SERVER_CLIENTS_MAX = 256,
	SERVER_IDLE_SECONDS = 60,    /* without a request */
	SERVER_WRITE_SECONDS = 30,   /* without reading anything of what waits */
	SERVER_AGAIN_MAX = 256 * 1024, /* bytes waiting for a client that is to get more */
	SERVER_QUEUE_MAX = 64 * 1024 * 1024,  /* bytes waiting for one client */
	SERVER_QUEUES_MAX = 128 * 1024 * 1024 /* for all of them */
};

struct server_config {
	struct event_base *base;
	int fd;          /* listening; taken */
	uid_t allowed;   /* may talk to us, beside root */
	size_t queue_max; /* 0: SERVER_QUEUE_MAX */
	void *context;
	/* A request whose `v` and `command` are right; ends with server_end(), now or later. */
	void (*on_request)(void *context, uint64_t client, const char *command,
			   const json_t *request);
	/* The client left while its request was under way. Never called from within a call. */
	void (*on_gone)(void *context, uint64_t client);
	/* What server_call_again() asked for. */
	void (*on_again)(void *context, uint64_t client);
};

struct server *server_new(const struct server_config *config);
/* Writes what waits, for at most a second; then closes everything. */
void server_free(struct server *server);

/* Both take no notice of a client that is gone. `record` is taken. */
void server_send(struct server *server, uint64_t client, json_t *record);
void server_send_text(struct server *server, uint64_t client, int class_, const char *format, ...)
	PRINTF_LIKE(4, 5);
/* The answer goes on: on_again() is called once, in a later turn of the loop, one client in a turn,
 * and not before the client has read most of what it got. */
void server_call_again(struct server *server, uint64_t client);
/* The result: the request is over. */
void server_end(struct server *server, uint64_t client, int code);

size_t server_client_count(const struct server *server);

#endif
