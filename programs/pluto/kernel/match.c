/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/kernel/match.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "pluto/kernel/backend.h"

#define PORT_MAX 0xffff

/* A range of ports, of ICMP types or of codes; `limit` is the greatest there is. */
struct range {
	uint16_t start, end, limit;
};

/* A range as value and mask; false where one pair cannot name it. */
static bool range_to_mask(struct range r, uint16_t *value, uint16_t *mask)
{
	uint32_t span = (uint32_t)r.end - r.start;

	if (r.start == 0 && r.end == r.limit) {
		*value = *mask = 0;
		return true;
	}
	if (r.start > r.end || (span & (span + 1)) != 0 || (r.start & span) != 0)
		return false;
	*value = r.start;
	*mask = (uint16_t)(PORT_MAX & ~span);
	return true;
}

static bool is_icmp(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

static bool all_ports(const struct selector *s)
{
	return s->port_start == 0 && s->port_end == PORT_MAX;
}

/*
 * Either selector may carry type << 8 | code. What masks can say of them: some types with all
 * codes, or one type with some codes.
 */
static bool icmp_to_masks(const struct selector *source, const struct selector *destination,
			  struct kernel_match *out)
{
	const struct selector *s = all_ports(source) ? destination : source;
	struct range type = { s->port_start >> 8, s->port_end >> 8, 0xff };
	struct range code = { s->port_start & 0xff, s->port_end & 0xff, 0xff };

	if (!all_ports(source) && !all_ports(destination) &&
	    (source->port_start != destination->port_start ||
	     source->port_end != destination->port_end))
		return false;
	if (type.start != type.end && (code.start != 0 || code.end != 0xff))
		return false;
	return range_to_mask(type, &out->source_port, &out->source_mask) &&
	       range_to_mask(code, &out->destination_port, &out->destination_mask);
}

static bool ports_to_masks(const struct selector *source, const struct selector *destination,
			   struct kernel_match *out)
{
	struct range from = { source->port_start, source->port_end, PORT_MAX };
	struct range to = { destination->port_start, destination->port_end, PORT_MAX };

	if (is_icmp(out->protocol))
		return icmp_to_masks(source, destination, out);
	if (out->protocol == 0 && (!all_ports(source) || !all_ports(destination)))
		return false;
	return range_to_mask(from, &out->source_port, &out->source_mask) &&
	       range_to_mask(to, &out->destination_port, &out->destination_mask);
}

int match_of_selectors(const struct selector *source, const struct selector *destination,
		       struct kernel_match *out, char text[KERNEL_TEXT_MAX])
{
	char print[SELECTOR_TEXT_MAX];
	struct kernel_match m = { 0 };

	if (!selector_to_prefix(source, &m.source)) {
		kernel_say(text, "the kernel cannot match the range %s", selector_print(source, print));
		return -EINVAL;
	}
	if (!selector_to_prefix(destination, &m.destination)) {
		kernel_say(text, "the kernel cannot match the range %s",
			   selector_print(destination, print));
		return -EINVAL;
	}
	if (m.source.address.family != m.destination.address.family) {
		kernel_say(text, "the selectors are of two address families");
		return -EINVAL;
	}
	if (source->protocol != 0 && destination->protocol != 0 &&
	    source->protocol != destination->protocol) {
		kernel_say(text, "the selectors are of two protocols");
		return -EINVAL;
	}
	m.protocol = source->protocol != 0 ? source->protocol : destination->protocol;
	if (!ports_to_masks(source, destination, &m)) {
		kernel_say(text, "the kernel cannot match these ports of protocol %u",
			   (unsigned)m.protocol);
		return -EINVAL;
	}
	*out = m;
	return 0;
}

static bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && address_equal(&a->address, &b->address);
}

bool match_equal(const struct kernel_match *a, const struct kernel_match *b)
{
	return prefix_equal(&a->source, &b->source) &&
	       prefix_equal(&a->destination, &b->destination) && a->protocol == b->protocol &&
	       a->source_port == b->source_port && a->source_mask == b->source_mask &&
	       a->destination_port == b->destination_port &&
	       a->destination_mask == b->destination_mask;
}

static bool prefix_has(const struct prefix *p, const struct address *a)
{
	struct selector s = selector_of_prefix(p, 0, 0, PORT_MAX);

	return selector_has_address(&s, a);
}

bool match_has_packet(const struct kernel_match *m, const struct address *source,
		      const struct address *destination, uint8_t protocol, uint16_t source_port,
		      uint16_t destination_port)
{
	if (!prefix_has(&m->source, source) || !prefix_has(&m->destination, destination))
		return false;
	if (m->protocol != 0 && m->protocol != protocol)
		return false;
	return (source_port & m->source_mask) == m->source_port &&
	       (destination_port & m->destination_mask) == m->destination_port;
}
