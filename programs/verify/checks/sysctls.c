/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/mem.h"
#include "verify/host.h"

/* false: there is no such setting. */
static bool read_setting(const struct host *h, const char *name, uint64_t *out)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	return facts_read_number(h->root, path, out);
}

static void check_forwarding(const struct host *h, uint16_t family, const char *name,
			     const char *set, struct findings *f)
{
	const char *version = family == AF_INET ? "IPv4" : "IPv6";
	uint64_t value;

	if (!host_forwards(h, family))
		return;
	if (!read_setting(h, name, &value))
		found(f, VERDICT_WARN, "sysctl", "forwarding", NULL,
		      "whether %s is forwarded is not known", version);
	else if (value == 0)
		found(f, VERDICT_FAIL, "sysctl", "forwarding", set,
		      "%s is not forwarded, and there are connections between nets", version);
	else
		found(f, VERDICT_OK, "sysctl", "forwarding", NULL, "%s is forwarded", version);
}

/* The stricter of the two is what counts. */
static void check_source_validation(const struct host *h, const char *device, struct findings *f)
{
	uint64_t all = 0, own = 0, value;
	char name[64];

	(void)snprintf(name, sizeof(name), "ipv4/conf/%s/rp_filter", device);
	if (!read_setting(h, "ipv4/conf/all/rp_filter", &all) || !read_setting(h, name, &own))
		return;
	value = all > own ? all : own;
	if (value == 1)
		found(f, VERDICT_WARN, device, "rp_filter",
		      "sysctl net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.NAME.rp_filter=2",
		      "rp_filter is strict: what is decrypted is dropped where the way back is by "
		      "another device");
	else
		found(f, VERDICT_OK, device, "rp_filter", NULL, "rp_filter is %s",
		      value == 0 ? "off" : "loose");
}

static void check_switches(const struct host *h, const char *device, struct findings *f)
{
	static const char *const names[] = { "disable_xfrm", "disable_policy" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t value;
		char name[64];

		(void)snprintf(name, sizeof(name), "ipv4/conf/%s/%s", device, names[i]);
		if (read_setting(h, name, &value) && value != 0)
			found(f, VERDICT_FAIL, device, names[i],
			      "set it to 0 in /proc/sys/net/ipv4/conf/NAME",
			      "%s is set: IPsec is switched off there", names[i]);
	}
}

static void check_xfrm(const struct host *h, struct findings *f)
{
	uint64_t value;
	bool on_demand = false;

	for (size_t i = 0; h->conf_read && i < h->conf.count; i++)
		on_demand |= h->conf.conns[i].startup == AUTO_ROUTE ||
			     h->conf.conns[i].clone_acquire;
	if (on_demand && read_setting(h, "core/xfrm_larval_drop", &value) && value == 0)
		found(f, VERDICT_WARN, "sysctl", "xfrm_larval_drop",
		      "sysctl net.core.xfrm_larval_drop=1",
		      "xfrm_larval_drop is 0: programs that send while a tunnel comes up wait");
	if (read_setting(h, "core/xfrm_acq_expires", &value) && (value < 10 || value > 300))
		found(f, VERDICT_WARN, "sysctl", "xfrm_acq_expires",
		      "sysctl net.core.xfrm_acq_expires=30",
		      "xfrm_acq_expires is %" PRIu64 " s, which is not what it is good for", value);
	else
		found(f, VERDICT_OK, "sysctl", "xfrm_acq_expires", NULL,
		      "XFRM's settings are as they come");
}

static void check_backlog(const struct host *h, struct findings *f)
{
	struct cpu_load *loads = mem_new_array(CPU_MAX, sizeof(*loads));
	uint64_t dropped = 0;

	facts_read_loads(h->root, loads, CPU_MAX);
	for (size_t i = 0; i < CPU_MAX; i++)
		dropped += loads[i].dropped;
	if (dropped != 0)
		found(f, VERDICT_WARN, "sysctl", "netdev_max_backlog",
		      "sysctl net.core.netdev_max_backlog=10000",
		      "%" PRIu64 " packets were dropped that waited for a CPU "
		      "(/proc/net/softnet_stat)", dropped);
	mem_free(loads);
}

void check_sysctls(const struct host *h, struct findings *f)
{
	check_forwarding(h, AF_INET, "ipv4/ip_forward", "sysctl net.ipv4.ip_forward=1", f);
	check_forwarding(h, AF_INET6, "ipv6/conf/all/forwarding",
			 "sysctl net.ipv6.conf.all.forwarding=1", f);
	for (size_t i = 0; i < h->device_count; i++) {
		check_source_validation(h, h->devices[i].nic.name, f);
		check_switches(h, h->devices[i].nic.name, f);
	}
	check_xfrm(h, f);
	check_backlog(h, f);
}
