/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/traffic.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct selectors selectors_copy(const struct selectors *from)
{
	struct selectors out = { .count = from->count };

	if (out.count == 0)
		return out;
	out.list = mem_new_array(out.count, sizeof(*out.list));
	memcpy(out.list, from->list, out.count * sizeof(*out.list));
	return out;
}

void selectors_done(struct selectors *s)
{
	mem_free(s->list);
	*s = (struct selectors) { 0 };
}

bool selectors_have(const struct selectors *s, const struct selector *one)
{
	for (size_t i = 0; i < s->count; i++)
		if (selector_equal(&s->list[i], one))
			return true;
	return false;
}

bool selectors_have_address(const struct selectors *s, const struct address *a)
{
	for (size_t i = 0; i < s->count; i++)
		if (selector_has_address(&s->list[i], a))
			return true;
	return false;
}

static bool all_in(const struct selectors *inner, const struct selectors *outer)
{
	for (size_t i = 0; i < inner->count; i++)
		if (!selectors_have(outer, &inner->list[i]))
			return false;
	return true;
}

bool selectors_equal(const struct selectors *a, const struct selectors *b)
{
	return all_in(a, b) && all_in(b, a);
}

static struct selectors one(const struct selector *s)
{
	struct selector copy = *s;

	return selectors_copy(&(struct selectors) { &copy, 1 });
}

struct traffic traffic_of(const struct selector *local, const struct selector *remote)
{
	return (struct traffic) { one(local), one(remote) };
}

struct traffic traffic_copy(const struct traffic *from)
{
	return (struct traffic) { selectors_copy(&from->local), selectors_copy(&from->remote) };
}

void traffic_done(struct traffic *t)
{
	selectors_done(&t->local);
	selectors_done(&t->remote);
}

bool traffic_equal(const struct traffic *a, const struct traffic *b)
{
	return selectors_equal(&a->local, &b->local) && selectors_equal(&a->remote, &b->remote);
}

static bool is_icmp(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

bool traffic_offered(const struct traffic *ours, const struct traffic *offered)
{
	return all_in(&ours->local, &offered->local) && all_in(&ours->remote, &offered->remote);
}

/* Type and code are the packet's, not an end's: both ends name the same ones, or one names none. */
static bool same_icmp(const struct selector *a, const struct selector *b)
{
	return selector_all_ports(a) || selector_all_ports(b) ||
	       (a->port_start == b->port_start && a->port_end == b->port_end);
}

bool selectors_pair(const struct selector *local, const struct selector *remote)
{
	if (local->start.family != remote->start.family)
		return false;
	if (local->protocol != 0 && remote->protocol != 0 && local->protocol != remote->protocol)
		return false;
	return !is_icmp(local->protocol) || same_icmp(local, remote);
}

bool traffic_next(const struct traffic *t, size_t *at, struct traffic_pair *out)
{
	while (*at < t->local.count * t->remote.count) {
		const struct selector *local = &t->local.list[*at / t->remote.count];
		const struct selector *remote = &t->remote.list[*at % t->remote.count];

		++*at;
		if (selectors_pair(local, remote)) {
			*out = (struct traffic_pair) { local, remote };
			return true;
		}
	}
	return false;
}

bool traffic_find_pair(const struct traffic *t, const struct selector *local,
		       const struct selector *remote, struct traffic_pair *out)
{
	struct traffic_pair pair;
	size_t at = 0;

	while (traffic_next(t, &at, &pair))
		if (selector_contains(pair.local, local) && selector_contains(pair.remote, remote)) {
			*out = pair;
			return true;
		}
	return false;
}

static bool has_ports(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

/* A port that is not chosen yet is 0: it may become any. */
static struct selector packet_end(const struct address *address, uint8_t protocol, uint16_t port)
{
	struct selector s = selector_of_address(address);

	s.protocol = protocol;
	if (is_icmp(protocol) || (has_ports(protocol) && port != 0))
		s.port_start = s.port_end = port;
	return s;
}

struct traffic_packet traffic_packet_of(const struct address *local, const struct address *remote,
					uint8_t protocol, uint16_t local_port,
					uint16_t remote_port)
{
	if (is_icmp(protocol))
		local_port = remote_port = (uint16_t)(local_port << 8 | (remote_port & UINT8_MAX));
	return (struct traffic_packet) { packet_end(local, protocol, local_port),
					 packet_end(remote, protocol, remote_port) };
}

bool traffic_packet_is_set(const struct traffic_packet *packet)
{
	return address_is_set(&packet->local.start) && address_is_set(&packet->remote.start);
}

static bool print_pair(const struct traffic_pair *pair, const char *before, char *out, size_t size)
{
	char local[SELECTOR_TEXT_MAX], remote[SELECTOR_TEXT_MAX];
	int len = snprintf(out, size, "%s[%s===%s]", before, selector_print(pair->local, local),
			   selector_print(pair->remote, remote));

	return len >= 0 && (size_t)len < size;
}

const char *traffic_print(const struct traffic *t, char out[TRAFFIC_TEXT_MAX])
{
	static const char more[] = " ...";
	size_t at = 0, len = 0;
	struct traffic_pair pair;

	out[0] = '\0';
	while (traffic_next(t, &at, &pair)) {
		if (!print_pair(&pair, len == 0 ? "" : " ", out + len,
				TRAFFIC_TEXT_MAX - sizeof(more) - len)) {
			memcpy(out + len, more, sizeof(more));
			break;
		}
		len += strlen(out + len);
	}
	return out;
}
