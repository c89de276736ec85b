/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADDCONN_ADDCONN_H
#define ADDCONN_ADDCONN_H

#include "client/client.h"
#include "conf/conf.h"

/* Exit codes besides CONTROL_WHACK_PROBLEM for a pluto that does not answer. */
enum { EXIT_FINE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 3 };

/* What all that is sent has in common. */
struct sender {
	struct client daemon;
	char *keeper_path;
	struct client keeper;
	bool keeper_open;
	bool replace;
	enum client_style style;
	int code; /* EXIT_*, or CONTROL_WHACK_PROBLEM: the worst so far */
};

/* false: pluto is not there, said on stderr. */
MUST_CHECK bool sender_open(struct sender *s, const char *ctlsocket);
void sender_close(struct sender *s);

/* Loads one connection into pluto. true when pluto took it. */
bool sender_add(struct sender *s, struct conf_conn *conn);

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
