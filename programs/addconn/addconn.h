/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADDCONN_ADDCONN_H
#define ADDCONN_ADDCONN_H

#include "client/client.h"
#include "conf/conf.h"

/* Exit codes besides CONTROL_WHACK_PROBLEM for a pluto that does not answer. */
enum { EXIT_FINE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 3 };

/*
 * Requests about connections that are sent and not answered yet, the oldest first. Their bytes are
 * bounded by what fits into a socket: who answers may stop reading while we do not read.
 */
enum { ASKED_MAX = 64, ASKED_BYTES_MAX = 32 * 1024 };
struct asked {
	struct client client;
	const struct conf_conn *conns[ASKED_MAX];
	size_t lens[ASKED_MAX];
	unsigned first, count;
	size_t bytes;
};

/* What all that is sent has in common. */
struct sender {
	struct asked daemon;
	char *keeper_path;
	struct asked keeper;
	bool keeper_open;
	bool replace;
	enum client_style style;
	int code; /* EXIT_*, or CONTROL_WHACK_PROBLEM: the worst so far */
	/* pluto took it; NULL: nobody wants to know */
	void (*on_added)(void *context, const struct conf_conn *conn);
	void *context;
};

/* false: pluto is not there, said on stderr. */
MUST_CHECK bool sender_open(struct sender *s, const char *ctlsocket);
void sender_close(struct sender *s);

/* Loads one connection into pluto, sooner or later; `conn` stays until sender_settle(). */
void sender_add(struct sender *s, struct conf_conn *conn);
/* Until everything is answered. */
void sender_settle(struct sender *s);

/* Deletes all of that name or alias in pluto, if there are any, without a word about it. */
void sender_forget(struct sender *s, const char *name);

/* The last word of a start: what is to be routed and started. Either may be of any length. */
void sender_autoall_done(struct sender *s, const json_t *route, const json_t *start);

/*
 * Replaces %defaultroute by the address from which this host reaches the other end. false: a
 * sentence is in `why`.
 */
MUST_CHECK bool default_route_resolve(struct conf_conn *conn, struct buffer *why);

/* The updown command of our own end, found by this host's addresses; NULL: none. */
const char *own_updown(const struct conf_conn *conn);

/* "name=value" for each option of config setup; with `only` just its value. false: none such. */
MUST_CHECK bool setup_print(const struct conf_setup *setup, const char *only);

#endif
