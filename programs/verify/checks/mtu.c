/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include "verify/host.h"

enum {
	IPV6_MTU_MIN = 1280,
	/* Tunnel mode with AES-GCM over IPv4: IP 20, ESP 8, IV 8, tag 16; what is encrypted has a trailer
	 * of 2 and is padded to 4. */
	OVERHEAD = 52, UDP_OVERHEAD = 8, TRAILER = 2, BLOCK = 4
};

static void check_device(const struct host *h, const struct nic_facts *nic, struct findings *f)
{
	uint32_t overhead = OVERHEAD + (host_wants_udp(h) ? UDP_OVERHEAD : 0);
	uint32_t room = nic->mtu > overhead ? nic->mtu - overhead : 0;

	if (nic->mtu == 0)
		return;
	if (nic->mtu < IPV6_MTU_MIN)
		found(f, VERDICT_WARN, nic->name, "mtu", "ip link set NAME mtu 1500, if the line can",
		      "MTU %" PRIu32 ": less than the 1280 bytes of IPv6", nic->mtu);
	else
		found(f, VERDICT_OK, nic->name, "mtu", NULL,
		      "MTU %" PRIu32 ": up to %" PRIu32 " bytes of inner packet over IPv4 (AES-GCM, "
		      "tunnel mode%s)", nic->mtu, room / BLOCK * BLOCK - TRAILER,
		      host_wants_udp(h) ? ", in UDP" : "");
}

/* What either of the two ways of writing rules says for clamping. */
static bool clamps_mss(const struct host *h)
{
	return (h->nft.text != NULL && strstr(h->nft.text, "maxseg") != NULL) ||
	       (h->iptables.text != NULL && strstr(h->iptables.text, "TCPMSS") != NULL);
}

void check_mtu(const struct host *h, struct findings *f)
{
	uint64_t value;

	for (size_t i = 0; i < h->device_count; i++)
		check_device(h, &h->devices[i].nic, f);
	if (facts_read_number(h->root, "/proc/sys/net/ipv4/ip_no_pmtu_disc", &value) && value != 0)
		found(f, VERDICT_WARN, "mtu", "pmtu", "sysctl net.ipv4.ip_no_pmtu_disc=0",
		      "path MTU discovery is off (ip_no_pmtu_disc=%" PRIu64 ")", value);
	if (!host_forwards(h, AF_INET) && !host_forwards(h, AF_INET6))
		return;
	if (clamps_mss(h))
		found(f, VERDICT_OK, "mtu", "mss", NULL, "the firewall's rules clamp TCP's MSS");
	else
		found(f, VERDICT_OK, "mtu", "mss", NULL,
		      "no rule clamps TCP's MSS, so hosts behind need ICMP \"fragmentation needed\" "
		      "to get through to them");
}
