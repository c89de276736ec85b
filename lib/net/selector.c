/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <stdio.h>

#include "net/selector.h"

enum { PORT_MAX = 65535 };

struct selector selector_of_address(const struct address *a)
{
	return (struct selector) { .start = *a, .end = *a, .port_end = PORT_MAX };
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	return address_equal(&a->start, &b->start) && address_equal(&a->end, &b->end) &&
	       a->protocol == b->protocol && a->port_start == b->port_start &&
	       a->port_end == b->port_end;
}

/* Of one family. */
static bool not_after(const struct address *a, const struct address *b)
{
	return bytes_compare(address_bytes(a), address_bytes(b)) <= 0;
}

static bool same_family(const struct address *a, const struct address *b)
{
	return address_is_set(a) && a->family == b->family;
}

bool selector_is_opaque(const struct selector *s)
{
	return s->port_start == PORT_MAX && s->port_end == 0;
}

bool selector_all_ports(const struct selector *s)
{
	return s->port_start == 0 && s->port_end == PORT_MAX;
}

static void copy_ports(const struct selector *from, struct selector *out)
{
	out->port_start = from->port_start;
	out->port_end = from->port_end;
}

/* RFC 4301 4.4.1.1: ANY takes in OPAQUE; no other range does. */
static bool intersect_ports(const struct selector *a, const struct selector *b,
			    struct selector *out)
{
	if (selector_all_ports(a) || (selector_is_opaque(a) && selector_is_opaque(b))) {
		copy_ports(b, out);
		return true;
	}
	if (selector_all_ports(b)) {
		copy_ports(a, out);
		return true;
	}
	out->port_start = a->port_start > b->port_start ? a->port_start : b->port_start;
	out->port_end = a->port_end < b->port_end ? a->port_end : b->port_end;
	return out->port_start <= out->port_end;
}

static bool intersect_protocols(uint8_t a, uint8_t b, uint8_t *out)
{
	*out = a ? a : b;
	return a == 0 || b == 0 || a == b;
}

static bool intersect_addresses(const struct selector *a, const struct selector *b,
				struct selector *out)
{
	if (!same_family(&a->start, &b->start))
		return false;
	out->start = not_after(&a->start, &b->start) ? b->start : a->start;
	out->end = not_after(&a->end, &b->end) ? a->end : b->end;
	return not_after(&out->start, &out->end);
}

bool selector_intersect(const struct selector *a, const struct selector *b, struct selector *out)
{
	struct selector both = { 0 };

	if (!intersect_addresses(a, b, &both) ||
	    !intersect_protocols(a->protocol, b->protocol, &both.protocol) ||
	    !intersect_ports(a, b, &both))
		return false;
	*out = both;
	return true;
}

bool selector_contains(const struct selector *outer, const struct selector *inner)
{
	struct selector both;

	return selector_intersect(outer, inner, &both) && selector_equal(&both, inner);
}

bool selector_has_address(const struct selector *s, const struct address *a)
{
	return same_family(&s->start, a) && not_after(&s->start, a) && not_after(a, &s->end);
}

enum { PROTOCOL_TEXT_MAX = 8, PORTS_TEXT_MAX = 16, RANGE_TEXT_MAX = 2 * ADDRESS_TEXT_MAX };

static const char *print_protocol(uint8_t protocol, char out[PROTOCOL_TEXT_MAX])
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_ICMP:
		return "ICMP";
	case IPPROTO_ICMPV6:
		return "ICMPv6";
	default:
		snprintf(out, PROTOCOL_TEXT_MAX, "%u", protocol);
		return out;
	}
}

static const char *print_ports(const struct selector *s, char out[PORTS_TEXT_MAX])
{
	if (selector_all_ports(s))
		return "";
	if (selector_is_opaque(s))
		return "/OPAQUE";
	if (s->port_start == s->port_end)
		snprintf(out, PORTS_TEXT_MAX, "/%u", s->port_start);
	else
		snprintf(out, PORTS_TEXT_MAX, "/%u-%u", s->port_start, s->port_end);
	return out;
}

static const char *print_range(const struct selector *s, char out[RANGE_TEXT_MAX])
{
	char first[ADDRESS_TEXT_MAX], last[ADDRESS_TEXT_MAX];
	struct prefix p;

	if (selector_to_prefix(s, &p))
		snprintf(out, RANGE_TEXT_MAX, "%s/%u", address_print(&p.address, first), p.len);
	else if (!address_is_set(&s->start))
		address_print(&s->start, out);
	else
		snprintf(out, RANGE_TEXT_MAX, "%s-%s", address_print(&s->start, first),
			 address_print(&s->end, last));
	return out;
}

const char *selector_print(const struct selector *s, char out[SELECTOR_TEXT_MAX])
{
	char range[RANGE_TEXT_MAX], protocol[PROTOCOL_TEXT_MAX], ports[PORTS_TEXT_MAX];

	print_range(s, range);
	if (s->protocol == 0 && selector_all_ports(s))
		snprintf(out, SELECTOR_TEXT_MAX, "%s", range);
	else
		snprintf(out, SELECTOR_TEXT_MAX, "%s/%s%s", range,
			 print_protocol(s->protocol, protocol), print_ports(s, ports));
	return out;
}
