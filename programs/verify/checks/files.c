/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may read and write what the daemon believes. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "verify/host.h"

struct wanted {
	const char *check, *path;
	mode_t forbidden; /* bits that must not be there */
	const char *advice;
};

static const char *bad_mode(const struct wanted *w, const struct stat *st, uid_t owner)
{
	mode_t mode = st->st_mode & w->forbidden;

	if (st->st_uid != owner)
		return "does not belong to root";
	if ((mode & (S_IWGRP | S_IWOTH)) != 0)
		return "can be written by others than root";
	if (mode != 0)
		return "can be read by others than root";
	return NULL;
}

static void check_one(const struct host *h, const struct wanted *w, struct findings *f)
{
	struct stat st;
	const char *bad;

	if (stat(w->path, &st) < 0) {
		found(f, VERDICT_WARN, "files", w->check, NULL, "%s: %s", w->path, strerror(errno));
		return;
	}
	bad = bad_mode(w, &st, h->owner);
	if (bad != NULL)
		found(f, VERDICT_FAIL, "files", w->check, w->advice, "%s %s (uid %u, mode %04o)",
		      w->path, bad, (unsigned)st.st_uid, (unsigned)st.st_mode & 07777);
	else
		found(f, VERDICT_OK, "files", w->check, NULL, "%s: mode %04o", w->path,
		      (unsigned)st.st_mode & 07777);
}

/* The database: who holds certificates' keys has them. */
static void check_nss(const struct host *h, const char *folder, struct findings *f)
{
	char database[PATH_MAX], keys[PATH_MAX];
	struct stat st;

	if (snprintf(database, sizeof(database), "%s/cert9.db", folder) >= (int)sizeof(database) ||
	    snprintf(keys, sizeof(keys), "%s/key4.db", folder) >= (int)sizeof(keys))
		return;
	if (stat(database, &st) < 0) {
		found(f, VERDICT_OK, "files", "nss", NULL,
		      "no NSS database in %s, and pre-shared keys need none", folder);
		return;
	}
	check_one(h, &(struct wanted) { "nss", database, S_IWGRP | S_IWOTH | S_IROTH,
				     "ipsec checknss" }, f);
	check_one(h, &(struct wanted) { "nss-keys", keys, S_IWGRP | S_IWOTH | S_IROTH,
				     "ipsec checknss" }, f);
}

void check_files(const struct host *h, struct findings *f)
{
	check_one(h, &(struct wanted) { "conf", h->config, S_IWGRP | S_IWOTH,
				     "chown root and chmod 644" }, f);
	if (h->conf_read)
		check_one(h, &(struct wanted) { "secrets", h->conf.setup.secretsfile,
					     S_IRWXG | S_IRWXO,
					     "chown root and chmod 600" }, f);
	if (h->running)
		check_one(h, &(struct wanted) { "rundir", h->rundir, S_IWGRP | S_IWOTH,
					     "ipsec restart makes it anew" }, f);
	if (h->conf_read)
		check_nss(h, h->conf.setup.nssdir, f);
}
