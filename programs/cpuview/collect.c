/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpuview/collect.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "client/client.h"

enum { ANSWER_SECONDS = 3 };

/* What is refused comes with a sentence. */
static void keep_reason(const json_t *record, struct buffer *why)
{
	if (json_is_string(json_object_get(record, "text")) && why->len == 0 &&
	    !control_render(record, false, why))
		buffer_clear(why);
}

static int receive_all(struct client *c, struct sample *out, struct buffer *why)
{
	json_t *record;
	int code;

	while (client_receive(c, &record) == CLIENT_RECORD) {
		bool last = control_result_code(record, &code);

		if (!last) {
			sample_add_record(out, record);
			keep_reason(record, why);
		}
		json_decref(record);
		if (last)
			return code;
	}
	buffer_clear(why);
	write_format(why, "pluto has not answered as it should (\"%s\")", c->path);
	return CONTROL_WHACK_PROBLEM;
}

static int ask(struct client *c, struct sample *out, struct buffer *why)
{
	json_t *request = json_pack("{s:i, s:s}", "v", CONTROL_VERSION, "command", "cpus");
	enum client_status status = client_send(c, request);

	json_decref(request);
	if (status == CLIENT_RECORD)
		return receive_all(c, out, why);
	write_format(why, "pluto does not take a question (\"%s\")", c->path);
	return CONTROL_WHACK_PROBLEM;
}

int collect(const struct source *source, struct sample *out, struct buffer *why)
{
	struct client client;
	struct sample s = { 0 };
	int result = client_connect(&client, source->path,
				    client_clock() + SECONDS(ANSWER_SECONDS));

	if (result < 0) {
		if (result == -ENOENT || result == -ECONNREFUSED)
			write_format(why, "Pluto is not running (\"%s\")", source->path);
		else if (result == -EACCES)
			write_format(why, "only root may talk to pluto (\"%s\")", source->path);
		else
			write_format(why, "cannot connect to \"%s\": %s", source->path,
				     strerror(-result));
		return CONTROL_WHACK_PROBLEM;
	}
	result = ask(&client, &s, why);
	client_close(&client);
	if (result != CONTROL_OK) {
		sample_done(&s);
		return result;
	}
	sample_complete(&s, source->root, client_clock());
	*out = s;
	return CONTROL_OK;
}

/* --- A scene --- */

static void forget_nics(struct scene *s)
{
	for (size_t i = 0; i < s->nic_count; i++)
		nic_facts_done(&s->nics[i]);
	s->nic_count = 0;
}

static void read_nics(struct scene *s, const char *root)
{
	struct nic_source from = nic_source_live;
	char proc[PATH_MAX], sys[PATH_MAX];

	forget_nics(s);
	(void)snprintf(proc, sizeof(proc), "%s/proc", root);
	(void)snprintf(sys, sizeof(sys), "%s/sys", root);
	from.proc = proc;
	from.sys = sys;
	for (size_t i = 0; i < s->now.device_count; i++)
		if (nic_read(&from, s->now.devices[i], &s->nics[s->nic_count]) == 0)
			s->nic_count++;
		else
			nic_facts_done(&s->nics[s->nic_count]);
}

bool scene_advance(struct scene *s, struct sample *next, const char *root)
{
	bool first = s->now.when == 0;

	sample_done(&s->before);
	s->before = s->now;
	s->now = *next;
	*next = (struct sample) { 0 };
	if (first)
		return false;
	rates_done(&s->rates);
	rates_make(&s->rates, &s->before, &s->now);
	read_nics(s, root);
	uneven_find(&s->rates, s->nics, s->nic_count, &s->sentences);
	return true;
}

struct picture scene_picture(const struct scene *s)
{
	return (struct picture) { .rates = &s->rates, .nics = s->nics,
				  .nic_count = s->nic_count, .sentences = &s->sentences };
}

void scene_done(struct scene *s)
{
	sample_done(&s->before);
	sample_done(&s->now);
	rates_done(&s->rates);
	forget_nics(s);
	*s = (struct scene) { 0 };
}
