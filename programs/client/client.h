/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "control/control.h"

/* The clients' end of the control protocol: one connection, one request after the other. */
struct client {
	int fd;
	const char *path; /* borrowed */
	struct control_lines lines;
	int64_t deadline; /* of the whole, on CLOCK_MONOTONIC; TIME_NEVER: none */
};

enum client_style { STYLE_NUMBERED, STYLE_PLAIN, STYLE_JSON };

enum client_status {
	CLIENT_RECORD,  /* *out is the caller's */
	CLIENT_CLOSED,  /* by the other end */
	CLIENT_LATE,    /* the deadline has passed */
	CLIENT_GARBAGE  /* not the protocol, or a system call failed */
};

int64_t client_clock(void);

/* -errno when nobody is there. SIGPIPE is the caller's to ignore. */
MUST_CHECK int client_connect(struct client *c, const char *path, int64_t deadline);
void client_close(struct client *c);

MUST_CHECK enum client_status client_send(struct client *c, const json_t *request);
/* The same of a line as control_write() makes it. */
MUST_CHECK enum client_status client_send_line(struct client *c, struct bytes line);
MUST_CHECK enum client_status client_receive(struct client *c, json_t **out);
/* Waits until the other end has closed; what still comes is thrown away. */
MUST_CHECK bool client_wait_closed(struct client *c);

/*
 * Sends the request, prints the records as they come, and returns the code of the result; an end
 * before that is a sentence on stderr and CONTROL_WHACK_PROBLEM.
 */
int client_ask(struct client *c, const json_t *request, enum client_style style);
/* The second half of it, for a request that was sent before. */
int client_answer(struct client *c, enum client_style style);
/* A status that is not CLIENT_RECORD, as that sentence; gives CONTROL_WHACK_PROBLEM. */
int client_end_of_talk(const struct client *c, enum client_status status);

/* One record on standard output; errors there are kept for the end and stop the printing only. */
void client_print(const json_t *record, enum client_style style);

/* Why nobody could be reached, as a sentence on stderr. */
void client_explain(const char *program, const char *path, int error);

/* rundir + "/pluto.ctl" or such; the caller frees. */
char *client_path(const char *rundir, const char *name);

#endif
