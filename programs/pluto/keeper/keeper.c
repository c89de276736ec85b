/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/daemon/daemon.h"
#include "pluto/daemon/log.h"
#include "pluto/keeper/keeper.h"
#include "pluto/keeper/messages.h"
#include "pluto/keeper/state.h"

enum {
	KILL_SECONDS = 15,   /* for pluto to end when it is asked to */
	LAST_WORDS_SECONDS = 5, /* after it closed its end of the channel */
	FINISH_SECONDS = 20  /* for updown commands after it */
};

/* --- pluto, just forked --- */

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void close_the_rest(const struct keeper *k, int channel)
{
	int keep[] = { k->files.control_fd, k->files.ledger_fd, channel, k->log_fd };
	/* A log file is last in the list: -1 is cut off. */
	size_t count = k->log_fd >= 0 ? 4 : 3;

	qsort(keep, count, sizeof(keep[0]), by_number);
	process_clean(keep, count);
}

static void null_input(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}

static void say_failed(int channel, const char *why)
{
	struct buffer frame = { 0 };
	size_t len;

	len = write_hole_u32(&frame);
	write_u8(&frame, MESSAGE_FAILED);
	write_u8(&frame, PLUTO_EXIT_FAIL);
	write_text(&frame, why);
	fill_u32(&frame, len, (uint32_t)(frame.len - CHANNEL_HEADER));
	if (send(channel, frame.ptr, frame.len, MSG_NOSIGNAL) < 0)
		log_line("%s", why);
	buffer_done(&frame);
}

static int pluto_main(struct keeper *k, int channel, pid_t keeper)
{
	struct runtime runtime = {
		.setup = &k->conf.setup, .config = k->options->config,
		.secretsfile = k->secretsfile, .nssdir = k->nssdir,
		.rundir = k->options->rundir, .logfile = k->logfile, .keeper_uid = geteuid(),
		.control_fd = k->files.control_fd, .ledger_fd = k->files.ledger_fd,
		.channel_fd = channel, .watchdog = (int64_t)k->watchdog
	};
	const char *failed;

	null_input();
	close_the_rest(k, channel);
	if (!k->logfile && k->launch.fd >= 0)
		log_to_syslog(); /* its socket was closed with the rest */
	unsetenv("NOTIFY_SOCKET");
	failed = privileges_drop(&k->user, keeper);
	if (failed) {
		say_failed(channel, failed);
		return PLUTO_EXIT_FAIL;
	}
	return daemon_run(&runtime);
}

/* --- The keeper's loop --- */

static void finish_when_done(struct keeper *k)
{
	if (!k->pluto_gone || !k->channel_ended)
		return;
	if (!updown_waiting(k->updowns) || !k->in_time)
		loop_stop(k->loop, k->code);
}

static void kill_pluto_in(struct keeper *k, int seconds)
{
	struct timeval limit = { .tv_sec = seconds };

	if (!k->pluto_gone && !evtimer_pending(k->kill_timer, NULL))
		evtimer_add(k->kill_timer, &limit);
}

static void on_kill_timer(evutil_socket_t fd, short what, void *context)
{
	struct keeper *k = context;

	(void)fd;
	(void)what;
	log_line("pluto does not end; killing it");
	if (!k->pluto_gone)
		kill(k->pluto, SIGKILL);
}

static void on_finish_timer(evutil_socket_t fd, short what, void *context)
{
	struct keeper *k = context;

	(void)fd;
	(void)what;
	k->in_time = false;
	finish_when_done(k);
}

static int code_of(const struct keeper *k, int wait_status)
{
	if (k->code)
		return k->code;
	/* We told it to end before it could hear that. */
	if (k->stopping && WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGTERM)
		return PLUTO_EXIT_OK;
	if (WIFEXITED(wait_status) && (k->started || k->stopping || WEXITSTATUS(wait_status)))
		return WEXITSTATUS(wait_status);
	return PLUTO_EXIT_FAIL;
}

static void on_pluto_gone(struct keeper *k, int wait_status)
{
	struct timeval limit = { .tv_sec = FINISH_SECONDS };
	char text[64];

	k->pluto_gone = true;
	evtimer_del(k->kill_timer);
	k->code = code_of(k, wait_status);
	wait_status_print(wait_status, text, sizeof(text));
	if (*text)
		log_line("pluto ended: %s", text);
	evtimer_add(k->finish_timer, &limit);
}

static void on_child_signal(void *context, int signal)
{
	struct keeper *k = context;
	int status;

	(void)signal;
	if (!k->pluto_gone && waitpid(k->pluto, &status, WNOHANG) == k->pluto)
		on_pluto_gone(k, status);
	children_reap(&k->children);
	finish_when_done(k);
}

