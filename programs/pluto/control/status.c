/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "pluto/control/records.h"
#include "pluto/control/status.h"
#include "pluto/udp/udp.h"

enum { TEXT_MAX = 4096 };

/* What one SA says about its connection; found by its serial. */
struct sa_entry {
	uint32_t serial;
	bool newest;
	char *algorithms;
};

/* One rendering: the SAs, and the interface that was looked up last. */
struct survey {
	const struct status *status;
	struct sa_entry *list;
	size_t count, capacity;
	struct address address;
	char interface[IF_NAMESIZE];
};

/* --- The survey --- */

static void survey_add(struct survey *s, uint32_t serial, const char *algorithms)
{
	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 64;
		s->list = mem_grow(s->list, s->capacity, sizeof(*s->list));
	}
	s->list[s->count++] = (struct sa_entry) {
		.serial = serial, .algorithms = mem_text(algorithms)
	};
}

static void survey_child(void *context, const struct child_view *view)
{
	survey_add(context, view->serial, view->algorithms);
}

static void survey_ike(void *context, const struct ike_view *view)
{
	survey_add(context, view->serial, view->algorithms);
}

static int by_serial(const void *a, const void *b)
{
	uint32_t x = ((const struct sa_entry *)a)->serial, y = ((const struct sa_entry *)b)->serial;

	return x < y ? -1 : x > y;
}

static struct sa_entry *survey_find(const struct survey *s, uint32_t serial)
{
	struct sa_entry key = { .serial = serial };

	if (!serial || !s->count)
		return NULL;
	return bsearch(&key, s->list, s->count, sizeof(key), by_serial);
}

static void mark_newest(struct survey *s, uint32_t serial)
{
	struct sa_entry *e = survey_find(s, serial);

	if (e)
		e->newest = true;
}

static void survey_connection(void *context, const struct connection_view *view)
{
	mark_newest(context, view->ike_serial);
	mark_newest(context, view->child_serial);
}

static void survey_make(struct survey *s, const struct status *status)
{
	*s = (struct survey) { .status = status };
	ike_engine_each_ike(status->engine, status->now, survey_ike, s);
	ike_engine_each_child(status->engine, NULL, status->now, survey_child, s);
	if (s->count)
		qsort(s->list, s->count, sizeof(*s->list), by_serial);
	ike_engine_each_connection(status->engine, NULL, survey_connection, s);
}

static void survey_done(struct survey *s)
{
	for (size_t i = 0; i < s->count; i++)
		mem_free(s->list[i].algorithms);
	mem_free(s->list);
}

static bool is_newest(const struct survey *s, uint32_t serial)
{
	const struct sa_entry *e = survey_find(s, serial);

	return e && e->newest;
}

static const char *algorithms_of(const struct survey *s, uint32_t serial)
{
	const struct sa_entry *e = survey_find(s, serial);

	return e ? e->algorithms : NULL;
}

/* --- Records --- */

static void emit(const struct status *s, json_t *record)
{
	s->emit(s->context, record);
}

static void line(const struct status *s, const char *format, ...) PRINTF_LIKE(2, 3);

static void line(const struct status *s, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	emit(s, control_text_record(CONTROL_OK, text));
}

static void each_traffic(void *context, const struct child_view *view)
{
	const struct status *s = context;

	if (view->inbound || view->outbound)
		emit(s, traffic_record(view));
}

/* Lists of SAs have nothing to say of a set that is down. */
static bool is_down(const struct set_view *view)
{
	return !view->up && view->clones_up == 0 && text_equal(view->head, "empty");
}

static void each_set_silent(void *context, const struct set_view *view)
{
	if (!is_down(view))
		emit(context, set_record(view, CONTROL_TRAFFIC));
}

void status_traffic(const struct status *s, const char *name)
{
	ike_engine_each_child(s->engine, name, s->now, each_traffic, (void *)(uintptr_t)s);
	ike_engine_each_set(s->engine, name, s->now, each_set_silent, (void *)(uintptr_t)s);
}

static void each_set(void *context, const struct set_view *view)
{
	emit(context, set_record(view, CONTROL_OK));
}

static void each_live_set(void *context, const struct set_view *view)
{
	if (!is_down(view))
		each_set(context, view);
}

static void each_ike(void *context, const struct ike_view *view)
{
	struct survey *s = context;

	emit(s->status, ike_record(view, is_newest(s, view->serial)));
}

static void each_child(void *context, const struct child_view *view)
{
	struct survey *s = context;

	emit(s->status, child_record(view, is_newest(s, view->serial)));
}

static void show_states(struct survey *s)
{
	ike_engine_each_ike(s->status->engine, s->status->now, each_ike, s);
	ike_engine_each_child(s->status->engine, NULL, s->status->now, each_child, s);
}

