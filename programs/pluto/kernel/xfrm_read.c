/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include "pluto/kernel/xfrm_message.h"

enum { ATTR_MAX = 63 };

static bool address_of(uint16_t family, const xfrm_address_t *from, struct address *out)
{
	if (family != AF_INET && family != AF_INET6)
		return false;
	return address_read(bytes_at(from, family == AF_INET ? 4 : 16), out);
}

static bool is_esp(const struct xfrm_usersa_info *info)
{
	return info->id.proto == IPPROTO_ESP && info->id.spi != 0;
}

bool xfrm_read_sa(const struct nlmsghdr *message, struct xfrm_sa_seen *out)
{
	const struct nlattr *attrs[ATTR_MAX + 1];
	struct xfrm_usersa_info info;
	struct xfrm_sa_seen seen = { .cpu = KERNEL_CPU_NONE };
	uint64_t used;

	if (message->nlmsg_type != XFRM_MSG_NEWSA ||
	    !netlink_header(message, &info, sizeof(info)) ||
	    !netlink_attributes(message, sizeof(info), attrs, ATTR_MAX) || !is_esp(&info) ||
	    !address_of(info.family, &info.id.daddr, &seen.destination))
		return false;
	seen.spi = ntohl(info.id.spi);
	seen.reqid = info.reqid;
	seen.has_direction = attrs[ATTR_SA_DIR] != NULL;
	if (!netlink_attribute(attrs[ATTR_SA_PCPU], &seen.cpu, sizeof(seen.cpu)))
		seen.cpu = KERNEL_CPU_NONE;
	if (!netlink_attribute(attrs[XFRMA_SA_EXTRA_FLAGS], &seen.extra_flags,
			       sizeof(seen.extra_flags)))
		seen.extra_flags = 0;
	seen.counters.bytes = info.curlft.bytes;
	seen.counters.packets = info.curlft.packets;
	if (netlink_attribute(attrs[XFRMA_LASTUSED], &used, sizeof(used)) && used <= INT64_MAX)
		seen.counters.last_used = (int64_t)used;
	*out = seen;
	return true;
}

static uint32_t template_reqid(const struct nlattr *attribute)
{
	struct xfrm_user_tmpl t;

	return netlink_attribute(attribute, &t, sizeof(t)) ? t.reqid : 0;
}

bool xfrm_read_policy(const struct nlmsghdr *message, struct xfrm_policy_seen *out)
{
	const struct nlattr *attrs[ATTR_MAX + 1];
	struct xfrm_userpolicy_info info;

	if (message->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    !netlink_header(message, &info, sizeof(info)) ||
	    !netlink_attributes(message, sizeof(info), attrs, ATTR_MAX))
		return false;
	out->reqid = template_reqid(attrs[XFRMA_TMPL]);
	out->priority = info.priority;
	return true;
}

/* The kernel puts the packet's addresses and ports there. What is not that of one packet is none. */
static struct traffic_packet packet_of(const struct xfrm_selector *s)
{
	uint8_t whole = s->family == AF_INET ? 32 : 128;
	struct address source, destination;

	if (s->prefixlen_s != whole || s->prefixlen_d != whole ||
	    !address_of(s->family, &s->saddr, &source) ||
	    !address_of(s->family, &s->daddr, &destination))
		return (struct traffic_packet) { 0 };
	return traffic_packet_of(&source, &destination, s->proto, ntohs(s->sport),
				 ntohs(s->dport));
}

bool xfrm_read_acquire(const struct nlmsghdr *message, const struct xfrm_abilities *can,
		       struct kernel_acquire *out)
{
	uint16_t cpu_attribute = can->pcpu_2 ? PCPU_2_ATTR_CPU : ATTR_SA_PCPU;
	const struct nlattr *attrs[ATTR_MAX + 1];
	struct xfrm_user_acquire acquire;
	struct xfrm_user_tmpl t;
	uint32_t bound = KERNEL_CPU_NONE;

	if (message->nlmsg_type != XFRM_MSG_ACQUIRE ||
	    !netlink_header(message, &acquire, sizeof(acquire)) ||
	    !netlink_attributes(message, sizeof(acquire), attrs, ATTR_MAX) ||
	    acquire.id.proto != IPPROTO_ESP || !netlink_attribute(attrs[XFRMA_TMPL], &t, sizeof(t)))
		return false;
	if (attrs[cpu_attribute] != NULL &&
	    (!netlink_attribute(attrs[cpu_attribute], &bound, sizeof(bound)) ||
	     bound >= can->possible_cpus))
		return false;
	*out = (struct kernel_acquire) { t.reqid, bound, packet_of(&acquire.sel) };
	return true;
}

bool xfrm_read_mapping(const struct nlmsghdr *message, struct xfrm_mapping_seen *out)
{
	struct xfrm_user_mapping mapping;
	struct xfrm_mapping_seen seen;

	if (message->nlmsg_type != XFRM_MSG_MAPPING ||
	    !netlink_header(message, &mapping, sizeof(mapping)) ||
	    mapping.id.proto != IPPROTO_ESP || mapping.id.spi == 0 || mapping.new_sport == 0 ||
	    !address_of(mapping.id.family, &mapping.id.daddr, &seen.destination) ||
	    !address_of(mapping.id.family, &mapping.new_saddr, &seen.from.address))
		return false;
	seen.spi = ntohl(mapping.id.spi);
	seen.from.port = ntohs(mapping.new_sport);
	*out = seen;
	return true;
}

bool xfrm_read_expire(const struct nlmsghdr *message, struct xfrm_expire_seen *out)
{
	struct xfrm_user_expire expire;
	struct xfrm_expire_seen seen;

	if (message->nlmsg_type != XFRM_MSG_EXPIRE ||
	    !netlink_header(message, &expire, sizeof(expire)) || !is_esp(&expire.state) ||
	    !address_of(expire.state.family, &expire.state.id.daddr, &seen.destination))
		return false;
	seen.spi = ntohl(expire.state.id.spi);
	seen.hard = expire.hard != 0;
	*out = seen;
	return true;
}
