/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ifaddrs.h>
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

/* One turn shows that many, of some tens of microseconds each. */
enum { RECORDS_PER_TURN = 16 };

/* Each costs a question to the kernel; beyond that no more are asked. */
enum { WAYS_MAX = 256 };

struct part;

struct status_job {
	struct status status;
	char *name;                /* owned; NULL: everything */
	const struct part *part;   /* whose turn it is */
	struct engine_walk *walk;  /* through it, once it has begun; owned */
	unsigned left;             /* records of this turn */
	uint32_t routed, active;   /* connections */
	struct ifaddrs *interfaces; /* as of the first connection; owned */
	struct address ways[WAYS_MAX]; /* peers whose device was shown */
	size_t way_count;
};

/* Lines of its own, or a walk; the last part of a list has neither. */
struct part {
	void (*say)(struct status_job *job);
	struct engine_walk_calls walk;
};

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

static void show(struct status_job *job, json_t *record)
{
	emit(&job->status, record);
	if (job->left > 0)
		job->left--;
}

static void show_traffic(void *context, const struct child_view *view)
{
	if (view->inbound || view->outbound)
		show(context, traffic_record(view));
}

static bool is_new_way(const struct status_job *job, const struct address *peer)
{
	for (size_t i = job->way_count; i > 0; i--) /* neighbours mostly share it */
		if (address_equal(&job->ways[i - 1], peer))
			return false;
	return job->way_count < WAYS_MAX;
}

static void show_way(struct status_job *job, const struct address *peer)
{
	const struct status *s = &job->status;
	char device[IF_NAMESIZE] = "";

	if (!is_new_way(job, peer))
		return;
	job->ways[job->way_count++] = *peer;
	s->find_device(s->context, peer, device);
	show(job, way_record(peer, device));
}

static void show_way_and_traffic(void *context, const struct child_view *view)
{
	if (view->inbound || view->outbound)
		show_way(context, &view->remote.address);
	show_traffic(context, view);
}

static void show_child(void *context, const struct child_view *view)
{
	show(context, child_record(view));
}

static void show_ike(void *context, const struct ike_view *view)
{
	show(context, ike_record(view));
}

/* Lists of SAs have nothing to say of a set that is down. */
static bool is_down(const struct set_view *view)
{
	return !view->up && view->clones_up == 0 && text_equal(view->head, "empty");
}

static void show_set(void *context, const struct set_view *view)
{
	show(context, set_record(view, CONTROL_OK));
}

static void show_live_set(void *context, const struct set_view *view)
{
	if (!is_down(view))
		show_set(context, view);
}

static void show_live_set_silently(void *context, const struct set_view *view)
{
	if (!is_down(view))
		show(context, set_record(view, CONTROL_TRAFFIC));
}

static void show_connection(void *context, const struct connection_view *view)
{
	struct status_job *job = context;
	json_t *record = connection_record(view);
	char interface[IF_NAMESIZE];

	if (!job->interfaces)
		job->interfaces = udp_interfaces();
	udp_interface_of(job->interfaces, &view->local, interface);
	if (*interface)
		json_object_set_new(json_object_get(record, "connection"), "interface",
				    json_string(interface));
	if (view->clone == 0) {
		job->routed += view->routed;
		job->active += view->child_serial != 0;
	}
	show(job, record);
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

static void say_daemon(struct status_job *job)
{
	const struct status *s = &job->status;

	show_kernel(s);
	line(s, "%s", "");
	show_setup(s);
	line(s, "%s", "");
	line(s, "Connection list:");
	line(s, "%s", "");
}

static void say_kernel(struct status_job *job)
{
	emit(&job->status, kernel_record(job->status.facts->kernel));
}

static void say_counts(struct status_job *job)
{
	const struct status *s = &job->status;
	struct engine_counts counts;

	ike_engine_counts(s->engine, &counts);
	line(s, "%s", "");
	emit(s, totals_record(counts.connections, job->routed, job->active));
	line(s, "%s", "");
	emit(s, brief_record(&counts));
	line(s, "%s", "");
}

/* --- In turns --- */

static const struct part everything[] = {
	{ .say = say_daemon },
	{ .walk = { .connection = show_connection } },
	{ .say = say_counts },
	{ .walk = { .ike = show_ike } },
	{ .walk = { .child = show_child } },
	{ .walk = { .set = show_set } },
	{ .say = NULL }
};
static const struct part traffic[] = {
	{ .walk = { .child = show_traffic } },
	{ .walk = { .set = show_live_set_silently } },
	{ .say = NULL }
};
static const struct part states[] = {
	{ .walk = { .ike = show_ike } },
	{ .walk = { .child = show_child } },
	{ .walk = { .set = show_live_set } },
	{ .say = NULL }
};
static const struct part connections[] = {
	{ .walk = { .connection = show_connection } },
	{ .walk = { .set = show_set } },
	{ .say = NULL }
};
static const struct part cpus[] = {
	{ .say = say_kernel },
	{ .walk = { .child = show_way_and_traffic } },
	{ .walk = { .set = show_live_set_silently } },
	{ .say = NULL }
};
static const struct part *const lists[] = {
	[STATUS_EVERYTHING] = everything,
	[STATUS_TRAFFIC] = traffic,
	[STATUS_STATES] = states,
	[STATUS_CONNECTIONS] = connections,
	[STATUS_CPUS] = cpus,
};

static bool is_walk(const struct part *part)
{
	const struct engine_walk_calls *w = &part->walk;

	return w->child || w->ike || w->connection || w->set;
}

/* false: this part has more for another turn. */
static bool walk_is_over(struct status_job *job)
{
	const struct status *s = &job->status;

	if (!job->walk)
		job->walk = engine_walk_new(s->engine, job->name, &job->part->walk, job);
	if (engine_walk_on(s->engine, job->walk, job->left, s->now))
		return false;
	engine_walk_free(job->walk);
	job->walk = NULL;
	return true;
}

struct status_job *status_begin(const struct status *s, enum status_what what, const char *name)
{
	struct status_job *job = NEW(struct status_job);

	job->status = *s;
	job->part = lists[what];
	job->name = name ? mem_text(name) : NULL;
	return job;
}

bool status_go_on(struct status_job *job, int64_t now)
{
	job->status.now = now;
	job->left = RECORDS_PER_TURN;
	for (; job->part->say || is_walk(job->part); job->part++) {
		if (job->part->say)
			job->part->say(job);
		else if (!job->left || !walk_is_over(job))
			return true;
	}
	return false;
}

void status_end(struct status_job *job)
{
	if (!job)
		return;
	engine_walk_free(job->walk);
	freeifaddrs(job->interfaces);
	mem_free(job->name);
	mem_free(job);
}
