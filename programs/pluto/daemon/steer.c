/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inbound SAs of clones, for whom the keeper sees to it that their packets get to their CPUs. */
#include <errno.h>

#include "pluto/daemon/parts.h"
#include "pluto/keeper/messages.h"
#include "pluto/steer/message.h"

static struct steer_sa steer_sa_of(const struct kernel_sa *sa)
{
	return (struct steer_sa) { .destination = sa->destination, .spi = sa->spi,
				   .encapsulated = sa->encapsulated, .cpu = sa->cpu,
				   .means = sa->steering };
}

static void say(struct daemon *d, enum message type, struct buffer *body)
{
	/* Then the keeper is about to end, and all steering with it. */
	if (!channel_send(d->channel, (uint8_t)type, buffer_bytes(body)))
		log_line("the keeper does not listen");
	buffer_done(body);
}

static void begin(struct daemon *d, const struct steer_sa *sa)
{
	struct buffer body = { 0 };

	if (sa->means == STEERING_OFF)
		return;
	steer_write(sa, &body);
	say(d, MESSAGE_STEER, &body);
}

/* Also where steering is off now: it may have been on when the SA was made. */
static void end(struct daemon *d, const struct steer_sa *sa)
{
	struct buffer body = { 0 };

	steer_end_write(sa, &body);
	say(d, MESSAGE_STEER_END, &body);
}

static void move(struct daemon *d, const struct kernel_change *change)
{
	struct steer_sa sa = steer_sa_of(&change->sa);

	end(d, &sa);
	sa.destination = change->to.destination;
	sa.encapsulated = change->to.encapsulated;
	begin(d, &sa);
}

void daemon_steer(struct daemon *d, const struct kernel_change *change)
{
	struct steer_sa sa;
	bool of_sa = change->verb == KERNEL_SA_ADD || change->verb == KERNEL_SA_DELETE ||
		     change->verb == KERNEL_SA_MOVE;

	if (!of_sa || change->sa.direction != KERNEL_IN || change->sa.cpu == KERNEL_CPU_NONE)
		return;
	sa = steer_sa_of(&change->sa);
	if (change->verb == KERNEL_SA_ADD && change->result == 0)
		begin(d, &sa);
	else if (change->verb == KERNEL_SA_MOVE && change->result == 0)
		move(d, change);
	else if (change->verb == KERNEL_SA_DELETE &&
		 (change->result == 0 || change->result == -ESRCH))
		end(d, &sa);
}

/* Its CPU and its encapsulation are not said; the keeper looks for what it has. What others put into
 * the kernel by hand may be such as the keeper would not believe. */
void daemon_steer_expired(struct daemon *d, uint32_t spi, const struct address *destination)
{
	struct steer_sa sa = { .destination = *destination, .spi = spi };

	if (!steer_is_sa(&sa))
		return;
	end(d, &sa);
	sa.encapsulated = true;
	end(d, &sa);
}

/* A keeper that is not there any more takes us along soon. */
void daemon_count_steered(void *daemon, uint64_t command)
{
	struct daemon *d = daemon;
	struct buffer body = { 0 };

	write_u64(&body, command);
	if (!channel_send(d->channel, MESSAGE_STEER_COUNT, buffer_bytes(&body)))
		commands_end(d->commands, command, CONTROL_OK);
	buffer_done(&body);
}

void daemon_on_steer_counters(struct daemon *d, struct bytes body)
{
	struct reader r = { body };
	struct steer_counters counters;
	struct steer_sa sa;
	uint64_t command;

	if (!read_u64(&r, &command))
		return;
	while (r.left.len != 0 && steer_counters_read(&r, &sa, &counters))
		commands_steered(d->commands, command, &sa, &counters);
	commands_end(d->commands, command, CONTROL_OK);
}
