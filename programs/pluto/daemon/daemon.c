/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "pluto/daemon/parts.h"
#include "pluto/keeper/messages.h"
#include "pluto/keeper/options.h"

enum {
	ADDRESSES_SETTLE_MS = 100, /* they come and go in groups */
	RETRY_SECONDS = 1,
	RETRIES_MAX = 30,          /* duplicate address detection is over long before */
	WHY_MAX = 256,
	TICK_SECONDS = 10
};

/* --- Addresses --- */

static bool listens_to(const struct daemon *d, const struct address *a)
{
	const struct address *only = &d->runtime->setup->listen;

	return !address_is_set(only) || address_equal(only, a);
}

static size_t keep_ours(const struct daemon *d, struct address *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (listens_to(d, &list[i]))
			list[kept++] = list[i];
	return kept;
}

static void retry_later(struct daemon *d, int failed)
{
	struct timeval later = { .tv_sec = RETRY_SECONDS };

	if (!failed || failed == -EADDRINUSE || d->retries >= RETRIES_MAX) {
		d->retries = 0;
		return;
	}
	d->retries++;
	evtimer_add(d->rescan, &later);
}

/* 0, or the -errno of a socket that could not be opened. */
static int look_at_addresses(struct daemon *d)
{
	struct address *list = NULL;
	size_t count = 0;
	int failed = kernel_list_addresses(d->kernel, &list, &count);

	if (failed) {
		log_line("cannot list the addresses of this host: %s", strerror(-failed));
		return failed;
	}
	count = keep_ours(d, list, count);
	failed = udp_set_addresses(d->udp, list, count);
	ike_engine_set_addresses(d->engine, list, count, clock_now());
	mem_free(list);
	loop_arm(d->loop);
	return failed;
}

static void on_rescan(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	retry_later(context, look_at_addresses(context));
}

static void on_addresses(evutil_socket_t fd, short what, void *context)
{
	struct timeval settled = { .tv_usec = ADDRESSES_SETTLE_MS * 1000 };
	struct daemon *d = context;

	(void)fd;
	(void)what;
	if (kernel_drain_addresses(d->kernel))
		evtimer_add(d->rescan, &settled);
}

/* --- Kernel events --- */

static void on_acquire(void *context, const struct kernel_acquire *acquire)
{
	struct daemon *d = context;

	ike_engine_on_acquire(d->engine, acquire, clock_now());
}

/* A soft limit is not used: the engine keeps its own time. */
static void on_expire(void *context, uint32_t spi, const struct address *destination, bool hard)
{
	struct daemon *d = context;

	if (!hard)
		return;
	daemon_steer_expired(d, spi, destination);
	ike_engine_on_expire(d->engine, spi, destination, clock_now());
}

static void on_mapping(void *context, uint32_t spi, const struct address *destination,
		       const struct endpoint *from)
{
	struct daemon *d = context;

	ike_engine_on_mapping(d->engine, spi, destination, from, clock_now());
}

static void on_lost(void *context)
{
	struct daemon *d = context;

	report_log_limited(&d->log, "kernel events came faster than they were read; some are lost",
			   clock_now());
}

static void on_kernel(evutil_socket_t fd, short what, void *context)
{
	struct daemon *d = context;
	struct kernel_events events = { .context = d, .on_acquire = on_acquire,
					.on_expire = on_expire, .on_mapping = on_mapping,
					.on_lost = on_lost };

	(void)fd;
	(void)what;
	kernel_read_events(d->kernel, &events);
	loop_arm(d->loop);
}

static void on_cpus(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	daemon_on_cpus(context);
}

/* --- The start's last part, and the end --- */

void daemon_say(struct daemon *d, enum message type, struct bytes body)
{
	if (!channel_send(d->channel, (uint8_t)type, body))
		log_line("the keeper does not listen");
}

static void on_autoall(void *context, struct autoall *names, uint64_t command)
{
	struct daemon *d = context;

	if (d->stopping)
		autoall_done(names);
	else
		daemon_begin(d, names, command);
}

static void shut_down_turn(struct daemon *d)
{
	static const struct timeval at_once = { 0 };

	if (ike_engine_shutdown(d->engine, d->stop_command, clock_now()))
		loop_stop(d->loop, PLUTO_EXIT_OK);
	else
		evtimer_add(d->stop, &at_once);
}

