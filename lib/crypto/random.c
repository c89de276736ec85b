/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "crypto/nss.h"

void crypto_random(uint8_t *out, size_t len)
{
	if (PK11_GenerateRandom(out, nss_len(len)) != SECSuccess)
		abort();
}
