/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cards that lead to peers: whether what comes from one peer is spread over their queues. */
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "verify/host.h"

#define BY_HALVES (NIC_FIELD_FIRST_HALF | NIC_FIELD_SECOND_HALF)

/* The two halves of the SPI, or of the ports, are in the hash. */
static bool hashes(const struct nic_facts *nic, enum nic_flow flow)
{
	return nic->flows[flow].known && (nic->flows[flow].fields & BY_HALVES) != 0;
}

static void check_queues(const struct host *h, const struct nic_facts *nic, struct findings *f)
{
	const char *driver = nic->driver[0] == '\0' ? "driver not known" : nic->driver;
	bool matter = host_wants_clones(h);

	if (!nic->is_card)
		found(f, VERDICT_OK, nic->name, "queues", NULL,
		      "%s: a device of software, without queues of a card", driver);
	else if (nic->queues == 0)
		found(f, VERDICT_OK, nic->name, "queues", NULL,
		      "%s: the driver does not say how many queues it has", driver);
	else if (nic->queues == 1)
		found(f, matter ? VERDICT_WARN : VERDICT_OK, nic->name, "queues",
		      matter ? "clone-steering=xdp; or more queues (ethtool -L NAME combined N, or of "
			       "the virtual machine)" : NULL,
		      "%s: one queue, so one CPU takes all that is received", driver);
	else
		found(f, VERDICT_OK, nic->name, "queues", NULL, "%s: %" PRIu32 " queues", driver,
		      nic->queues);
}

/* What of a peer is not spread, and what would help. */
static void warn_of_hash(const struct host *h, bool udp, const char *family, const char *name,
			 struct findings *f)
{
	if (udp && host_wants_udp(h))
		found(f, VERDICT_WARN, name, "hash",
		      "clone-ports=spread at both ends, or clone-steering=xdp",
		      "%s: hashes UDP by its ports, but all clones have the same: all of a peer comes "
		      "by one queue", family);
	else if (udp)
		found(f, VERDICT_WARN, name, "hash",
		      "ethtool -N NAME rx-flow-hash esp4 sdfn where the card can; else "
		      "clone-steering=xdp, or encapsulation=yes clone-ports=spread at both ends",
		      "%s: hashes UDP by its ports and not ESP by its SPI: all ESP of a peer comes by "
		      "one queue", family);
	else
		found(f, VERDICT_WARN, name, "hash",
		      "clone-steering=xdp; ethtool -n NAME rx-flow-hash esp4 shows what it hashes",
		      "%s: hashes neither ESP by its SPI nor UDP by its ports: all of a peer comes by "
		      "one queue", family);
}

/* Of one family: what the card looks at, and so what of a peer is spread. */
static void check_hash(const struct host *h, const struct nic_facts *nic, enum nic_flow esp_flow,
		       enum nic_flow udp_flow, const char *family, struct findings *f)
{
	bool esp = hashes(nic, esp_flow), udp = hashes(nic, udp_flow);
	bool good = host_wants_udp(h) ? udp && host_spreads_ports(h) : esp;

	if (!host_wants_clones(h))
		found(f, VERDICT_OK, nic->name, "hash", NULL,
		      "%s: hashes %s, and no connection has clones", family,
		      esp && udp ? "ESP by its SPI and UDP by its ports" : esp ? "ESP by its SPI" :
		      udp ? "UDP by its ports" : "neither ESP by its SPI nor UDP by its ports");
	else if (good)
		found(f, VERDICT_OK, nic->name, "hash", NULL, "%s: hashes %s", family,
		      host_wants_udp(h) ? "UDP by its ports, of which each clone has its own" :
					  "ESP by its SPI");
	else
		warn_of_hash(h, udp, family, nic->name, f);
}

static void check_rules(const struct nic_facts *nic, struct findings *f)
{
	if (nic_has(nic, NIC_NTUPLE))
		found(f, VERDICT_OK, nic->name, "ntuple", NULL,
		      "ntuple filters are on: %" PRIu32 " rules", nic->rules);
	else if (nic->features_known && (nic->features_can & 1u << NIC_NTUPLE) != 0)
		found(f, VERDICT_OK, nic->name, "ntuple", NULL,
		      "ntuple filters are off; ethtool -K %s ntuple on lets rules steer an SPI",
		      nic->name);
	else
		found(f, VERDICT_OK, nic->name, "ntuple", NULL, "has no ntuple filters");
}

static bool wants_xdp(const struct host *h)
{
	for (size_t i = 0; h->conf_read && i < h->conf.count; i++)
		if (h->conf.conns[i].clone_steering == STEERING_XDP)
			return true;
	return false;
}

