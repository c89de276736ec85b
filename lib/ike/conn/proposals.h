/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_CONN_PROPOSALS_H
#define IKE_CONN_PROPOSALS_H

#include "base/buffer.h"
#include "conf/conf.h"
#include "crypto/names.h"
#include "wire/payloads.h"

/* What two ends agreed on for an IKE SA or a Child SA. Descriptions live for ever. */
struct suite {
	uint8_t number;             /* of the proposal that was chosen */
	const struct encr_desc *encr;
	uint16_t encr_key_bits;
	const struct prf_desc *prf; /* IKE only */
	const struct integ_desc *integ; /* NULL with AEAD */
	const struct ke_desc *ke;   /* NULL: none */
	const struct ke_desc *addke[ADDKE_MAX]; /* additional ones, by place; NULL: none */
	uint8_t addke_places;       /* a bit for each place that was negotiated */
	bool esn;                   /* ESP only */
	uint8_t spi[SPI_MAX];       /* the peer's */
	uint8_t spi_len;
};

/* What we would offer or take, for one negotiation. */
struct offer {
	enum protocol_id protocol;
	const struct algorithm_list *list;
	enum conf_esn esn;          /* ESP only */
	bool with_ke;               /* Child SAs: false in IKE_AUTH and without PFS */
	const struct ke_desc *default_ke; /* Child SAs with PFS whose list names no group */
	bool ke_optional;           /* responder: a proposal without a group fits too */
	const struct algorithm_list *other_ke; /* responder: where the list names no group, these are
						* as good as default_ke; or NULL */
	const struct prf_desc *prf; /* IKE: only this one; NULL: each of the list */
	bool with_addke;            /* additional key exchanges can be made; needs with_ke */
};

/* From now on only proposals with this PRF, and of their PRFs only this; unless none has it. */
void offer_keep_prf(struct offer *offer, const struct prf_desc *prf);

/* Appends the body of an SA payload. spi: ours, 0, 4 or 8 bytes. */
void offer_write(const struct offer *offer, struct bytes spi, struct buffer *out);

/* Appends an SA payload's body with just the agreed suite and our spi. */
void suite_write(const struct suite *suite, enum protocol_id protocol, struct bytes spi,
		 struct buffer *out);

/* The first group that we would offer, or NULL. */
const struct ke_desc *offer_first_ke(const struct offer *offer);
bool offer_has_ke(const struct offer *offer, uint16_t id);

enum choose_result {
	CHOOSE_OK,
	CHOOSE_NONE,      /* nothing in common */
	CHOOSE_MALFORMED  /* the body is not a valid SA payload */
};

/*
 * The best of our offer that a peer's SA payload allows; ours decides the order. With `ke` not
 * NULL only suites with that group count.
 */
MUST_CHECK enum choose_result offer_choose(const struct offer *offer, struct bytes sa_body,
					   const struct ke_desc *ke, struct suite *out);

/* Whether what was agreed with another offer could have been agreed with this one. */
bool offer_takes(const struct offer *offer, const struct suite *suite);

/* As the initiator: the answer must be one proposal, one transform of a kind, and one of ours. */
MUST_CHECK enum choose_result offer_check_answer(const struct offer *offer, struct bytes sa_body,
						 struct suite *out);

bool suite_equal(const struct suite *a, const struct suite *b); /* the group aside */

/* The first place from `from` on that has an additional key exchange, or ADDKE_MAX. */
unsigned suite_next_addke(const struct suite *suite, unsigned from);

/* "AES_GCM_16_256-DH19" and, for IKE, "cipher=AES_GCM_16_256 integ=n/a prf=.. ke=DH19". */
enum { SUITE_TEXT_MAX = 256 };
const char *suite_print(const struct suite *s, char out[SUITE_TEXT_MAX]);
const char *suite_print_ike(const struct suite *s, char out[SUITE_TEXT_MAX]);

#endif
