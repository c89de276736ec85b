/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_NAT_H
#define IKE_SA_NAT_H

#include "crypto/crypto.h"
#include "net/address.h"

/* NAT detection: SHA-1 of SPIs, address and port (RFC 7296 2.23). */
MUST_CHECK bool nat_hash(uint64_t spi_i, uint64_t spi_r, const struct endpoint *e,
			 uint8_t out[SHA1_LEN]);

#endif
