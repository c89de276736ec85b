/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apart from all that calls NSS: who only reads names does without it. */

#include <nss.h>

#include "crypto/ke/kinds.h"
#include "nss_features.h"

static const char *missing_ml_kem =
	NSS_HAS_ML_KEM ? NULL
		       : "this was built with NSS " NSS_VERSION
			 ", which has no ML-KEM; NSS 3.110 and later have it";

const char *ke_missing(const struct ke_desc *ke)
{
	return ke->id == KE_ML_KEM_768 ? missing_ml_kem : NULL;
}

void mlkem_set_missing(const char *why)
{
	missing_ml_kem = why;
}
