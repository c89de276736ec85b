/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that pluto can make the keeper do. Pluto reads the network, so it may be somebody
 * else's one day: what is not in this table, or not as it should be, ends it.
 */
#include <signal.h>
#include <systemd/sd-daemon.h>

#include "base/mem.h"
#include "base/text.h"
#include "pluto/daemon/log.h"
#include "pluto/keeper/messages.h"
#include "pluto/keeper/state.h"
#include "pluto/steer/message.h"

enum { WHY_MAX = 512 };

void keeper_say(struct keeper *k, uint8_t type, struct bytes body)
{
	/* It fails only where pluto does not read; then the watchdog finds it. */
	if (!channel_send(k->channel, type, body))
		log_line("pluto does not listen");
}

void keeper_answer_secrets(void *context, uint64_t request, bool good, struct bytes body)
{
	struct keeper *k = context;
	struct buffer answer = { 0 };

	write_u64(&answer, request);
	write_bytes(&answer, body);
	keeper_say(k, good ? MESSAGE_SECRETS : MESSAGE_NO_SECRETS, buffer_bytes(&answer));
	buffer_wipe(&answer);
}

/* Each gives false for a request that is not as it should be. */
static bool serve_listening(struct keeper *k, struct bytes body)
{
	if (body.len || k->loading_begun)
		return false;
	k->loading_begun = true;
	keeper_load(k);
	return true;
}

static bool serve_secrets(struct keeper *k, struct bytes body)
{
	struct reader r = { body };
	uint64_t request;

	if (!read_u64(&r, &request) || r.left.len)
		return false;
	secrets_reader_ask(k->secrets, request);
	return true;
}

static bool serve_updown(struct keeper *k, struct bytes body)
{
	char name[CONN_NAME_MAX + 1];
	struct ike_updown updown;

	if (!updown_read(body, &updown, name))
		return false;
	updown_run(k->updowns, &updown);
	return true;
}

static bool serve_started(struct keeper *k, struct bytes body)
{
	if (body.len || k->started)
		return false;
	k->started = true;
	sd_notify(0, "READY=1");
	launch_tell(&k->launch, PLUTO_EXIT_OK, "");
	return true;
}

static bool serve_alive(struct keeper *k, struct bytes body)
{
	(void)k;
	if (body.len)
		return false;
	sd_notify(0, "WATCHDOG=1");
	return true;
}

static bool serve_failed(struct keeper *k, struct bytes body)
{
	struct reader r = { body };
	struct buffer why = { 0 };
	uint8_t code;

	if (!read_u8(&r, &code) || !code || k->started)
		return false;
	write_printable(&why, r.left, WHY_MAX);
	k->code = keeper_fail(k, code, buffer_text(&why));
	buffer_done(&why);
	return true;
}

static bool serve_steer(struct keeper *k, struct bytes body)
{
	struct steer_sa sa;

	if (!steer_read(body, &sa))
		return false;
	steering_add(k->steering, &sa);
	return true;
}

static bool serve_steer_end(struct keeper *k, struct bytes body)
{
	struct steer_sa sa;

	if (!steer_end_read(body, &sa))
		return false;
	steering_remove(k->steering, &sa);
	return true;
}

static bool serve_steer_count(struct keeper *k, struct bytes body)
{
	struct reader r = { body };
	struct buffer answer = { 0 };
	uint64_t request;

	if (!read_u64(&r, &request) || r.left.len)
		return false;
	write_u64(&answer, request);
	steering_write_counters(k->steering, &answer);
	keeper_say(k, MESSAGE_STEER_COUNTERS, buffer_bytes(&answer));
	buffer_done(&answer);
	return true;
}

static const struct {
	enum message type;
	bool (*serve)(struct keeper *k, struct bytes body);
} table[] = {
	{ MESSAGE_LISTENING, serve_listening },
	{ MESSAGE_SECRETS_PLEASE, serve_secrets },
	{ MESSAGE_UPDOWN, serve_updown },
	{ MESSAGE_STARTED, serve_started },
	{ MESSAGE_ALIVE, serve_alive },
	{ MESSAGE_FAILED, serve_failed },
	{ MESSAGE_STEER, serve_steer },
	{ MESSAGE_STEER_END, serve_steer_end },
	{ MESSAGE_STEER_COUNT, serve_steer_count },
};

void keeper_serve(struct keeper *k, uint8_t type, struct bytes body)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].type == type && table[i].serve(k, body))
			return;
	log_line("pluto asked for something that is not served (%u, %zu bytes); ending it", type,
		 body.len);
	kill(k->pluto, SIGKILL);
}
