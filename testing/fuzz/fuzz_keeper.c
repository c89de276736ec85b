/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the keeper, which is root, reads: requests of a pluto that may be somebody else's, frames of
 * their channel, what clients send to its socket, and what its children print.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/inside.h"
#include "must.h"
#include "pluto/daemon/log.h"
#include "pluto/keeper/messages.h"

/* --- updown requests --- */

static void environment_check(char **environment)
{
	for (size_t i = 0; environment[i] != NULL; i++) {
		const char *value = strchr(environment[i], '=');

		must(value != NULL && value != environment[i]);
		must(strncmp(environment[i], "PLUTO_", 6) == 0 || i == 0);
		for (const char *p = value; *p != '\0'; p++)
			must((uint8_t)*p >= ' ' && *p != 0x7f);
	}
}

static void try_updown(struct bytes body)
{
	char name[CONN_NAME_MAX + 1], name_again[CONN_NAME_MAX + 1];
	struct ike_updown updown, again;
	struct buffer out = { 0 };
	char **environment;

	if (!updown_read(body, &updown, name))
		return;
	must(updown.name == name && strlen(name) > 0 && strlen(name) <= CONN_NAME_MAX);
	updown_write(&updown, &out);
	must(updown_read(buffer_bytes(&out), &again, name_again));
	must(strcmp(name, name_again) == 0 && again.verb == updown.verb);
	must(identity_equal(&again.remote_id, &updown.remote_id));
	buffer_done(&out);
	environment = updown_environment(&updown);
	environment_check(environment);
	updown_environment_free(environment);
}

/* --- frames --- */

enum { BODY_MAX = 64, PIECE = 61 };

struct frames {
	struct bytes left; /* of the input: what the frames must be */
	bool ended;
};

static void on_frame(void *context, uint8_t type, struct bytes body)
{
	struct frames *f = context;
	struct reader r = { f->left };
	struct bytes expected;
	uint32_t len = 0;
	uint8_t expected_type = 0;

	must(!f->ended && body.len <= BODY_MAX);
	must(read_u32(&r, &len) && read_u8(&r, &expected_type) && read_bytes(&r, len, &expected));
	must(expected_type == type && bytes_equal(expected, body));
	f->left = r.left;
}

static void on_end(void *context)
{
	struct frames *f = context;

	must(!f->ended);
	f->ended = true;
}

static void try_frames(struct event_base *base, struct bytes input)
{
	struct frames f = { .left = input };
	struct channel_config config = { .base = base, .body_max = BODY_MAX, .context = &f,
					 .on_frame = on_frame, .on_end = on_end };
	struct channel *channel;
	int fds[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	config.fd = fds[0];
	channel = channel_new(&config);
	for (size_t at = 0; at < input.len && !f.ended; at += PIECE) {
		size_t len = input.len - at < PIECE ? input.len - at : PIECE;

		must(send(fds[1], input.ptr + at, len, MSG_NOSIGNAL) == (ssize_t)len);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	close(fds[1]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	must(f.ended);
	channel_free(channel);
}

/* --- lines of children --- */

static void on_line(void *context, const char *text)
{
	size_t *lines = context;

	must(strlen(text) <= OUTPUT_LINE_MAX && strchr(text, '\n') == NULL);
	(*lines)++;
}

static void try_output(struct bytes output)
{
	struct output_lines lines = { .len = 0 };
	size_t count = 0, half = output.len / 2;

	output_feed(&lines, bytes_at(output.ptr, half), on_line, &count);
	output_feed(&lines, bytes_at(output.ptr + half, output.len - half), on_line, &count);
	output_finish(&lines, on_line, &count);
	must(count <= output.len);
}

/* --- all of it --- */

static struct keeper keeper = { .log_fd = -1 };

static void no_log(const char *format, ...)
{
	(void)format;
}

/* Connections with a command, which is what an updown request can choose from. */
static void register_some(void)
{
	must(updown_register(keeper.updowns, "a", "true") == NULL);
	must(updown_register(keeper.updowns, "westnet-eastnet", "true") == NULL);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_to_fd(open("/dev/null", O_WRONLY | O_CLOEXEC), false);
	keeper.loop = loop_new();
	children_init(&keeper.children, loop_base(keeper.loop));
	clients_open(&keeper);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = bytes_at(data, size);
	size_t half = size / 2;

	if (size > TO_KEEPER_MAX)
		return 0;
	try_updown(input);
	try_frames(loop_base(keeper.loop), input);
	try_output(input);
	keeper.updowns = updowns_new(&keeper.children, no_log);
	clients_try(&keeper, input);
	register_some();
	served_try(&keeper, input, bytes_at(data + half, size - half));
	updowns_free(keeper.updowns);
	return 0;
}