static void check_xdp(const struct host *h, const struct device *d, struct findings *f)
{
	static const char *const modes[] = { "no XDP program", "an XDP program, native",
					     "an XDP program, generic",
					     "an XDP program, in the card" };
	const char *driver = d->xdp == 1 ? "" : /* that goes without saying */
			     d->xdp_native == 1 ? "; its driver has XDP (native)" :
			     d->xdp_native == 0 ? "; its driver has none: generic only, slower" : "";

	if (d->xdp == 0 && h->clone_count != 0 && d->leads_to_peers && wants_xdp(h))
		found(f, VERDICT_WARN, d->nic.name, "xdp", "pluto's log says why",
		      "has no XDP program, though clone-steering=xdp is configured and clones are "
		      "up%s", driver);
	else if (d->xdp >= 0 && d->xdp < (int)(sizeof(modes) / sizeof(modes[0])))
		found(f, VERDICT_OK, d->nic.name, "xdp", NULL, "has %s%s", modes[d->xdp], driver);
	else if (d->xdp >= 0)
		found(f, VERDICT_OK, d->nic.name, "xdp", NULL, "has several XDP programs");
}

static void check_features(const struct host *h, const struct nic_facts *nic, struct findings *f)
{
	bool forwards = host_forwards(h, AF_INET) || host_forwards(h, AF_INET6);

	if (!nic->features_known)
		return;
	if (!nic_has(nic, NIC_GRO) && nic->is_card)
		found(f, VERDICT_WARN, nic->name, "gro", "ethtool -K NAME gro on",
		      "GRO is off: each packet is taken up for itself");
	else
		found(f, VERDICT_OK, nic->name, "gro", NULL, "GRO is %s",
		      nic_has(nic, NIC_GRO) ? "on" : "off, as devices of software have it");
	if (nic_has(nic, NIC_LRO) && forwards)
		found(f, VERDICT_WARN, nic->name, "lro", "ethtool -K NAME lro off",
		      "LRO is on, and does not go with forwarding");
}

/* A mask of CPUs in groups of hexadecimal digits: any bit set. */
static bool is_mask_set(const char *mask)
{
	return strpbrk(mask, "123456789abcdefABCDEF") != NULL;
}

/* How many of the device's queues hand packets on to other CPUs. */
static uint32_t count_rps(const struct host *h, const struct nic_facts *nic, uint32_t *queues)
{
	uint32_t count = 0, queue;

	for (queue = 0; queue < NIC_QUEUE_MAX; queue++) {
		char path[128], mask[4096];

		(void)snprintf(path, sizeof(path), "/sys/class/net/%s/queues/rx-%" PRIu32
			       "/rps_cpus", nic->name, queue);
		if (facts_read_line(h->root, path, mask, sizeof(mask)) < 0)
			break;
		count += is_mask_set(mask);
	}
	*queues = queue;
	return count;
}

static void check_rps(const struct host *h, const struct nic_facts *nic, struct findings *f)
{
	bool offload = facts_has_module(h->root, "esp4_offload") ||
		       facts_has_module(h->root, "esp6_offload");
	uint32_t queues, with = count_rps(h, nic, &queues);

	if (queues == 0)
		return;
	if (with == 0)
		found(f, VERDICT_OK, nic->name, "rps", NULL,
		      "RPS is off: packets stay on the CPU that their queue interrupts");
	else if (offload && nic_has(nic, NIC_GRO) && !host_wants_udp(h))
		found(f, VERDICT_WARN, nic->name, "rps",
		      "rmmod esp4_offload esp6_offload, or ethtool -K NAME gro off",
		      "RPS is on for %" PRIu32 " of %" PRIu32 " queues, but GRO with esp4_offload "
		      "decrypts ESP before it", with, queues);
	else
		found(f, VERDICT_OK, nic->name, "rps", NULL,
		      "RPS is on for %" PRIu32 " of %" PRIu32 " queues: ESP is spread by its SPI",
		      with, queues);
}

void check_nics(const struct host *h, struct findings *f)
{
	if (h->device_count == 0)
		found(f, VERDICT_WARN, "NICs", "devices", "name one: ipsec verify --device eth1",
		      "none is known to lead to a peer, so none is looked at");
	for (size_t i = 0; i < h->device_count; i++) {
		const struct nic_facts *nic = &h->devices[i].nic;

		check_queues(h, nic, f);
		if (nic->is_card && nic->queues != 1) {
			check_hash(h, nic, NIC_ESP4, NIC_UDP4, "IPv4", f);
			if (host_has_family(h, AF_INET6))
				check_hash(h, nic, NIC_ESP6, NIC_UDP6, "IPv6", f);
			check_rules(nic, f);
		}
		check_xdp(h, &h->devices[i], f);
		check_features(h, nic, f);
		check_rps(h, nic, f);
	}
}