static void shut_down(struct daemon *d, uint64_t command)
{
	if (d->stopping)
		return;
	d->stopping = true;
	log_line("shutting down");
	d->stop_command = command;
	daemon_drop_beginnings(d);
	shut_down_turn(d);
}

static void on_stop(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	shut_down_turn(context);
}

static void on_shut_down(void *context, uint64_t command)
{
	shut_down(context, command);
}

static void on_signal(void *context, int signal)
{
	if (signal == SIGHUP)
		on_rescan(-1, 0, context);
	else
		shut_down(context, 0);
}

/* --- The keeper --- */

static void ask_for_secrets(void *context, uint64_t command)
{
	struct buffer body = { 0 };

	write_u64(&body, command);
	daemon_say(context, MESSAGE_SECRETS_PLEASE, buffer_bytes(&body));
	buffer_done(&body);
}

static void tell_about_secrets(struct daemon *d, uint64_t command, int class_, const char *text)
{
	log_line("%s", text);
	commands_tell(d->commands, command, class_, text);
}

/* The keeper's word is good, but its image is checked like any other input. */
static int take_secrets(struct daemon *d, uint64_t command, struct bytes image)
{
	struct secrets secrets;
	struct buffer text = { 0 };

	if (!secrets_read(image, &secrets)) {
		tell_about_secrets(d, command, CONTROL_INTERNAL,
				   "the secrets came damaged from the keeper");
		return CONTROL_INTERNAL;
	}
	write_format(&text, "secrets loaded from %s: %zu", d->runtime->secretsfile, secrets.count);
	ike_engine_set_secrets(d->engine, &secrets);
	d->has_secrets = true;
	tell_about_secrets(d, command, CONTROL_LOG, buffer_text(&text));
	buffer_done(&text);
	return CONTROL_OK;
}

static int refuse_secrets(struct daemon *d, uint64_t command, struct bytes reasons)
{
	struct buffer text = { 0 };
	char *line, *rest;

	write_bytes(&text, reasons);
	write_u8(&text, 0);
	rest = (char *)text.ptr;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			tell_about_secrets(d, command, CONTROL_FATAL, line);
	tell_about_secrets(d, command, CONTROL_FATAL,
			   d->has_secrets ? "no secrets loaded; earlier ones stay"
					  : "no secrets loaded");
	buffer_done(&text);
	return CONTROL_FATAL;
}

static void on_secrets(struct daemon *d, bool good, struct bytes body)
{
	struct reader r = { body };
	uint64_t command;
	int code;

	if (!read_u64(&r, &command))
		return;
	code = good ? take_secrets(d, command, r.left) : refuse_secrets(d, command, r.left);
	if (command)
		commands_end(d->commands, command, code);
	else
		daemon_say(d, MESSAGE_LISTENING, bytes_at(NULL, 0));
}

static void on_autoall_ended(struct daemon *d, struct bytes reason)
{
	struct autoall nothing = { 0 };

	if (d->started || d->stopping || daemon_is_beginning(d))
		return;
	log_line("loading the connections did not end well%s%.*s", reason.len ? ": " : "",
		 (int)(reason.len < WHY_MAX ? reason.len : WHY_MAX), (const char *)reason.ptr);
	daemon_begin(d, &nothing, 0);
}

static void on_frame(void *context, uint8_t type, struct bytes body)
{
	switch (type) {
	case MESSAGE_SECRETS:
		on_secrets(context, true, body);
		break;
	case MESSAGE_NO_SECRETS:
		on_secrets(context, false, body);
		break;
	case MESSAGE_AUTOALL_ENDED:
		on_autoall_ended(context, body);
		break;
	case MESSAGE_STEER_COUNTERS:
		daemon_on_steer_counters(context, body);
		break;
	default:
		break;
	}
}

static void on_keeper_gone(void *context)
{
	log_line("the keeper is gone");
	shut_down(context, 0);
}

/* --- Now and then --- */

static void on_alive(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	daemon_say(context, MESSAGE_ALIVE, bytes_at(NULL, 0));
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct daemon *d = context;

	(void)fd;
	(void)what;
	report_log_tick(&d->log, clock_now());
}