void status_states(const struct status *status)
{
	struct survey s;

	survey_make(&s, status);
	show_states(&s);
	ike_engine_each_set(status->engine, NULL, status->now, each_live_set,
			    (void *)(uintptr_t)status);
	survey_done(&s);
}

/* Neighbours in the list mostly share the address. */
static const char *interface_of(struct survey *s, const struct address *a)
{
	if (!address_equal(a, &s->address)) {
		udp_interface_of(a, s->interface);
		s->address = *a;
	}
	return s->interface;
}

static void each_connection(void *context, const struct connection_view *view)
{
	struct survey *s = context;
	struct newest_algorithms newest = { algorithms_of(s, view->ike_serial),
					    algorithms_of(s, view->child_serial) };
	json_t *record = connection_record(view, &newest);
	const char *interface = interface_of(s, &view->local);

	if (*interface)
		json_object_set_new(json_object_get(record, "connection"), "interface",
				    json_string(interface));
	emit(s->status, record);
}

static void show_connections(struct survey *s, const char *name)
{
	ike_engine_each_connection(s->status->engine, name, each_connection, s);
}

void status_connections(const struct status *status, const char *name)
{
	struct survey s;

	survey_make(&s, status);
	show_connections(&s, name);
	ike_engine_each_set(status->engine, name, status->now, each_set,
			    (void *)(uintptr_t)status);
	survey_done(&s);
}

void status_brief(const struct status *s)
{
	struct engine_counts counts;

	ike_engine_counts(s->engine, &counts);
	emit(s, brief_record(&counts));
}

/* --- All of it --- */

static void each_socket(void *context, const char *interface, const struct endpoint *local)
{
	char text[ENDPOINT_TEXT_MAX];

	line(context, "interface %s %s", *interface ? interface : "?",
	     endpoint_print(local, text));
}

static void show_kernel(const struct status *s)
{
	const struct kernel_facts *k = s->facts->kernel;
	const char *missing = ke_missing(ke_find(KE_ML_KEM_768));

	line(s, "using kernel interface: %s", k->name);
	line(s, "cryptography: %s, ML-KEM: %s", crypto_provider(), missing == NULL ? "yes" : "no");
	line(s, "per-CPU SAs: %s (%s), CPUs: %" PRIu32 " online, %" PRIu32 " possible",
	     k->per_cpu ? "yes" : "no", k->dialect, k->online_count, k->possible_cpus);
	if (s->facts->udp)
		udp_each(s->facts->udp, each_socket, (void *)(uintptr_t)s);
}

static const char *cookies_name(const struct conf_setup *setup)
{
	switch (setup->cookies) {
	case COOKIES_AUTO: return "auto";
	case COOKIES_ALWAYS: return "busy";
	case COOKIES_NEVER: return "unlimited";
	}
	return "auto";
}

static void show_setup(const struct status *s)
{
	const struct daemon_facts *f = s->facts;
	const struct conf_setup *setup = f->setup;
	char listen[ADDRESS_TEXT_MAX];

	line(s, "config setup options:");
	line(s, "%s", "");
	line(s, "configfile=%s, secrets=%s, nssdir=%s, rundir=%s, logfile=%s", f->config,
	     f->secretsfile, f->nssdir, f->rundir, f->logfile ? f->logfile : "none");
	line(s, "pluto_version=%s, nhelpers=%u, uniqueids=%s, ike-window=%u", f->version,
	     f->helpers, conf_uniqueids_name(setup->uniqueids), setup->ike_window);
	line(s, "ddos-cookies-threshold=%" PRIu32 ", ddos-max-halfopen=%" PRIu32 ", ddos-mode=%s",
	     setup->half_open_cookies, setup->half_open_max, cookies_name(setup));
	line(s, "ikeport=%u, listen=%s", setup->port,
	     address_is_set(&setup->listen) ? address_print(&setup->listen, listen) : "all");
	line(s, "debug %s", setup->plutodebug ? setup->plutodebug : "none");
	line(s, "nat-traversal: keep-alive=%" PRId64 ", nat-ikeport=%u",
	     setup->keep_alive / SECONDS(1), setup->nat_port);
}

void status_everything(const struct status *status)
{
	struct engine_counts counts;
	struct survey s;

	survey_make(&s, status);
	ike_engine_counts(status->engine, &counts);
	show_kernel(status);
	line(status, "%s", "");
	show_setup(status);
	line(status, "%s", "");
	line(status, "Connection list:");
	line(status, "%s", "");
	show_connections(&s, NULL);
	line(status, "%s", "");
	emit(status, totals_record(&counts));
	line(status, "%s", "");
	emit(status, brief_record(&counts));
	line(status, "%s", "");
	show_states(&s);
	ike_engine_each_set(status->engine, NULL, status->now, each_set,
			    (void *)(uintptr_t)status);
	survey_done(&s);
}
