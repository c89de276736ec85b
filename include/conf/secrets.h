/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_SECRETS_H
#define CONF_SECRETS_H

#include "base/secret.h"
#include "conf/errors.h"
#include "conf/identity.h"

/*
 * ipsec.secrets: the pre-shared keys and whose they are. Zero-initialised is empty.
 * A file that others than its owner (and group root) can read is refused.
 */
enum {
	SECRET_IDS_MAX = 16,
	SECRETS_MAX = 100000,
	SECRET_INCLUDE_DEPTH = 10,
	PSK_LEN_MAX = 4096,
	PPK_ID_MAX = 255
};

struct secret_entry {
	struct identity *ids; /* owned; an entry without ids is for everybody */
	size_t id_count;      /* %any counts as an id of type 0 that matches everybody, weakest */
	char *ppk_id;         /* owned; of a post-quantum pre-shared key, NULL for a PSK */
	struct secret key;
	char *where;          /* file:line */
};

struct secrets {
	struct secret_entry *entries;
	size_t count;
};

/* false: errors has every reason, *out is untouched. A missing file is an error here. */
MUST_CHECK bool secrets_load(const char *path, struct secrets *out, struct conf_errors *errors);
/* For tests and fuzzing: the text of one file without includes. */
MUST_CHECK bool secrets_parse(const char *where, struct bytes text, struct secrets *out,
			      struct conf_errors *errors);
void secrets_done(struct secrets *s);

/*
 * The key for us and the peer: the entry with most matching ids wins (both > one > none). Two
 * equal best with different keys: NULL and *ambiguous is true. The view lives as long as `s`.
 */
const struct secret *secrets_find(const struct secrets *s, const struct identity *ours,
				  const struct identity *theirs, bool *ambiguous);

/*
 * The post-quantum pre-shared key (RFC 8784) for the two with that id; with an empty id the first
 * of those that fit best. NULL: there is none, or two equal best with this id have different keys.
 * The view lives as long as `s`.
 */
const struct secret_entry *secrets_find_ppk(const struct secrets *s, const struct identity *ours,
					    const struct identity *theirs, struct bytes ppk_id);
bool secrets_have_ppk(const struct secrets *s);

/* 1 to PPK_ID_MAX printable bytes without blanks and commas. */
bool ppk_id_is_good(struct bytes id);

/* As bytes, from the keeper to pluto over a private pipe. false: not a valid image. */
struct buffer;
void secrets_write(const struct secrets *s, struct buffer *out);
MUST_CHECK bool secrets_read(struct bytes image, struct secrets *out);

#endif
