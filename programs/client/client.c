/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "client/client.h"

enum { READ_CHUNK = 65536, WHY_MAX = 200 };

int64_t client_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return SECONDS(now.tv_sec) + now.tv_nsec / 1000;
}

char *client_path(const char *rundir, const char *name)
{
	struct buffer path = { 0 };
	char *copy;

	write_format(&path, "%s/%s", rundir, name);
	copy = mem_text(buffer_text(&path));
	buffer_done(&path);
	return copy;
}

int client_connect(struct client *c, const char *path, int64_t deadline)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	*c = (struct client) { .fd = fd, .path = path, .deadline = deadline };
	return 0;
}

void client_close(struct client *c)
{
	close(c->fd);
	control_lines_done(&c->lines);
	c->fd = -1;
}

/* Milliseconds for poll(). */
static int time_left(const struct client *c)
{
	int64_t left;

	if (c->deadline == TIME_NEVER)
		return -1;
	left = (c->deadline - client_clock() + MILLISECONDS(1) - 1) / MILLISECONDS(1);
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* CLIENT_RECORD: it is ready. */
static enum client_status wait_for(const struct client *c, short events)
{
	struct pollfd p = { .fd = c->fd, .events = events };
	int n;

	do
		n = poll(&p, 1, time_left(c));
	while (n < 0 && errno == EINTR);
	return n > 0 ? CLIENT_RECORD : n == 0 ? CLIENT_LATE : CLIENT_GARBAGE;
}

static bool try_again(int error)
{
	return error == EAGAIN || error == EINTR;
}

enum client_status client_send_line(struct client *c, struct bytes line)
{
	enum client_status status = CLIENT_RECORD;
	size_t sent = 0;

	while (sent < line.len && status == CLIENT_RECORD) {
		ssize_t n = send(c->fd, line.ptr + sent, line.len - sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0)
			sent += (size_t)n;
		else if (try_again(errno))
			status = wait_for(c, POLLOUT);
		else
			status = CLIENT_CLOSED;
	}
	return status;
}

enum client_status client_send(struct client *c, const json_t *request)
{
	struct buffer line = { 0 };
	enum client_status status;

	control_write(&line, request);
	status = client_send_line(c, buffer_bytes(&line));
	buffer_done(&line);
	return status;
}

/* Feeds what comes next. */
static enum client_status read_some(struct client *c)
{
	uint8_t chunk[READ_CHUNK];
	ssize_t n = recv(c->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (n > 0)
		control_lines_feed(&c->lines, bytes_at(chunk, (size_t)n));
	else if (n == 0 || errno == ECONNRESET)
		return CLIENT_CLOSED;
	else if (!try_again(errno))
		return CLIENT_GARBAGE;
	else
		return wait_for(c, POLLIN);
	return CLIENT_RECORD;
}

enum client_status client_receive(struct client *c, json_t **out)
{
	enum client_status status = CLIENT_RECORD;
	char why[WHY_MAX];

	while (status == CLIENT_RECORD) {
		switch (control_lines_next(&c->lines, CONTROL_REPLY_MAX, out, why, sizeof(why))) {
		case CONTROL_LINE:
			return CLIENT_RECORD;
		case CONTROL_MORE:
			fflush(stdout);
			status = read_some(c);
			break;
		case CONTROL_TOO_LONG:
		case CONTROL_NOT_JSON:
			return CLIENT_GARBAGE;
		}
	}
	return status;
}

bool client_wait_closed(struct client *c)
{
	enum client_status status;
	json_t *record;

	while ((status = client_receive(c, &record)) == CLIENT_RECORD)
		json_decref(record);
	return status == CLIENT_CLOSED;
}

void client_print(const json_t *record, enum client_style style)
{
	struct buffer line = { 0 };

	if (style == STYLE_JSON)
		control_write(&line, record);
	else if (control_render(record, style == STYLE_NUMBERED, &line))
		write_u8(&line, '\n');
	if (line.len && !ferror(stdout))
		fwrite(line.ptr, 1, line.len, stdout);
	buffer_done(&line);
}

int client_end_of_talk(const struct client *c, enum client_status status)
{
	static const char *const reasons[] = {
		[CLIENT_CLOSED] = "pluto closed the connection before it had answered",
		[CLIENT_LATE] = "pluto has not answered in time",
		[CLIENT_GARBAGE] = "what came back is not pluto's control protocol",
	};

	fflush(stdout);
	fprintf(stderr, "%s (\"%s\")\n", reasons[status], c->path);
	return CONTROL_WHACK_PROBLEM;
}

int client_answer(struct client *c, enum client_style style)
{
	json_t *record;
	int code;

	for (;;) {
		enum client_status status = client_receive(c, &record);
		bool last;

		if (status != CLIENT_RECORD)
			return client_end_of_talk(c, status);
		client_print(record, style);
		last = control_result_code(record, &code);
		json_decref(record);
		if (last)
			return code;
	}
}

int client_ask(struct client *c, const json_t *request, enum client_style style)
{
	enum client_status status = client_send(c, request);

	return status == CLIENT_RECORD ? client_answer(c, style) : client_end_of_talk(c, status);
}

void client_explain(const char *program, const char *path, int error)
{
	if (error == -ENOENT)
		fprintf(stderr, "%s: Pluto is not running (no \"%s\")\n", program, path);
	else if (error == -ECONNREFUSED)
		fprintf(stderr, "%s: Pluto is not running (nobody listens at \"%s\")\n", program,
			path);
	else if (error == -EACCES)
		fprintf(stderr, "%s: only root may talk to pluto (\"%s\")\n", program, path);
	else
		fprintf(stderr, "%s: cannot connect to \"%s\": %s\n", program, path,
			strerror(-error));
}
