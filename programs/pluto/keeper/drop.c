/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "pluto/keeper/drop.h"

/* LeakSanitizer looks at the process from a thread that traces it. */
#ifdef CYGNET_SANITIZED
enum { DUMPABLE = 1 };
#else
enum { DUMPABLE = 0 };
#endif

static bool user_by_number(const char *text, struct user *out)
{
	const struct passwd *p;
	uint64_t number;

	if (!text_to_u64(text, UINT32_MAX - 1, &number))
		return false;
	out->uid = (uid_t)number;
	p = getpwuid(out->uid);
	out->gid = p ? p->pw_gid : (gid_t)number;
	return true;
}

static bool user_by_name(const char *text, struct user *out)
{
	const struct passwd *p = getpwnam(text);

	if (!p)
		return false;
	*out = (struct user) { p->pw_uid, p->pw_gid };
	return true;
}

const char *user_find(const char *text, struct user *out, char *why, size_t why_len)
{
	struct user user;

	if (!user_by_number(text, &user) && !user_by_name(text, &user)) {
		snprintf(why, why_len,
			 "there is no user \"%s\"; systemd-sysusers makes it, or name another "
			 "with --user", text);
		return why;
	}
	if (!user.uid || !user.gid) {
		snprintf(why, why_len, "pluto does not run as root; name another user with --user");
		return why;
	}
	*out = user;
	return NULL;
}

static bool capabilities_keep(void)
{
	capng_clear(CAPNG_SELECT_ALL);
	return !capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN,
			      CAP_NET_BIND_SERVICE, -1);
}

/* Asks the kernel again: libcap-ng's versions differ in what they report. */
static bool capabilities_are_right(void)
{
	if (capng_get_caps_process())
		return false;
	for (unsigned int cap = 0; cap <= (unsigned int)CAP_LAST_CAP; cap++) {
		bool wanted = cap == CAP_NET_ADMIN || cap == CAP_NET_BIND_SERVICE;

		if (capng_have_capability(CAPNG_PERMITTED, cap) != wanted ||
		    capng_have_capability(CAPNG_EFFECTIVE, cap) != wanted ||
		    capng_have_capability(CAPNG_INHERITABLE, cap) ||
		    capng_have_capability(CAPNG_BOUNDING_SET, cap) ||
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 1)
			return false;
	}
	return true;
}

static bool user_is(const struct user *user)
{
	uid_t uids[3];
	gid_t gids[3];

	if (getresuid(&uids[0], &uids[1], &uids[2]) || getresgid(&gids[0], &gids[1], &gids[2]))
		return false;
	for (int i = 0; i < 3; i++)
		if (uids[i] != user->uid || gids[i] != user->gid)
			return false;
	return getgroups(0, NULL) == 0;
}

static void raise_open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* the old limit does, too */
}

const char *privileges_drop(const struct user *user, pid_t parent)
{
	raise_open_files();
	if (!capabilities_keep() ||
	    capng_change_id((int)user->uid, (int)user->gid,
			    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING))
		return "root's privileges could not be dropped";
	if (!user_is(user) || !capabilities_are_right())
		return "root's privileges were not dropped as they should be";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return "no_new_privs could not be set";
	if (prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0))
		return "the process could not be made undumpable";
	/* A change of user forgets this one, so it comes last; the parent may be gone already. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) || getppid() != parent)
		return "the keeper is gone";
	return NULL;
}
