/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../must.h"
#include "base/must_check.h"
#include "base/reader.h"
#include "pluto/keeper/messages.h"
#include "pluto/steer/message.h"

enum { PLUTO_PID = 4242, CHILDREN_MAX = 64, STARTED_MAX = 512, PIECE = 509 };

/* --- processes that are not --- */

static struct child_config waiting[CHILDREN_MAX];
static size_t waiting_count, started;
static bool killed;

int __wrap_kill(pid_t pid, int signal);
int __wrap_child_start(struct children *children, const struct child_config *config);
void __wrap_keeper_load(struct keeper *keeper);
void __wrap_steering_add(struct steering *s, const struct steer_sa *sa);
void __wrap_steering_remove(struct steering *s, const struct steer_sa *sa);
void __wrap_steering_write_counters(const struct steering *s, struct buffer *out);

int __wrap_kill(pid_t pid, int signal)
{
	must(pid == PLUTO_PID && signal == SIGKILL);
	killed = true;
	return 0;
}

int __wrap_child_start(struct children *children, const struct child_config *config)
{
	must(children != NULL && config->run != NULL && config->seconds > 0);
	if (waiting_count == CHILDREN_MAX || ++started > STARTED_MAX)
		return -EAGAIN;
	waiting[waiting_count++] = *config;
	return 0;
}

void __wrap_keeper_load(struct keeper *keeper)
{
	must(keeper->loading_begun);
}

/* The keeper that is tried steers nothing. */
void __wrap_steering_add(struct steering *s, const struct steer_sa *sa)
{
	must(s == NULL && steer_is_sa(sa) && sa->cpu < CPU_MAX);
	must(sa->means != STEERING_OFF && sa->means <= STEERING_LAST);
}

void __wrap_steering_remove(struct steering *s, const struct steer_sa *sa)
{
	must(s == NULL && steer_is_sa(sa));
}

void __wrap_steering_write_counters(const struct steering *s, struct buffer *out)
{
	must(s == NULL && out->len == sizeof(uint64_t));
}

/* A status as of waitpid(): every third child fails. */
static int status_of(size_t number)
{
	return number % 3 == 2 ? SIGSEGV : 0;
}

/* One that ends may let the next one start. */
static void children_run(struct bytes output)
{
	while (waiting_count > 0) {
		struct child_config child = waiting[--waiting_count];

		for (size_t at = 0; at < output.len; at += PIECE) {
			size_t len = output.len - at < PIECE ? output.len - at : PIECE;

			child.on_output(child.context, bytes_at(output.ptr + at, len));
		}
		child.on_end(child.context, status_of(started));
	}
}

/* --- the channel --- */

static void on_frame(void *context, uint8_t type, struct bytes body)
{
	if (!killed)
		keeper_serve(context, type, body);
}

static void on_end(void *context)
{
	((struct keeper *)context)->channel_ended = true;
}

/* Whole frames of what the keeper may say. */
static void answers_check(int fd)
{
	static uint8_t room[1 << 16];
	struct reader r = { { room, 0 } };
	struct bytes body;
	ssize_t got;

	while ((got = recv(fd, room + r.left.len, sizeof(room) - r.left.len, MSG_DONTWAIT)) > 0)
		r.left.len += (size_t)got;
	r.left.ptr = room;
	while (r.left.len > 0) {
		uint32_t len = 0;
		uint8_t type = 0;

		if (!read_u32(&r, &len) || !read_u8(&r, &type) || !read_bytes(&r, len, &body))
			return; /* the rest waits in the socket */
		must(type == MESSAGE_SECRETS || type == MESSAGE_NO_SECRETS ||
		     type == MESSAGE_STEER_COUNTERS);
		must(len >= sizeof(uint64_t));
	}
}

static void send_all(struct keeper *k, int fd, struct bytes frames)
{
	for (size_t at = 0; at < frames.len && !k->channel_ended; at += PIECE) {
		size_t len = frames.len - at < PIECE ? frames.len - at : PIECE;

		must(send(fd, frames.ptr + at, len, MSG_NOSIGNAL) == (ssize_t)len);
		event_base_loop(loop_base(k->loop), EVLOOP_NONBLOCK);
	}
}

static void keeper_begin(struct keeper *k, int fd)
{
	struct channel_config config = { .base = loop_base(k->loop), .fd = fd,
					 .body_max = TO_KEEPER_MAX, .context = k,
					 .on_frame = on_frame, .on_end = on_end };

	killed = k->loading_begun = k->started = k->channel_ended = false;
	waiting_count = started = 0;
	k->pluto = PLUTO_PID;
	k->launch.told = true; /* nobody waits for it to be ready */
	k->log_fd = -1;
	k->launch.fd = -1;
	k->secrets = secrets_reader_new(&k->children, "/nowhere", keeper_answer_secrets, k);
	k->channel = channel_new(&config);
}

void served_try(struct keeper *k, struct bytes frames, struct bytes output)
{
	int fds[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	keeper_begin(k, fds[0]);
	send_all(k, fds[1], frames);
	children_run(output);
	must(updown_waiting(k->updowns) == 0);
	channel_flush(k->channel, 0);
	answers_check(fds[1]);
	channel_free(k->channel);
	secrets_reader_free(k->secrets);
	k->channel = NULL;
	k->secrets = NULL;
	close(fds[1]);
}
