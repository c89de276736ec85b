/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds_sk DIR: what stood inside SK payloads, for fuzz_sk. */
#include <stdio.h>

#include "seed_file.h"
#include "traffic.h"

static const char *dir;
static unsigned written;

/* suite, role and whether it is a fragment, first, exchange, flags, change, then the text and how much
 * it is padded */
static void on_message(const struct tap *tap, struct bytes plain)
{
	bool fragment = written % 4 == 3, initiator = (tap->header.flags & FLAG_INITIATOR) != 0;
	struct buffer seed = { 0 };
	char name[32];

	if (!tap->sealed)
		return;
	write_u8(&seed, (uint8_t)(written % 5));
	/* written by itself, it is in fragments every other time, and over IPv6 sometimes */
	write_u8(&seed, (uint8_t)((unsigned)initiator | (fragment ? 0x80U : 0) | (written % 2) << 6 |
				  (written % 3 == 0 ? 0x20U : 0)));
	write_u8(&seed, plain.ptr[0]);
	write_u8(&seed, tap->header.exchange);
	write_u8(&seed, tap->header.flags);
	write_u8(&seed, (uint8_t)written);
	write_bytes(&seed, bytes_at(plain.ptr + 1, plain.len - 1));
	write_u8(&seed, 0);
	snprintf(name, sizeof(name), "traffic-%u", written++);
	seed_write(dir, name, buffer_bytes(&seed));
	buffer_done(&seed);
}

int main(int argc, char **argv)
{
	dir = seed_dir(argc, argv);
	traffic_each(on_message);
	return 0;
}
