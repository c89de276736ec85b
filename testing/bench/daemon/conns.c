/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conns.h"

void conns_write(struct buffer *out, unsigned count, unsigned addresses, const char *options)
{
	for (unsigned n = 0; n < count; n++) {
		unsigned left = n % addresses, right = n / addresses;

		write_format(out,
			     "conn c%u\n\tconnalias=all\n\tleft=10.201.%u.%u\n"
			     "\tright=10.202.%u.%u\n\tleftid=@west%u\n\trightid=@east%u\n"
			     "\tleftsubnet=172.%u.%u.%u/32\n\trightsubnet=192.168.0.0/16\n"
			     "\tauthby=secret\n"
			     "\tike=aes_gcm256-sha2_256-dh31\n\tesp=aes_gcm256\n%s",
			     n, left / 250, left % 250 + 1, right / 250, right % 250 + 1, n, n,
			     16 + (n >> 16), n >> 8 & 0xff, n & 0xff, options);
	}
}
