/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs that come and go. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "nic/nic.h"
#include "pluto/cpus/cpus.h"
#include "pluto/cpus/uevent.h"
#include "pluto/daemon/parts.h"

void daemon_open_cpus(struct daemon *d)
{
	d->cpu_fd = uevent_open();
	if (d->cpu_fd < 0)
		log_line("clones do not follow CPUs that come or go: the kernel's events cannot be "
			 "heard: %s", strerror(-d->cpu_fd));
}

static bool same_online(const struct kernel_facts *a, const struct kernel_facts *b)
{
	return a->online_count == b->online_count &&
	       memcmp(a->online, b->online, a->online_count * sizeof(a->online[0])) == 0;
}

static void tell(const struct kernel_facts *facts)
{
	struct buffer list = { 0 };

	cpus_print(facts->online, facts->online_count, &list);
	log_line("CPUs that are online now: %s", buffer_text(&list));
	buffer_done(&list);
}

void daemon_on_cpus(struct daemon *d)
{
	struct kernel_facts found = d->facts;
	int failed;

	if (!uevent_read(d->cpu_fd))
		return;
	failed = cpus_read(&found);
	if (failed)
		log_line("cannot find out which CPUs are online: %s", strerror(-failed));
	if (failed || same_online(&found, &d->facts))
		return;
	/* How many there can be was settled when the machine started. */
	d->facts.online_count = found.online_count;
	memcpy(d->facts.online, found.online, found.online_count * sizeof(found.online[0]));
	tell(&d->facts);
	ike_engine_on_cpus(d->engine, clock_now());
	loop_arm(d->loop);
}

void daemon_find_device(struct daemon *d, const struct address *peer, char out[IF_NAMESIZE])
{
	unsigned index = kernel_find_device(d->kernel, peer);
	char name[IF_NAMESIZE];

	if (index != 0 && if_indextoname(index, name) != NULL)
		memcpy(out, name, sizeof(name));
}

void daemon_find_receivers(struct daemon *d, const struct address *peer, struct ike_receivers *out)
{
	char name[IF_NAMESIZE] = "";
	struct nic_facts facts;

	daemon_find_device(d, peer, name);
	if (name[0] == '\0')
		return;
	(void)snprintf(out->device, sizeof(out->device), "%s", name);
	if (nic_read(&nic_source_live, name, &facts) == 0)
		out->count = nic_receiving_cpus(&facts, out->cpus);
	nic_facts_done(&facts);
}
