/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs in the kernel for each packet that an interface receives, before anything else sees it. ESP
 * of an SA that the keeper has put into the map, plain or in UDP to port 4500, goes to the CPU that
 * the map says. Everything else passes as if this were not here: other packets, fragments, headers
 * with options or extensions, lengths that do not fit. No byte is changed.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "pluto/steer/bpf/layout.h"

enum {
	TAGS_MAX = 2,
	FRAGMENT_BITS = 0x3fff, /* more fragments, and where this one belongs */
	IPV4_WORDS = 5          /* of a header without options */
};

struct tag {
	__be16 what, protocol;
};

struct esp {
	__be32 spi, sequence;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_SAS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steer_key);
	__type(value, struct steer_value);
} sas SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, STEER_CPUS_MAX);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_cpumap_val));
} cpus SEC(".maps");

/* What is left of a packet. `len` is how much of it the IP header says there is. */
struct rest {
	void *at, *end;
	__u32 len;
};

/* The next `size` bytes, or NULL. */
static __always_inline void *take(struct rest *r, __u32 size)
{
	void *taken = r->at;

	if (taken + size > r->end || r->len < size)
		return NULL;
	r->at = taken + size;
	r->len -= size;
	return taken;
}

/* The protocol after Ethernet and up to two VLAN tags; 0: the packet is too short. */
static __always_inline __be16 link_protocol(struct rest *r)
{
	struct ethhdr *ethernet = take(r, sizeof(*ethernet));
	__be16 protocol;

	if (!ethernet)
		return 0;
	protocol = ethernet->h_proto;
	for (int i = 0; i < TAGS_MAX; i++) {
		struct tag *tag;

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		tag = take(r, sizeof(*tag));
		if (!tag)
			return 0;
		protocol = tag->protocol;
	}
	return protocol;
}

/* All of the packet that its length field promises is there; what comes after it is padding. */
static __always_inline int cut(struct rest *r, __u32 len)
{
	if (len > r->len)
		return 0;
	r->len = len;
	return 1;
}

/* Each of the two gives the protocol inside; 0: not for us to touch. */
static __always_inline __u8 ipv4_protocol(struct rest *r, struct steer_key *key)
{
	struct iphdr *ip = r->at;

	if (r->at + sizeof(*ip) > r->end || ip->version != 4 || ip->ihl != IPV4_WORDS ||
	    (ip->frag_off & bpf_htons(FRAGMENT_BITS)) || !cut(r, bpf_ntohs(ip->tot_len)) ||
	    !take(r, sizeof(*ip)))
		return 0;
	__builtin_memcpy(key->address, &ip->daddr, sizeof(ip->daddr));
	key->version = 4;
	return ip->protocol;
}

static __always_inline __u8 ipv6_protocol(struct rest *r, struct steer_key *key)
{
	struct ipv6hdr *ip = take(r, sizeof(*ip));

	if (!ip || ip->version != 6 || !cut(r, bpf_ntohs(ip->payload_len)))
		return 0;
	__builtin_memcpy(key->address, &ip->daddr, sizeof(ip->daddr));
	key->version = 6;
	return ip->nexthdr;
}

/* The lengths of UDP and IP agree, and it is for port 4500. */
static __always_inline int is_nat_traversal(struct rest *r)
{
	__u32 len = r->len;
	struct udphdr *udp = take(r, sizeof(*udp));

	return udp && udp->dest == bpf_htons(STEER_NAT_PORT) && bpf_ntohs(udp->len) == len;
}

static __always_inline int find_key(struct rest *r, struct steer_key *key)
{
	__be16 link = link_protocol(r);
	struct esp *esp;
	__u8 protocol;

	if (link == bpf_htons(ETH_P_IP))
		protocol = ipv4_protocol(r, key);
	else if (link == bpf_htons(ETH_P_IPV6))
		protocol = ipv6_protocol(r, key);
	else
		return 0;
	key->encapsulated = protocol == IPPROTO_UDP;
	if (protocol != IPPROTO_ESP && !(protocol == IPPROTO_UDP && is_nat_traversal(r)))
		return 0;
	esp = take(r, sizeof(*esp));
	if (!esp || !esp->spi) /* 0 in UDP: IKE */
		return 0;
	key->spi = esp->spi;
	return 1;
}

SEC("xdp")
int steer(struct xdp_md *packet)
{
	void *start = (void *)(unsigned long)packet->data;
	void *end = (void *)(unsigned long)packet->data_end;
	struct rest r = { start, end, (__u32)(end - start) };
	struct steer_key key = { 0 };
	struct steer_value *sa;
	long action;

	if (!find_key(&r, &key))
		return XDP_PASS;
	sa = bpf_map_lookup_elem(&sas, &key);
	if (!sa)
		return XDP_PASS;
	/* XDP_PASS where there is no such CPU. */
	action = bpf_redirect_map(&cpus, sa->cpu, XDP_PASS);
	if (action == XDP_REDIRECT) {
		__sync_fetch_and_add(&sa->packets, 1);
		__sync_fetch_and_add(&sa->bytes, (__u64)(end - start));
	}
	return (int)action;
}

char licence[] SEC("license") = "GPL";
