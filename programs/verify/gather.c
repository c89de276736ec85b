/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/gather.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "client/client.h"
#include "pluto/kernel/xfrm.h"

enum { ANSWER_SECONDS = 3 };

/* --- The kernel, by the daemon's own means --- */

static void probe_kernel(struct host *h)
{
	struct xfrm_abilities can = {
		.pcpu_2 = h->conf_read && h->conf.setup.pcpu_abi == PCPU_ABI_2,
	};
	char text[KERNEL_TEXT_MAX] = "";
	struct netlink n = { 0 };
	int result = netlink_open(&n, NETLINK_XFRM, 0);

	if (result == 0)
		result = xfrm_probe(&n, &can, text);
	else
		(void)snprintf(text, sizeof(text), "the kernel has no XFRM: %s",
			       strerror(-result));
	netlink_close(&n);
	h->probe = (struct kernel_probe) { .error = result, .per_cpu = can.per_cpu,
					   .prototype = can.pcpu_2 };
	memcpy(h->probe.text, text, sizeof(h->probe.text));
}

/* --- The configuration --- */

static void read_conf(struct host *h)
{
	struct conf_errors errors = { 0 };

	h->conf_read = conf_load(h->config, &h->conf, &errors);
	if (!h->conf_read && errors.count != 0)
		(void)snprintf(h->conf_error, sizeof(h->conf_error), "%s: %s",
			       errors.list[0].where, errors.list[0].text);
	conf_errors_done(&errors);
}

/* --- Devices --- */

static struct nic_source source_of(const struct host *h, char proc[PATH_MAX], char sys[PATH_MAX])
{
	struct nic_source from = nic_source_live;

	(void)snprintf(proc, PATH_MAX, "%s/proc", h->root);
	(void)snprintf(sys, PATH_MAX, "%s/sys", h->root);
	from.proc = proc;
	from.sys = sys;
	return from;
}

bool gather_device(struct host *h, const char *name, bool leads_to_peers)
{
	struct device *d = &h->devices[h->device_count];
	char proc[PATH_MAX], sys[PATH_MAX];
	struct nic_source from = source_of(h, proc, sys);

	for (size_t i = 0; i < h->device_count; i++)
		if (text_equal(h->devices[i].nic.name, name))
			return true;
	if (h->device_count == VERIFY_DEVICES_MAX)
		return false;
	if (nic_read(&from, name, &d->nic) < 0) {
		nic_facts_done(&d->nic);
		return false;
	}
	d->leads_to_peers = leads_to_peers;
	d->xdp = xdp_mode(name);
	d->xdp_native = xdp_native(name);
	h->device_count++;
	return true;
}

/* --- The daemon --- */

static void take_record(struct host *h, const json_t *record)
{
	const json_t *device = json_object_get(json_object_get(record, "way"), "device");
	const json_t *cpu = json_object_get(json_object_get(record, "traffic"), "cpu");
	json_int_t id = json_integer_value(cpu);

	if (json_is_string(device))
		(void)!gather_device(h, json_string_value(device), true);
	if (json_is_integer(cpu) && id >= 0 && id < CPU_MAX) {
		h->clones_on[id] = true;
		h->clone_count++;
	}
}

static void ask_pluto(struct host *h, const char *path)
{
	json_t *request = json_pack("{s:i, s:s}", "v", CONTROL_VERSION, "command", "cpus"), *record;
	struct client client;
	int code = CONTROL_WHACK_PROBLEM;

	if (client_connect(&client, path, client_clock() + SECONDS(ANSWER_SECONDS)) == 0) {
		bool last = client_send(&client, request) != CLIENT_RECORD;

		while (!last && client_receive(&client, &record) == CLIENT_RECORD) {
			last = control_result_code(record, &code);
			take_record(h, record);
			json_decref(record);
		}
		client_close(&client);
	}
	json_decref(request);
	h->running = code == CONTROL_OK;
}

/* --- The clock --- */

static void ask_clock(struct host *h)
{
	struct timex clock = { 0 };
	int state = adjtimex(&clock);

	h->now = time(NULL);
	h->clock_synchronised = state < 0 ? -1 : (clock.status & STA_UNSYNC) == 0;
}

void gather(struct host *h, const char *ctlsocket)
{
	char *path = ctlsocket ? mem_text(ctlsocket) : client_path(h->rundir, "pluto.ctl");

	h->clones_on = mem_new_array(CPU_MAX, sizeof(*h->clones_on));
	read_conf(h);
	ask_pluto(h, path);
	probe_kernel(h);
	h->nft = output_of((const char *const[]) { "nft", "-j", "list", "ruleset", NULL });
	h->iptables = output_of((const char *const[]) { "iptables-save", "-t", "filter", NULL });
	h->ip6tables = output_of((const char *const[]) { "ip6tables-save", "-t", "filter", NULL });
	ask_clock(h);
	mem_free(path);
}

void host_done(struct host *h)
{
	if (h->conf_read)
		conf_done(&h->conf);
	for (size_t i = 0; i < h->device_count; i++)
		nic_facts_done(&h->devices[i].nic);
	mem_free(h->clones_on);
	mem_free(h->nft.text);
	mem_free(h->iptables.text);
	mem_free(h->ip6tables.text);
	*h = (struct host) { 0 };
}