static void on_stop_signal(void *context, int signal)
{
	struct keeper *k = context;

	if (signal == SIGHUP && !k->pluto_gone) {
		kill(k->pluto, SIGHUP);
		return;
	}
	k->stopping = true;
	sd_notify(0, "STOPPING=1");
	if (!k->pluto_gone)
		kill(k->pluto, SIGTERM);
	kill_pluto_in(k, KILL_SECONDS);
}

static void on_frame(void *context, uint8_t type, struct bytes body)
{
	keeper_serve(context, type, body);
}

static void on_channel_end(void *context)
{
	struct keeper *k = context;

	/* It is about to end, or has sent what is no frame. */
	k->channel_ended = true;
	kill_pluto_in(k, LAST_WORDS_SECONDS);
	finish_when_done(k);
}

static void make_channel(struct keeper *k, int fd)
{
	struct channel_config config = { .base = loop_base(k->loop), .fd = fd,
					 .body_max = TO_KEEPER_MAX, .context = k,
					 .on_frame = on_frame, .on_end = on_channel_end };

	k->channel = channel_new(&config);
}

static void make_steering(struct keeper *k)
{
	struct steering_config config = { .base = loop_base(k->loop), .sys = "/sys",
					  .nic = &nic_source_live,
					  .ledger_path = k->files.steering_path, .log = log_line };

	k->steering = steering_new(&config);
}

static void keeper_init(struct keeper *k, int channel)
{
	k->loop = loop_new();
	k->in_time = true;
	children_init(&k->children, loop_base(k->loop));
	k->updowns = updowns_new(&k->children, log_line);
	k->secrets = secrets_reader_new(&k->children, k->secretsfile, keeper_answer_secrets, k);
	make_steering(k);
	make_channel(k, channel);
	k->kill_timer = evtimer_new(loop_base(k->loop), on_kill_timer, k);
	k->finish_timer = evtimer_new(loop_base(k->loop), on_finish_timer, k);
	signal(SIGPIPE, SIG_IGN);
	loop_on_signal(k->loop, SIGCHLD, on_child_signal, k);
	loop_on_signal(k->loop, SIGTERM, on_stop_signal, k);
	loop_on_signal(k->loop, SIGINT, on_stop_signal, k);
	loop_on_signal(k->loop, SIGHUP, on_stop_signal, k);
	keeper_open_registry(k);
	/* pluto may have ended before there was a handler. */
	on_child_signal(k, SIGCHLD);
}

static void keeper_done(struct keeper *k)
{
	children_done(&k->children);
	updowns_free(k->updowns);
	secrets_reader_free(k->secrets);
	steering_free(k->steering);
	server_free(k->server);
	channel_free(k->channel);
	event_free(k->kill_timer);
	event_free(k->finish_timer);
	loop_free(k->loop);
}

static int keeper_main(struct keeper *k, int channel)
{
	int code;

	/* pluto has them now. */
	close(k->files.control_fd);
	close(k->files.ledger_fd);
	k->files.control_fd = k->files.ledger_fd = -1;
	keeper_init(k, channel);
	code = loop_run(k->loop);
	if (!k->started)
		launch_tell(&k->launch, code ? code : PLUTO_EXIT_FAIL,
			    "the daemon ended while it started; its log may say why");
	keeper_done(k);
	log_line("ended");
	return code;
}

/* Both sides of the fork end here. */
static int run_both(struct keeper *k)
{
	pid_t self = getpid();
	int ends[2], code;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return keeper_fail(k, PLUTO_EXIT_SOCKET, strerror(errno));
	k->pluto = fork();
	if (k->pluto < 0)
		return keeper_fail(k, PLUTO_EXIT_FORK, strerror(errno));
	if (k->pluto == 0) {
		code = pluto_main(k, ends[1], self);
		/* Files and locks are the keeper's. */
		k->files.locked = false;
		return code;
	}
	close(ends[1]);
	return keeper_main(k, ends[0]);
}

int keeper_run(const struct options *options)
{
	struct keeper *k = NEW(struct keeper);
	int code = PLUTO_EXIT_OK;

	/* What we were called with is none of ours. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	k->options = options;
	k->launch.fd = k->log_fd = -1;
	if (options->nofork || launch_background(&k->launch, &code)) {
		code = keeper_prepare(k);
		if (!code)
			code = run_both(k);
		keeper_release(k);
	}
	mem_free(k);
	return code;
}
