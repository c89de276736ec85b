/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../must.h"
#include "base/must_check.h"

enum { PIECE = 251, TURNS_MAX = 4096, WHY_MAX = 64 };

static struct sockaddr_un place;
static socklen_t place_len;

/* A name of the kernel's choice, in no folder. */
void clients_open(struct keeper *k)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	place.sun_family = AF_UNIX;
	must(fd >= 0 && bind(fd, (struct sockaddr *)&place, sizeof(sa_family_t)) == 0);
	place_len = sizeof(place);
	must(getsockname(fd, (struct sockaddr *)&place, &place_len) == 0);
	must(listen(fd, 1) == 0);
	k->files.keeper_fd = fd;
	keeper_open_registry(k);
}

struct client {
	int fd;
	bool ended; /* by the server */
	size_t results;
	struct control_lines lines;
};

static void take_records(struct client *c)
{
	enum control_status status;
	char why[WHY_MAX];
	json_t *record;

	while ((status = control_lines_next(&c->lines, CONTROL_REPLY_MAX, &record, why,
					    sizeof(why))) == CONTROL_LINE) {
		int code;

		if (control_result_code(record, &code)) {
			must(code == CONTROL_OK || code == CONTROL_BAD_REQUEST);
			c->results++;
		}
		json_decref(record);
	}
	must(status == CONTROL_MORE);
}

static void turn(struct keeper *k, struct client *c)
{
	uint8_t room[4096];
	ssize_t got;

	event_base_loop(loop_base(k->loop), EVLOOP_NONBLOCK);
	got = recv(c->fd, room, sizeof(room), MSG_DONTWAIT);
	if (got > 0) {
		control_lines_feed(&c->lines, bytes_at(room, (size_t)got));
		take_records(c);
	}
	/* What was not read when it was dropped makes it a reset. */
	c->ended |= got == 0 || (got < 0 && errno == ECONNRESET);
}

static void send_lines(struct keeper *k, struct client *c, struct bytes lines)
{
	for (size_t at = 0; at < lines.len && !c->ended; at += PIECE) {
		size_t len = lines.len - at < PIECE ? lines.len - at : PIECE;
		ssize_t done = send(c->fd, lines.ptr + at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		must(done == (ssize_t)len || errno == EPIPE || errno == ECONNRESET);
		turn(k, c);
	}
}

void clients_try(struct keeper *k, struct bytes lines)
{
	struct client c = { .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };

	must(c.fd >= 0 && connect(c.fd, (struct sockaddr *)&place, place_len) == 0);
	send_lines(k, &c, lines);
	(void)send(c.fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(c.fd, SHUT_WR);
	for (int i = 0; !c.ended; i++) {
		must(i < TURNS_MAX); /* all is answered, and then it is dropped */
		turn(k, &c);
	}
	must(c.results > 0);
	must(server_client_count(k->server) == 0);
	control_lines_done(&c.lines);
	close(c.fd);
}
