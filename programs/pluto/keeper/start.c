/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <malloc.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/daemon/log.h"
#include "pluto/keeper/state.h"

int keeper_fail(struct keeper *k, int code, const char *why)
{
	/* In the foreground without a log file the log is where launch_tell() prints. */
	if (k->log_fd >= 0 || k->launch.fd >= 0)
		log_line("FATAL ERROR: %s", why);
	launch_tell(&k->launch, code, why);
	return code;
}

/* addconn reads them again, and the keeper stays small. */
static void forget_connections(struct conf *conf)
{
	for (size_t i = 0; i < conf->count; i++)
		conf_conn_done(&conf->conns[i]);
	mem_free(conf->conns);
	conf->conns = NULL;
	conf->count = 0;
	malloc_trim(0);
}

/* A broken file: nothing of it counts, and the errors are told when there is a log. */
static void read_setup(struct keeper *k)
{
	const struct options *o = k->options;

	if (!conf_load(o->config, &k->conf, &k->errors))
		conf_setup_default(&k->conf.setup);
	forget_connections(&k->conf);
	k->secretsfile = o->secretsfile ? o->secretsfile : k->conf.setup.secretsfile;
	k->nssdir = o->nssdir ? o->nssdir : k->conf.setup.nssdir;
	k->logfile = o->logfile ? o->logfile : k->conf.setup.logfile;
}

static void tell_errors(struct keeper *k)
{
	for (size_t i = 0; i < k->errors.count; i++)
		log_line("%s: %s", k->errors.list[i].where, k->errors.list[i].text);
	if (k->errors.dropped)
		log_line("and %zu more errors", k->errors.dropped);
	if (k->errors.count)
		log_line("%s is not used: it has errors", k->options->config);
}

static const char *open_log(struct keeper *k, char why[FILES_WHY_MAX])
{
	const struct conf_setup *setup = &k->conf.setup;
	const char *failed = NULL;

	if (k->logfile)
		failed = log_file_open(k->logfile, setup->logappend, &k->log_fd, why);
	if (k->log_fd >= 0)
		log_to_fd(k->log_fd, setup->logtime);
	else if (k->launch.fd >= 0)
		log_to_syslog();
	return failed;
}

int keeper_prepare(struct keeper *k)
{
	char why[FILES_WHY_MAX];
	const char *failed;

	if (geteuid() != 0)
		return keeper_fail(k, PLUTO_EXIT_FAIL, "pluto must be started as root");
	read_setup(k);
	failed = rundir_make(k->options->rundir, why);
	if (failed)
		return keeper_fail(k, PLUTO_EXIT_FAIL, failed);
	failed = run_files_open(k->options->rundir, &k->files, why);
	if (failed)
		return keeper_fail(k, k->files.locked ? PLUTO_EXIT_FAIL : PLUTO_EXIT_LOCK, failed);
	failed = open_log(k, why);
	if (!failed)
		failed = user_find(k->options->user, &k->user, why, sizeof(why));
	if (failed)
		return keeper_fail(k, PLUTO_EXIT_FAIL, failed);
	log_line("Cygnet " VERSION " starting");
	tell_errors(k);
	if (sd_watchdog_enabled(0, &k->watchdog) <= 0)
		k->watchdog = 0;
	return PLUTO_EXIT_OK;
}

void keeper_release(struct keeper *k)
{
	run_files_remove(&k->files);
	if (k->log_fd >= 0)
		close(k->log_fd);
	conf_done(&k->conf);
	conf_errors_done(&k->errors);
}
