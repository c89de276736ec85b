/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/secrets.h"
#include "pluto/keeper/messages.h"
#include "pluto/keeper/secrets.h"

/* The child's output begins with one of these. */
enum { IS_IMAGE = 'S', IS_REASONS = 'E' };

struct secrets_reader {
	struct children *children;
	char *path;
	void (*answer)(void *context, uint64_t request, bool good, struct bytes body);
	void *context;
	uint64_t waiting[SECRETS_WAITING_MAX];
	size_t count; /* the first is being read for while `busy` */
	bool busy, too_large;
	struct buffer output;
};

struct secrets_reader *secrets_reader_new(struct children *children, const char *path,
					  void (*answer)(void *context, uint64_t request, bool good,
							 struct bytes body),
					  void *context)
{
	struct secrets_reader *r = NEW(struct secrets_reader);

	r->children = children;
	r->path = mem_text(path);
	r->answer = answer;
	r->context = context;
	return r;
}

void secrets_reader_free(struct secrets_reader *r)
{
	if (!r)
		return;
	buffer_wipe(&r->output);
	mem_free(r->path);
	mem_free(r);
}

static void write_reasons(const struct conf_errors *errors, struct buffer *out)
{
	for (size_t i = 0; i < errors->count; i++)
		write_format(out, "%s: %s\n", errors->list[i].where, errors->list[i].text);
	if (errors->dropped)
		write_format(out, "and %zu more errors\n", errors->dropped);
}

static int write_all(struct bytes b)
{
	ssize_t done;

	while (b.len) {
		done = write(STDOUT_FILENO, b.ptr, b.len);
		if (done <= 0)
			return 1;
		b.ptr += done;
		b.len -= (size_t)done;
	}
	return 0;
}

static int read_in_child(const void *argument)
{
	struct conf_errors errors = { 0 };
	struct secrets secrets = { 0 };
	struct buffer out = { 0 };
	int status;

	if (secrets_load(argument, &secrets, &errors)) {
		write_u8(&out, IS_IMAGE);
		secrets_write(&secrets, &out);
	} else {
		write_u8(&out, IS_REASONS);
		write_reasons(&errors, &out);
	}
	status = write_all(buffer_bytes(&out));
	buffer_wipe(&out);
	secrets_done(&secrets);
	conf_errors_done(&errors);
	return status;
}

static void on_output(void *context, struct bytes output)
{
	struct secrets_reader *r = context;

	r->too_large |= r->output.len + output.len > TO_PLUTO_MAX - sizeof(uint64_t);
	if (!r->too_large)
		write_bytes(&r->output, output);
}

static void answer_first(struct secrets_reader *r, bool good, struct bytes body)
{
	uint64_t request = r->waiting[0];

	r->count--;
	memmove(r->waiting, r->waiting + 1, r->count * sizeof(r->waiting[0]));
	r->answer(r->context, request, good, body);
}

static void start_first(struct secrets_reader *r);

static void on_end(void *context, int wait_status)
{
	struct secrets_reader *r = context;
	struct bytes body = buffer_bytes(&r->output);
	char text[200], why[64];

	if (wait_status || !body.len || r->too_large) {
		snprintf(text, sizeof(text), "reading the secrets failed: %s",
			 wait_status ? wait_status_print(wait_status, why, sizeof(why)) :
				       "too large");
		answer_first(r, false, bytes_of_text(text));
	} else {
		answer_first(r, body.ptr[0] == IS_IMAGE, bytes_at(body.ptr + 1, body.len - 1));
	}
	buffer_wipe(&r->output);
	r->busy = r->too_large = false;
	start_first(r);
}

static void start_first(struct secrets_reader *r)
{
	struct child_config config = {
		.run = read_in_child, .argument = r->path, .seconds = SECRETS_SECONDS,
		.context = r, .on_output = on_output, .on_end = on_end
	};

	while (r->count && !r->busy) {
		int failed = child_start(r->children, &config);

		r->busy = !failed;
		if (failed)
			answer_first(r, false, bytes_of_text(strerror(-failed)));
	}
}

void secrets_reader_ask(struct secrets_reader *r, uint64_t request)
{
	if (r->count == SECRETS_WAITING_MAX) {
		r->answer(r->context, request, false,
			  bytes_of_text("too many requests to read the secrets"));
		return;
	}
	r->waiting[r->count++] = request;
	start_first(r);
}
