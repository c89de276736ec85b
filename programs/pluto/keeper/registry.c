/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "pluto/daemon/log.h"
#include "pluto/keeper/state.h"

/* NULL when registered, else a sentence. */
static const char *take_updown(struct keeper *k, const json_t *request)
{
	const json_t *name = json_object_get(request, "name");
	const json_t *command = json_object_get(request, "updown");

	if (!json_is_string(name))
		return "\"name\" is the name of a connection";
	if (command && !json_is_null(command) && !json_is_string(command))
		return "\"updown\" is a command or null";
	return updown_register(k->updowns, json_string_value(name), json_string_value(command));
}

static void on_request(void *context, uint64_t client, const char *command,
		       const json_t *request)
{
	struct keeper *k = context;
	const char *why = "the only command here is \"updown\"";

	if (text_equal(command, "updown"))
		why = take_updown(k, request);
	if (why)
		server_send_text(k->server, client, CONTROL_BAD_REQUEST, "%s", why);
	server_end(k->server, client, why ? CONTROL_BAD_REQUEST : CONTROL_OK);
}

/* Requests are answered at once: nothing is under way when a client goes. */
static void on_gone(void *context, uint64_t client)
{
	(void)context;
	(void)client;
}

void keeper_open_registry(struct keeper *k)
{
	struct server_config config = { .base = loop_base(k->loop), .fd = k->files.keeper_fd,
					.allowed = geteuid(), .context = k,
					.on_request = on_request, .on_gone = on_gone };

	k->server = server_new(&config);
	k->files.keeper_fd = -1;
}
