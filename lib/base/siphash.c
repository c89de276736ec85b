/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SipHash-2-4, Aumasson and Bernstein, https://www.aumasson.jp/siphash/siphash.pdf */

#include "base/table.h"

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

static void rounds(struct sip *s, unsigned int count)
{
	while (count--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

static void absorb(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	rounds(s, 2);
	s->v0 ^= word;
}

static uint64_t little_endian(const uint8_t *from, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)from[i] << 8 * i;
	return word;
}

uint64_t siphash(const uint64_t key[2], struct bytes data)
{
	struct sip s = {
		key[0] ^ 0x736f6d6570736575,
		key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261,
		key[1] ^ 0x7465646279746573,
	};
	size_t done = 0;

	for (; data.len - done >= 8; done += 8)
		absorb(&s, little_endian(data.ptr + done, 8));
	if (done < data.len)
		absorb(&s, little_endian(data.ptr + done, data.len - done) |
				   (uint64_t)data.len << 56);
	else
		absorb(&s, (uint64_t)data.len << 56);
	s.v2 ^= 0xff;
	rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
