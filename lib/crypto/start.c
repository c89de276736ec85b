/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <nss.h>
#include <pk11pub.h>
#include <prerror.h>
#include <prinit.h>
#include <secmod.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/ke/kinds.h"

static const char DATABASE_FILE[] = "cert9.db";

static enum crypto_start_result not_started(char *why, size_t why_len, const char *what,
					    const char *where, const char *reason)
{
	snprintf(why, why_len, "%s%s: %s", what, where, reason);
	return CRYPTO_NOT_STARTED;
}

static const char *nss_error(void)
{
	return PR_ErrorToString(PR_GetError(), PR_LANGUAGE_I_DEFAULT);
}

/* 0, or -errno: -ENOENT when the folder has no database, anything else is worth telling. */
static int database_look(const char *nss_dir)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", nss_dir, DATABASE_FILE);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	if (access(path, R_OK) < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	return 0;
}

/* Keys come and go as bytes, which a module in FIPS mode does not allow. */
static enum crypto_start_result fips_refuse(enum crypto_start_result started, char *why,
					    size_t why_len)
{
	if (!PK11_IsFIPS()) {
		mlkem_try();
		return started;
	}
	crypto_stop();
	snprintf(why, why_len, "NSS is in FIPS mode, which is not supported: keys could not be "
			       "handed to the kernel");
	return CRYPTO_NOT_STARTED;
}

static enum crypto_start_result start_without(char *why, size_t why_len)
{
	if (NSS_NoDB_Init(NULL) != SECSuccess)
		return not_started(why, why_len, "cannot start NSS", "", nss_error());
	return fips_refuse(CRYPTO_STARTED_WITHOUT_DATABASE, why, why_len);
}

static enum crypto_start_result start_with(const char *nss_dir, char *why, size_t why_len)
{
	char config[PATH_MAX + sizeof("sql:")];

	snprintf(config, sizeof(config), "sql:%s", nss_dir);
	if (NSS_Initialize(config, "", "", SECMOD_DB, NSS_INIT_READONLY) != SECSuccess)
		return not_started(why, why_len, "cannot open the NSS database in ", nss_dir,
				   nss_error());
	return fips_refuse(CRYPTO_STARTED, why, why_len);
}

enum crypto_start_result crypto_start(const char *nss_dir, char *why, size_t why_len)
{
	int found = nss_dir == NULL ? -ENOENT : database_look(nss_dir);

	if (found == -ENOENT)
		return start_without(why, why_len);
	if (found < 0)
		return not_started(why, why_len, "cannot read the NSS database in ", nss_dir,
				   strerror(-found));
	return start_with(nss_dir, why, why_len);
}

const char *crypto_provider(void)
{
	static _Thread_local char text[40];

	snprintf(text, sizeof(text), "NSS %s", NSS_GetVersion());
	return text;
}

/* NSPR, which NSS stands on, would start again by itself if asked anything when it has stopped. */
void crypto_stop(void)
{
	if (!PR_Initialized())
		return;
	if (NSS_IsInitialized())
		(void)NSS_Shutdown();
	(void)PR_Cleanup();
}
