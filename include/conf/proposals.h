/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_PROPOSALS_H
#define CONF_PROPOSALS_H

#include "base/buffer.h"
#include "base/must_check.h"
#include "crypto/names.h"

/*
 * ike= and esp= as libreswan writes them: ENCR[keylen][-INTEG|PRF][;|-KE][;addke1=KE]..., proposals
 * separated by ',', alternatives by '+'.
 */
enum { ALTERNATIVES_MAX = 16, ALGORITHM_PROPOSALS_MAX = 16 };
enum { ADDKE_MAX = 7, ADDKE_ALTERNATIVES_MAX = 6 };

struct algorithm {
	uint16_t id;       /* IANA number */
	uint16_t key_bits; /* encryption with Key Length only; else 0 */
};

struct algorithms {
	struct algorithm list[ALTERNATIVES_MAX];
	size_t count;
};

/* Additional key exchanges (RFC 9370) for one place; KE_NONE may be among them. */
struct addke_choice {
	uint8_t count; /* 0: nothing is negotiated here */
	uint16_t ids[ADDKE_ALTERNATIVES_MAX];
};

struct algorithm_proposal {
	struct algorithms encr;
	struct algorithms prf;   /* IKE only */
	struct algorithms integ; /* empty where encr is AEAD */
	struct algorithms ke;    /* ESP: empty means "by pfs=", the IKE SA's group */
	struct addke_choice addke[ADDKE_MAX]; /* no method stands in two places, or in ke */
};

struct algorithm_list {
	struct algorithm_proposal *list; /* owned; ALGORITHM_PROPOSALS_MAX at most */
	size_t count;
};

enum proposal_kind { PROPOSAL_IKE, PROPOSAL_ESP };

/* NULL text: the default. *out, which was a list or zero, is replaced; on failure it stays, and `why` is
 * one sentence that names the word and what fits. */
MUST_CHECK bool algorithm_list_parse(enum proposal_kind kind, const char *text,
				     struct algorithm_list *out, struct buffer *why);
void algorithm_list_done(struct algorithm_list *list);
struct algorithm_list algorithm_list_copy(const struct algorithm_list *list);
bool algorithm_list_equal(const struct algorithm_list *a, const struct algorithm_list *b);
/* Any additional key exchange at all. */
bool algorithm_list_has_addke(const struct algorithm_list *list);
/* Back to ike=/esp= text that parses to the same. */
void algorithm_list_print(enum proposal_kind kind, const struct algorithm_list *list,
			  struct buffer *out);

#endif
