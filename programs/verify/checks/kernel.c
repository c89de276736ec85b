/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netinet/in.h>

#include "verify/host.h"

static void check_per_cpu(const struct host *h, struct findings *f)
{
	const struct kernel_probe *p = &h->probe;

	if (p->per_cpu)
		found(f, VERDICT_OK, "kernel", "per-cpu", NULL,
		      "per-CPU SAs: yes (%s): each clone is bound to its CPU",
		      p->prototype ? "pcpu-2" : "mainline");
	else if (host_wants_clones(h))
		found(f, VERDICT_WARN, "kernel", "per-cpu", "Linux 6.12 or newer has them",
		      "per-CPU SAs: no: clones are negotiated, and bound to no CPU");
	else
		found(f, VERDICT_OK, "kernel", "per-cpu", NULL,
		      "per-CPU SAs: no, and no connection asks for clones");
}

/* Whether ESP is decrypted before RPS gets to see it. */
static void check_offload(const struct host *h, struct findings *f)
{
	bool v4 = facts_has_module(h->root, "esp4_offload");
	bool v6 = facts_has_module(h->root, "esp6_offload");

	if (!v4 && !v6)
		found(f, VERDICT_OK, "kernel", "esp-offload", NULL,
		      "esp4_offload and esp6_offload are not loaded: RPS spreads ESP by its SPI, "
		      "and GRO does not work on ESP");
	else
		found(f, VERDICT_OK, "kernel", "esp-offload", NULL,
		      "%s loaded: with GRO, ESP is decrypted on the CPU that its queue interrupts, "
		      "before RPS", v4 && v6 ? "esp4_offload and esp6_offload are" :
		      v4 ? "esp4_offload is" : "esp6_offload is");
}

void check_kernel(const struct host *h, struct findings *f)
{
	const struct kernel_probe *p = &h->probe;

	if (h->conf_read && h->conf.setup.kernel == KERNEL_NONE)
		found(f, VERDICT_WARN, "kernel", "none", NULL,
		      "kernel=none is configured: no packet is protected");
	if (p->error == -EPERM)
		found(f, VERDICT_WARN, "kernel", "esp", "run this as root",
		      "ESP and per-CPU SAs: not tried, for want of privilege");
	else if (p->error != 0)
		found(f, VERDICT_FAIL, "kernel", "esp", "modprobe esp4 esp6 gcm", "%s", p->text);
	else
		found(f, VERDICT_OK, "kernel", "esp", NULL, "takes an ESP SA with AES-GCM");
	if (p->error == 0) {
		check_per_cpu(h, f);
		if (p->per_cpu && p->text[0] != '\0')
			found(f, host_has_family(h, AF_INET6) ? VERDICT_FAIL : VERDICT_WARN,
			      "kernel", "esp6", "modprobe esp6", "%s", p->text);
	}
	check_offload(h, f);
}