static int64_t now_of(void *context)
{
	(void)context;
	return clock_now();
}

static void on_listen(void *context)
{
	on_rescan(-1, 0, context);
}

static void on_entered(void *context)
{
	loop_arm(((struct daemon *)context)->loop);
}

/* --- Setting up --- */

static struct event *event_every(struct daemon *d, int64_t period, event_callback_fn call)
{
	struct timeval tv = { .tv_sec = period / SECONDS(1), .tv_usec = period % SECONDS(1) };
	struct event *event = event_new(loop_base(d->loop), -1, EV_PERSIST, call, d);

	if (period)
		evtimer_add(event, &tv);
	return event;
}

static struct event *event_readable(struct daemon *d, int fd, event_callback_fn call)
{
	struct event *event = event_new(loop_base(d->loop), fd, EV_READ | EV_PERSIST, call, d);

	if (fd >= 0)
		event_add(event, NULL);
	return event;
}

static void make_channel(struct daemon *d)
{
	struct channel_config config = {
		.base = loop_base(d->loop), .fd = d->runtime->channel_fd,
		.body_max = TO_PLUTO_MAX, .context = d, .on_frame = on_frame,
		.on_end = on_keeper_gone
	};

	d->channel = channel_new(&config);
}

static void on_find_device(void *context, const struct address *peer, char out[IF_NAMESIZE])
{
	daemon_find_device(context, peer, out);
}

static void make_commands(struct daemon *d)
{
	const struct runtime *r = d->runtime;
	struct server_config server = { .base = loop_base(d->loop), .fd = r->control_fd,
					.allowed = r->keeper_uid };
	struct commands_config config = {
		.engine = d->engine,
		.facts = { .version = VERSION, .config = r->config, .rundir = r->rundir,
			   .secretsfile = r->secretsfile, .nssdir = r->nssdir,
			   .logfile = r->logfile, .setup = r->setup, .kernel = &d->facts,
			   .helpers = d->helpers, .udp = d->udp },
		.context = d, .now = now_of, .find_device = on_find_device,
		.count_steered = daemon_count_steered, .entered = on_entered, .listen = on_listen,
		.reread_secrets = ask_for_secrets, .shut_down = on_shut_down,
		.autoall = on_autoall
	};

	d->commands = commands_new(&config, &server);
}

static void make_events(struct daemon *d)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		loop_on_signal(d->loop, signals[i], on_signal, d);
	d->rescan = evtimer_new(loop_base(d->loop), on_rescan, d);
	d->kernel_events = event_readable(d, kernel_event_fd(d->kernel), on_kernel);
	d->address_events = event_readable(d, kernel_address_fd(d->kernel), on_addresses);
	d->cpu_events = event_readable(d, d->cpu_fd, on_cpus);
	d->alive = event_every(d, d->runtime->watchdog / 3, on_alive);
	d->tick = event_every(d, SECONDS(TICK_SECONDS), on_tick);
	d->stop = evtimer_new(loop_base(d->loop), on_stop, d);
	daemon_make_beginnings(d);
}

/* Tells the keeper, who tells whoever started it. */
static int fail(struct daemon *d, enum pluto_exit code, const char *why)
{
	struct buffer body = { 0 };

	write_u8(&body, (uint8_t)code);
	write_text(&body, why);
	daemon_say(d, MESSAGE_FAILED, buffer_bytes(&body));
	buffer_done(&body);
	return (int)code;
}

static int start_crypto(struct daemon *d)
{
	char why[WHY_MAX] = "";
	const char *missing;

	switch (crypto_start(d->runtime->nssdir, why, sizeof(why))) {
	case CRYPTO_STARTED:
		break;
	case CRYPTO_STARTED_WITHOUT_DATABASE:
		log_line("warning: no NSS database in %s; enough for pre-shared keys",
			 d->runtime->nssdir);
		break;
	case CRYPTO_NOT_STARTED:
		return fail(d, PLUTO_EXIT_NSS, why);
	}
	d->crypto = true;
	missing = ke_missing(ke_find(KE_ML_KEM_768));
	log_line("using %s; ML-KEM: %s%s", crypto_provider(), missing == NULL ? "yes" : "no, ",
		 missing == NULL ? "" : missing);
	return 0;
}

