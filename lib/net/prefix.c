/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "net/selector.h"

static unsigned int bits_of(const struct address *a)
{
	return (unsigned int)address_len(a) * 8;
}

/* All bits from `len` on become ones, or zeros. */
static struct address with_host_bits(struct address a, unsigned int len, bool ones)
{
	for (unsigned int bit = len; bit < bits_of(&a); bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		a.ip[bit / 8] = (uint8_t)(ones ? a.ip[bit / 8] | mask : a.ip[bit / 8] & ~mask);
	}
	return a;
}

static unsigned int shared_bits(const struct address *a, const struct address *b)
{
	unsigned int len = 0;

	while (len < bits_of(a) && !((a->ip[len / 8] ^ b->ip[len / 8]) & 0x80 >> len % 8))
		len++;
	return len;
}

struct prefix selector_cover(const struct selector *s)
{
	unsigned int len = shared_bits(&s->start, &s->end);

	return (struct prefix) { with_host_bits(s->start, len, false), (uint8_t)len };
}

static bool within(const struct selector *s, const struct address *a, unsigned int len,
		   struct prefix *out)
{
	struct address first = with_host_bits(*a, len, false), last = with_host_bits(*a, len, true);

	if (!selector_has_address(s, &first) || !selector_has_address(s, &last))
		return false;
	*out = (struct prefix) { first, (uint8_t)len };
	return true;
}

struct prefix selector_block(const struct selector *s)
{
	unsigned int len = shared_bits(&s->start, &s->end);
	/* Where the two halves of the smallest cover meet: a block within the range is at one of
	 * the two sides of it. */
	struct address left = with_host_bits(s->start, len + 1, true);
	struct address right = with_host_bits(s->end, len + 1, false);
	struct prefix out = { s->start, (uint8_t)bits_of(&s->start) };

	for (; len < bits_of(&s->start); len++)
		if (within(s, &left, len, &out) || within(s, &right, len, &out))
			break;
	return out;
}

bool selector_to_prefix(const struct selector *s, struct prefix *out)
{
	struct prefix cover = selector_cover(s);
	struct address last = with_host_bits(cover.address, cover.len, true);

	if (!address_is_set(&s->start) || !address_equal(&cover.address, &s->start) ||
	    !address_equal(&last, &s->end))
		return false;
	*out = cover;
	return true;
}

struct selector selector_of_prefix(const struct prefix *p, uint8_t protocol, uint16_t port_start,
				   uint16_t port_end)
{
	assert(p->len <= bits_of(&p->address));
	return (struct selector) {
		.start = with_host_bits(p->address, p->len, false),
		.end = with_host_bits(p->address, p->len, true),
		.protocol = protocol,
		.port_start = port_start,
		.port_end = port_end,
	};
}

/* "/24" without the slash; NULL: the whole address. */
static bool prefix_len_parse(const char *text, unsigned int bits, uint8_t *out)
{
	uint64_t len = bits;

	if (text && !text_to_u64(text, bits, &len))
		return false;
	*out = (uint8_t)len;
	return true;
}

bool prefix_parse(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char address[ADDRESS_TEXT_MAX];
	struct address block;
	struct prefix p;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = 0;
	if (!address_parse(address, &p.address) ||
	    !prefix_len_parse(slash ? slash + 1 : NULL, bits_of(&p.address), &p.len))
		return false;
	block = with_host_bits(p.address, p.len, false);
	if (!address_equal(&block, &p.address))
		return false;
	*out = p;
	return true;
}
