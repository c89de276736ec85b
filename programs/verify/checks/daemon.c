/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "verify/host.h"

enum { ADDRESSES_LEN_MAX = 64 };

/* Whether a socket of /proc/net/udp or udp6 has that local port: "  12: 2D0201C0:01F4 ..." */
static bool has_socket(const struct host *h, const char *file, unsigned port)
{
	struct buffer text = { 0 };
	bool is_there = false;
	char want[8];

	(void)snprintf(want, sizeof(want), ":%04X", port);
	if (facts_read(h->root, file, &text) == 0)
		for (const char *at = buffer_text(&text); at != NULL && !is_there;) {
			char local[ADDRESSES_LEN_MAX];

			is_there = sscanf(at, " %*[0-9]: %63s", local) == 1 &&
				   strlen(local) > 5 &&
				   strcmp(local + strlen(local) - 5, want) == 0;
			at = strchr(at, '\n');
			at = at == NULL ? NULL : at + 1;
		}
	buffer_done(&text);
	return is_there;
}

static void check_port(const struct host *h, unsigned port, struct findings *f)
{
	bool is_open = has_socket(h, "/proc/net/udp", port) ||
		       has_socket(h, "/proc/net/udp6", port);

	if (is_open && !h->running)
		found(f, VERDICT_FAIL, "pluto", "port", "stop what has it: ss -ulpn",
		      "UDP port %u is taken, and not by a pluto that answers", port);
	else if (!is_open && h->running)
		found(f, VERDICT_FAIL, "pluto", "port", "ipsec whack --listen, and see its log",
		      "pluto runs and has no socket on UDP port %u", port);
	else if (is_open)
		found(f, VERDICT_OK, "pluto", "port", NULL, "listens on UDP port %u", port);
}

void check_daemon(const struct host *h, struct findings *f)
{
	if (h->running)
		found(f, VERDICT_OK, "pluto", "running", NULL, "runs and answers");
	else
		found(f, VERDICT_WARN, "pluto", "running", "ipsec start",
		      "is not running, so SAs and ways to peers are not looked at");
	if (!h->conf_read)
		found(f, VERDICT_FAIL, "pluto", "conf", "ipsec checkconfig shows all of it", "%s",
		      h->conf_error);
	else
		found(f, VERDICT_OK, "pluto", "conf", NULL, "%s is good: %zu connection%s",
		      h->config, h->conf.count, h->conf.count == 1 ? "" : "s");
	check_port(h, h->conf_read ? h->conf.setup.port : 500, f);
	check_port(h, h->conf_read ? h->conf.setup.nat_port : 4500, f);
}