static int start_kernel(struct daemon *d)
{
	char text[KERNEL_TEXT_MAX] = "";
	const struct conf_setup *setup = d->runtime->setup;
	int failed = ledger_open(d->runtime->ledger_fd, &d->ledger);

	if (failed)
		return fail(d, PLUTO_EXIT_FAIL, "the ledger in rundir cannot be read");
	d->kernel = setup->kernel == KERNEL_NONE ? kernel_none_new() :
						   kernel_xfrm_new(d->ledger, setup->pcpu_abi);
	daemon_open_cpus(d);
	if (kernel_start(d->kernel, &d->facts, text))
		return fail(d, PLUTO_EXIT_KERNEL, text);
	if (*text)
		log_line("%s", text);
	log_line("using kernel interface: %s; per-CPU SAs: %s (%s); moves SAs: %s", d->facts.name,
		 d->facts.per_cpu ? "yes" : "no", d->facts.dialect,
		 d->facts.moves_addresses ? "yes" : "no");
	return 0;
}

static unsigned int helpers_wanted(const struct daemon *d)
{
	int given = d->runtime->setup->nhelpers;

	if (given >= 0)
		return (unsigned int)given;
	return d->facts.online_count > 2 ? d->facts.online_count - 1 : 1;
}

static int start_workers(struct daemon *d)
{
	d->helpers = helpers_wanted(d);
	d->workers = workers_new(d->loop, d->helpers, crypto_job_run, daemon_job_home, d);
	return d->workers ? 0 : fail(d, PLUTO_EXIT_FAIL, "no thread could be started");
}

static int start_listening(struct daemon *d)
{
	int failed = look_at_addresses(d);

	if (failed && !udp_socket_count(d->udp))
		return fail(d, PLUTO_EXIT_SOCKET,
			    failed == -EADDRINUSE ?
				    "the IKE port is taken; is another IKE daemon running?" :
				    strerror(-failed));
	retry_later(d, failed);
	log_line("listening on %zu UDP sockets", udp_socket_count(d->udp));
	return 0;
}

static int daemon_start(struct daemon *d)
{
	int code = start_crypto(d);

	if (!code)
		code = start_kernel(d);
	if (!code)
		code = start_workers(d);
	if (code)
		return code;
	daemon_make_udp(d);
	daemon_make_engine(d);
	make_events(d);
	code = start_listening(d);
	if (code)
		return code;
	make_commands(d);
	ask_for_secrets(d, 0);
	return 0;
}

static void free_events(struct daemon *d)
{
	struct event *events[] = { d->rescan, d->kernel_events, d->address_events,
				   d->cpu_events, d->alive, d->tick, d->begin, d->stop };

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (events[i])
			event_free(events[i]);
}

/* The control socket last: a client that asked for the end sees the connection close at the end. */
static void daemon_done(struct daemon *d)
{
	daemon_drop_beginnings(d);
	free_events(d);
	if (d->cpu_fd >= 0)
		close(d->cpu_fd);
	udp_free(d->udp);
	landing_done(&d->landing);
	workers_free(d->workers);
	if (d->engine)
		ike_engine_free(d->engine);
	if (d->facts.name)
		kernel_stop(d->kernel);
	kernel_free(d->kernel);
	ledger_close(d->ledger);
	channel_flush(d->channel, 1);
	commands_free(d->commands);
	channel_free(d->channel);
	loop_free(d->loop);
	if (d->crypto)
		crypto_stop();
}

/* From here on it ends by itself, and with its own code. */
static void ignore_stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int daemon_run(const struct runtime *runtime)
{
	const char *debug = runtime->setup->plutodebug;
	struct daemon *d = NEW(struct daemon);
	int code;

	d->runtime = runtime;
	d->cpu_fd = -1;
	d->loop = loop_new();
	report_log_init(&d->log, debug && !text_equal(debug, "none"), clock_now(), log_line);
	signal(SIGPIPE, SIG_IGN);
	make_channel(d);
	code = daemon_start(d);
	if (!code)
		code = loop_run(d->loop);
	ignore_stop_signals();
	daemon_done(d);
	mem_free(d);
	return code;
}
