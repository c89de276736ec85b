/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_PROVIDER_H
#define UNIT_PROVIDER_H

#include "crypto/crypto.h"

/* For groups of tests that use cryptography. */
static inline int provider_start(void **state)
{
	char why[200];

	(void)state;
	return crypto_start(NULL, why, sizeof(why)) == CRYPTO_STARTED_WITHOUT_DATABASE ? 0 : -1;
}

static inline int provider_stop(void **state)
{
	(void)state;
	crypto_stop();
	return 0;
}

#endif
