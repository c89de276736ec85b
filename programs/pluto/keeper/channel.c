/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/reader.h"
#include "pluto/keeper/channel.h"

enum { READ_SIZE = 64 * 1024 };

struct channel {
	struct channel_config config;
	struct event *readable, *writable;
	struct buffer in, out;
	size_t sent; /* of out */
	bool ended;
};

static void channel_end(struct channel *c)
{
	if (c->ended)
		return;
	c->ended = true;
	event_del(c->readable);
	event_del(c->writable);
	c->config.on_end(c->config.context);
}

/* The next frame of *left; false: not all of it is there yet. */
static bool frame_read(const struct channel *c, struct reader *left, uint8_t *type,
		       struct bytes *body, bool *broken)
{
	struct reader r = *left;
	uint32_t len;

	*broken = false;
	if (!read_u32(&r, &len) || !read_u8(&r, type))
		return false;
	*broken = len > c->config.body_max;
	if (*broken || !read_bytes(&r, len, body))
		return false;
	*left = r;
	return true;
}

static void take_frames(struct channel *c)
{
	struct reader left = { buffer_bytes(&c->in) };
	struct bytes body;
	bool broken = false;
	uint8_t type;

	while (!c->ended && frame_read(c, &left, &type, &body, &broken))
		c->config.on_frame(c->config.context, type, body);
	if (broken) {
		channel_end(c);
		return;
	}
	if (left.left.len) {
		memmove(c->in.ptr, left.left.ptr, left.left.len);
		mem_wipe(c->in.ptr + left.left.len, c->in.len - left.left.len);
		buffer_truncate(&c->in, left.left.len);
	} else {
		buffer_wipe(&c->in);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct channel *c = context;
	size_t before = c->in.len;
	uint8_t *room = buffer_extend(&c->in, READ_SIZE);
	ssize_t got = recv((int)fd, room, READ_SIZE, MSG_DONTWAIT);

	(void)what;
	buffer_truncate(&c->in, before + (got > 0 ? (size_t)got : 0));
	if (got > 0)
		take_frames(c);
	else if (!got || (errno != EAGAIN && errno != EINTR))
		channel_end(c);
}

static void write_some(struct channel *c)
{
	ssize_t done = send(c->config.fd, c->out.ptr + c->sent, c->out.len - c->sent,
			    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (done > 0)
		c->sent += (size_t)done;
	else if (errno != EAGAIN && errno != EINTR)
		channel_end(c);
	if (c->sent == c->out.len) {
		buffer_wipe(&c->out);
		c->sent = 0;
		event_del(c->writable);
	}
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	write_some(context);
}

struct channel *channel_new(const struct channel_config *config)
{
	struct channel *c = NEW(struct channel);

	c->config = *config;
	evutil_make_socket_nonblocking(config->fd);
	c->readable = event_new(config->base, config->fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(config->base, config->fd, EV_WRITE | EV_PERSIST, on_writable, c);
	assert(c->readable && c->writable);
	event_add(c->readable, NULL);
	return c;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	event_free(c->readable);
	event_free(c->writable);
	buffer_wipe(&c->in);
	buffer_wipe(&c->out);
	close(c->config.fd);
	mem_free(c);
}

bool channel_send(struct channel *c, uint8_t type, struct bytes body)
{
	if (c->ended || c->out.len + CHANNEL_HEADER + body.len > CHANNEL_QUEUE_MAX)
		return false;
	write_u32(&c->out, (uint32_t)body.len);
	write_u8(&c->out, type);
	write_bytes(&c->out, body);
	event_add(c->writable, NULL);
	return true;
}

void channel_flush(struct channel *c, int seconds)
{
	struct pollfd p = { .fd = c->config.fd, .events = POLLOUT };

	while (!c->ended && c->out.len && poll(&p, 1, seconds * 1000) > 0)
		write_some(c);
}
