/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/message.h"

enum { SPI_MIN = 256 /* those below are reserved (RFC 4303 2.1) */ };

bool steer_is_sa(const struct steer_sa *sa)
{
	return sa->spi >= SPI_MIN && !address_is_any(&sa->destination);
}

void steer_end_write(const struct steer_sa *sa, struct buffer *out)
{
	struct bytes address = address_bytes(&sa->destination);

	write_u8(out, (uint8_t)address.len);
	write_bytes(out, address);
	write_u32(out, sa->spi);
	write_u8(out, sa->encapsulated);
}

void steer_write(const struct steer_sa *sa, struct buffer *out)
{
	steer_end_write(sa, out);
	write_u32(out, sa->cpu);
	write_u8(out, (uint8_t)sa->means);
}

void steer_counters_write(const struct steer_sa *sa, const struct steer_counters *counters,
			  struct buffer *out)
{
	steer_write(sa, out);
	write_u64(out, counters->packets);
	write_u64(out, counters->bytes);
}

static MUST_CHECK bool name_read(struct reader *r, struct steer_sa *out)
{
	struct bytes address;
	uint8_t len, encapsulated;

	if (!read_u8(r, &len) || !read_bytes(r, len, &address) ||
	    !address_read(address, &out->destination) || !read_u32(r, &out->spi) ||
	    !steer_is_sa(out) || !read_u8(r, &encapsulated) || encapsulated > 1)
		return false;
	out->encapsulated = encapsulated == 1;
	return true;
}

static MUST_CHECK bool sa_read(struct reader *r, struct steer_sa *out)
{
	uint8_t means;

	if (!name_read(r, out) || !read_u32(r, &out->cpu) || out->cpu >= CPU_MAX ||
	    !read_u8(r, &means) || means == STEERING_OFF || means > STEERING_LAST)
		return false;
	out->means = (enum conf_steering)means;
	return true;
}

bool steer_read(struct bytes body, struct steer_sa *out)
{
	struct reader r = { body };
	struct steer_sa sa = { .spi = 0 };

	if (!sa_read(&r, &sa) || r.left.len != 0)
		return false;
	*out = sa;
	return true;
}

bool steer_end_read(struct bytes body, struct steer_sa *out)
{
	struct reader r = { body };
	struct steer_sa sa = { .spi = 0 };

	if (!name_read(&r, &sa) || r.left.len != 0)
		return false;
	*out = sa;
	return true;
}

bool steer_counters_read(struct reader *r, struct steer_sa *sa, struct steer_counters *counters)
{
	struct reader left = *r;
	struct steer_counters c;
	struct steer_sa found = { .spi = 0 };

	if (!sa_read(&left, &found) || !read_u64(&left, &c.packets) || !read_u64(&left, &c.bytes))
		return false;
	*r = left;
	*sa = found;
	*counters = c;
	return true;
}
