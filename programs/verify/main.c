/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify: looks at what a gateway needs, and says what to do. docs/ipsec-verify.8. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "client/options.h"
#include "control/control.h"
#include "verify/gather.h"

enum { PLAIN_WIDTH = 80, WIDTH_MAX = 120, NAMES_MAX = 8 };

enum {
	OPT_JSON, OPT_DEVICE, OPT_CONFIG, OPT_RUNDIR, OPT_CTLSOCKET, OPT_ROOT, OPT_VERSION, OPT_HELP
};

static const struct option_row rows[] = {
	[OPT_JSON] = { "json", ARGUMENT_NONE, NULL, "an object for each line" },
	[OPT_DEVICE] = { "device", ARGUMENT_NEEDED, "NAME", "look at this network device too" },
	[OPT_CONFIG] = { "config", ARGUMENT_NEEDED, "FILE", "ipsec.conf" },
	[OPT_RUNDIR] = { "rundir", ARGUMENT_NEEDED, "DIR", "where pluto's socket is" },
	[OPT_CTLSOCKET] = { "ctlsocket", ARGUMENT_NEEDED, "FILE", "pluto's socket itself" },
	[OPT_ROOT] = { "root", ARGUMENT_NEEDED, "DIR", "of another /proc and /sys, for tests" },
	[OPT_VERSION] = { "version", ARGUMENT_NONE, NULL, "show the version" },
	[OPT_HELP] = { "help", ARGUMENT_NONE, NULL, "show this" },
};

struct verify {
	const char *config, *rundir, *ctlsocket, *root, *devices[NAMES_MAX];
	size_t device_count;
	bool json, version, help;
};

static int refuse(const char *sentence)
{
	fflush(stdout);
	fprintf(stderr, "ipsec verify: %s\n", sentence);
	return CONTROL_WHACK_PROBLEM;
}

static void set_option(void *context, int option, const char *value, struct buffer *why)
{
	struct verify *v = context;

	if (option == OPT_JSON)
		v->json = true;
	else if (option == OPT_DEVICE && v->device_count == NAMES_MAX)
		write_format(why, "at most %d times --device", NAMES_MAX);
	else if (option == OPT_DEVICE)
		v->devices[v->device_count++] = value;
	else if (option == OPT_CONFIG)
		v->config = value;
	else if (option == OPT_RUNDIR)
		v->rundir = value;
	else if (option == OPT_CTLSOCKET)
		v->ctlsocket = value;
	else if (option == OPT_ROOT)
		v->root = value;
	else if (option == OPT_VERSION)
		v->version = true;
	else if (option == OPT_HELP)
		v->help = true;
}

static bool parse(char **words, struct verify *v, struct buffer *why)
{
	struct options o = { rows, ARRAY_LEN(rows), words };

	return options_each(&o, set_option, v, why);
}

static void help(void)
{
	puts("usage: ipsec verify [--json] [--device NAME]\n"
	     "Looks at what a gateway needs. The exit status is 0: all is well, 1: something is to be\n"
	     "looked at, 2: something is wrong, 33: it was called the wrong way. ipsec-verify(8).");
	options_help(stdout, rows, ARRAY_LEN(rows));
}

static void check_all(const struct host *h, struct findings *f)
{
	static void (*const areas[])(const struct host *h, struct findings *f) = {
		check_kernel, check_daemon, check_nics, check_spread, check_counters,
		check_sysctls, check_mtu, check_firewall, check_clock, check_files,
	};

	for (size_t i = 0; i < ARRAY_LEN(areas); i++)
		areas[i](h, f);
}

static void print(const struct verify *v, const struct findings *f)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	bool is_terminal = isatty(STDOUT_FILENO);
	struct winsize size = { .ws_col = PLAIN_WIDTH };
	struct buffer out = { 0 };

	if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size.ws_col = PLAIN_WIDTH;
	if (size.ws_col > WIDTH_MAX)
		size.ws_col = WIDTH_MAX;
	if (v->json)
		findings_print_json(f, &out);
	else
		findings_print(f, size.ws_col == 0 ? PLAIN_WIDTH : size.ws_col,
			       is_terminal && (no_colour == NULL || *no_colour == '\0') &&
				       !text_equal(term, "dumb"), &out);
	fwrite(out.ptr, 1, out.len, stdout);
	fflush(stdout);
	buffer_done(&out);
}

static int run(const struct verify *v)
{
	struct host host = { .root = v->root, .config = v->config, .rundir = v->rundir };
	struct findings findings = { 0 };
	int code;

	for (size_t i = 0; i < v->device_count; i++)
		if (!gather_device(&host, v->devices[i], false))
			found(&findings, VERDICT_FAIL, "NICs", "devices", NULL,
			      "there is no device %.15s", v->devices[i]);
	gather(&host, v->ctlsocket);
	check_all(&host, &findings);
	print(v, &findings);
	code = (int)findings_worst(&findings);
	findings_done(&findings);
	host_done(&host);
	return code;
}

int main(int argc, char **argv)
{
	struct verify v = { .config = SYSCONFDIR "/ipsec.conf", .rundir = RUNDIR, .root = "" };
	struct buffer why = { 0 };
	int code = 0;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 1 || !parse(argv + 1, &v, &why))
		code = refuse(buffer_text(&why));
	else if (v.help)
		help();
	else if (v.version)
		puts("Cygnet verify " VERSION);
	else
		code = run(&v);
	buffer_done(&why);
	return code;
}
