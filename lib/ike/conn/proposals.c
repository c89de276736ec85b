/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/conn/proposals.h"

#include <stdio.h>
#include <string.h>

/* --- writing --- */

static void add(struct proposal *p, uint8_t type, uint16_t id, uint16_t key_bits)
{
	if (p->count < TRANSFORMS_MAX)
		p->transforms[p->count++] = (struct transform) { type, id, key_bits, false };
}

static void add_all(struct proposal *p, uint8_t type, const struct algorithms *from)
{
	for (size_t i = 0; i < from->count; i++)
		add(p, type, from->list[i].id, from->list[i].key_bits);
}

static void add_ke(const struct offer *offer, const struct algorithm_proposal *from,
		   struct proposal *p)
{
	if (!offer->with_ke)
		return;
	if (from->ke.count > 0)
		add_all(p, TRANSFORM_KE, &from->ke);
	else if (offer->default_ke != NULL)
		add(p, TRANSFORM_KE, (uint16_t)offer->default_ke->id, 0);
}

static void add_addke(const struct offer *offer, const struct algorithm_proposal *from,
		      struct proposal *p)
{
	if (!offer->with_ke || !offer->with_addke)
		return;
	for (unsigned n = 0; n < ADDKE_MAX; n++)
		for (unsigned i = 0; i < from->addke[n].count; i++)
			add(p, (uint8_t)(TRANSFORM_ADDKE1 + n), from->addke[n].ids[i], 0);
}

static void add_esn(enum conf_esn esn, struct proposal *p)
{
	if (esn != ESN_NEVER)
		add(p, TRANSFORM_ESN, ESN_YES, 0);
	if (esn != ESN_ONLY)
		add(p, TRANSFORM_ESN, ESN_NO, 0);
}

static bool has_prf(const struct algorithm_proposal *ours, const struct prf_desc *prf)
{
	for (size_t i = 0; i < ours->prf.count; i++)
		if (ours->prf.list[i].id == (uint16_t)prf->id)
			return true;
	return false;
}

void offer_keep_prf(struct offer *offer, const struct prf_desc *prf)
{
	for (size_t i = 0; i < offer->list->count; i++)
		if (has_prf(&offer->list->list[i], prf))
			offer->prf = prf;
}

/* The next of our proposals that is on offer, from `index` on; NULL after the last. */
static const struct algorithm_proposal *next_offered(const struct offer *offer, size_t *index)
{
	while (*index < offer->list->count) {
		const struct algorithm_proposal *ours = &offer->list->list[(*index)++];

		if (offer->prf == NULL || has_prf(ours, offer->prf))
			return ours;
	}
	return NULL;
}

static void add_prf(const struct offer *offer, const struct algorithm_proposal *from,
		    struct proposal *p)
{
	if (offer->prf != NULL)
		add(p, TRANSFORM_PRF, (uint16_t)offer->prf->id, 0);
	else
		add_all(p, TRANSFORM_PRF, &from->prf);
}

static void proposal_from(const struct offer *offer, const struct algorithm_proposal *from,
			  uint8_t number, struct proposal *out)
{
	*out = (struct proposal) { .number = number, .protocol = (uint8_t)offer->protocol };
	add_all(out, TRANSFORM_ENCR, &from->encr);
	if (offer->protocol == PROTO_IKE)
		add_prf(offer, from, out);
	add_all(out, TRANSFORM_INTEG, &from->integ);
	add_ke(offer, from, out);
	add_addke(offer, from, out);
	if (offer->protocol != PROTO_IKE)
		add_esn(offer->esn, out);
}

void offer_write(const struct offer *offer, struct bytes spi, struct buffer *out)
{
	size_t index = 0;
	const struct algorithm_proposal *ours = next_offered(offer, &index), *next;
	struct proposal p;

	for (uint8_t number = 1; ours != NULL; number++, ours = next) {
		next = next_offered(offer, &index);
		proposal_from(offer, ours, number, &p);
		p.spi = spi;
		proposal_write(out, &p, next == NULL);
	}
}

void suite_write(const struct suite *suite, enum protocol_id protocol, struct bytes spi,
		 struct buffer *out)
{
	struct proposal p = { .number = suite->number, .protocol = (uint8_t)protocol, .spi = spi };

	add(&p, TRANSFORM_ENCR, (uint16_t)suite->encr->id, suite->encr_key_bits);
	if (protocol == PROTO_IKE)
		add(&p, TRANSFORM_PRF, (uint16_t)suite->prf->id, 0);
	if (suite->integ != NULL)
		add(&p, TRANSFORM_INTEG, (uint16_t)suite->integ->id, 0);
	if (suite->ke != NULL)
		add(&p, TRANSFORM_KE, (uint16_t)suite->ke->id, 0);
	for (unsigned n = 0; n < ADDKE_MAX; n++)
		if ((suite->addke_places & 1U << n) != 0)
			add(&p, (uint8_t)(TRANSFORM_ADDKE1 + n),
			    suite->addke[n] == NULL ? KE_NONE : (uint16_t)suite->addke[n]->id, 0);
	if (protocol != PROTO_IKE)
		add(&p, TRANSFORM_ESN, suite->esn ? ESN_YES : ESN_NO, 0);
	proposal_write(out, &p, true);
}

const struct ke_desc *offer_first_ke(const struct offer *offer)
{
	for (size_t i = 0; i < offer->list->count; i++)
		if (offer->list->list[i].ke.count > 0)
			return ke_find(offer->list->list[i].ke.list[0].id);
	return offer->default_ke;
}

bool offer_has_ke(const struct offer *offer, uint16_t id)
{
	for (size_t i = 0; i < offer->list->count; i++) {
		const struct algorithms *ke = &offer->list->list[i].ke;

		for (size_t k = 0; k < ke->count; k++)
			if (ke->list[k].id == id)
				return true;
	}
	return offer->default_ke != NULL && (uint16_t)offer->default_ke->id == id;
}

/* --- choosing --- */

static bool has_type(const struct proposal *p, uint8_t type)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->transforms[i].type == type)
			return true;
	return false;
}

static bool has(const struct proposal *p, uint8_t type, uint16_t id, uint16_t key_bits)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct transform *t = &p->transforms[i];

		if (t->type == type && t->id == id && t->key_bits == key_bits &&
		    !t->unknown_attribute)
			return true;
	}
	return false;
}

static bool choose_encr(const struct algorithm_proposal *ours, const struct proposal *theirs,
			struct suite *out)
{
	for (size_t i = 0; i < ours->encr.count; i++) {
		const struct algorithm *a = &ours->encr.list[i];
		const struct encr_desc *encr = encr_find(a->id);

		if (encr != NULL && has(theirs, TRANSFORM_ENCR, a->id, a->key_bits)) {
			out->encr = encr;
			out->encr_key_bits = a->key_bits;
			return true;
		}
	}
	return false;
}

static bool choose_prf(const struct offer *offer, const struct algorithm_proposal *ours,
		       const struct proposal *theirs, struct suite *out)
{
	for (size_t i = 0; i < ours->prf.count; i++)
		if ((offer->prf == NULL || ours->prf.list[i].id == (uint16_t)offer->prf->id) &&
		    has(theirs, TRANSFORM_PRF, ours->prf.list[i].id, 0)) {
			out->prf = prf_find(ours->prf.list[i].id);
			return out->prf != NULL;
		}
	return false;
}

/* RFC 7296 3.3: with an AEAD cipher there is no integrity transform, or NONE. */
static bool choose_integ(const struct algorithm_proposal *ours, const struct proposal *theirs,
			 struct suite *out)
{
	out->integ = NULL;
	if (out->encr->aead)
		return !has_type(theirs, TRANSFORM_INTEG) ||
		       has(theirs, TRANSFORM_INTEG, INTEG_NONE, 0);
	for (size_t i = 0; i < ours->integ.count; i++)
		if (ours->integ.list[i].id != INTEG_NONE &&
		    has(theirs, TRANSFORM_INTEG, ours->integ.list[i].id, 0)) {
			out->integ = integ_find(ours->integ.list[i].id);
			return out->integ != NULL;
		}
	return false;
}

static bool choose_this_ke(const struct proposal *theirs, uint16_t id, const struct ke_desc *only,
			   struct suite *out)
{
	const struct ke_desc *ke = ke_find(id);

	if (ke == NULL || (only != NULL && ke != only) || !has(theirs, TRANSFORM_KE, id, 0))
		return false;
	out->ke = ke;
	return true;
}

/* The list names no group. */
static bool choose_unnamed_ke(const struct offer *offer, const struct proposal *theirs,
			      const struct ke_desc *only, struct suite *out)
{
	const struct algorithm_list *other = offer->other_ke;

	if (offer->default_ke != NULL &&
	    choose_this_ke(theirs, (uint16_t)offer->default_ke->id, only, out))
		return true;
	for (size_t i = 0; other != NULL && i < other->count; i++)
		for (size_t k = 0; k < other->list[i].ke.count; k++)
			if (choose_this_ke(theirs, other->list[i].ke.list[k].id, only, out))
				return true;
	return false;
}

static bool choose_ke(const struct offer *offer, const struct algorithm_proposal *ours,
		      const struct proposal *theirs, const struct ke_desc *only, struct suite *out)
{
	bool theirs_without = !has_type(theirs, TRANSFORM_KE) ||
			      has(theirs, TRANSFORM_KE, KE_NONE, 0);

	out->ke = NULL;
	if (!offer->with_ke)
		return theirs_without;
	for (size_t i = 0; i < ours->ke.count; i++)
		if (choose_this_ke(theirs, ours->ke.list[i].id, only, out))
			return true;
	if (ours->ke.count == 0 && choose_unnamed_ke(offer, theirs, only, out))
		return true;
	return offer->ke_optional && only == NULL && theirs_without;
}

static bool addke_may_be_none(const struct addke_choice *ours)
{
	for (unsigned i = 0; i < ours->count; i++)
		if (ours->ids[i] == KE_NONE)
			return true;
	return ours->count == 0;
}

/* RFC 9370 2.2.1: one of each type that is there, and `none` is one of them. */
static bool choose_addke_place(const struct addke_choice *ours, unsigned place,
			       const struct proposal *theirs, struct suite *out)
{
	uint8_t type = (uint8_t)(TRANSFORM_ADDKE1 + place);

	if (!has_type(theirs, type))
		return addke_may_be_none(ours);
	out->addke_places |= (uint8_t)(1U << place);
	for (unsigned i = 0; i < ours->count; i++) {
		const struct ke_desc *ke = ke_find(ours->ids[i]);

		if ((ke == NULL) != (ours->ids[i] == KE_NONE) || !has(theirs, type, ours->ids[i], 0))
			continue;
		out->addke[place] = ke;
		return true;
	}
	return ours->count == 0 && has(theirs, type, KE_NONE, 0);
}

static bool choose_addke(const struct offer *offer, const struct algorithm_proposal *ours,
			 const struct proposal *theirs, struct suite *out)
{
	static const struct addke_choice nothing;
	bool wanted = offer->with_ke && (offer->protocol == PROTO_IKE || out->ke != NULL);

	for (unsigned n = 0; n < ADDKE_MAX; n++) {
		const struct addke_choice *choice = wanted ? &ours->addke[n] : &nothing;

		if (wanted && !offer->with_addke) {
			if (!addke_may_be_none(choice))
				return false;
			choice = &nothing;
		}
		if (!choose_addke_place(choice, n, theirs, out))
			return false;
	}
	return true;
}

static bool choose_esn(enum conf_esn esn, const struct proposal *theirs, struct suite *out)
{
	if (esn != ESN_NEVER && has(theirs, TRANSFORM_ESN, ESN_YES, 0)) {
		out->esn = true;
		return true;
	}
	out->esn = false;
	/* RFC 7296 3.3.3 asks for the transform; peers that leave it out mean "no ESN". */
	return esn != ESN_ONLY && (!has_type(theirs, TRANSFORM_ESN) ||
				   has(theirs, TRANSFORM_ESN, ESN_NO, 0));
}

static bool only_known_types(const struct offer *offer, const struct proposal *theirs)
{
	for (size_t i = 0; i < theirs->count; i++) {
		uint8_t type = theirs->transforms[i].type;

		/* RFC 7296 3.3.6: a transform type we do not know spoils the proposal. */
		if (type < TRANSFORM_ENCR || type > TRANSFORM_ADDKE7)
			return false;
		if (offer->protocol == PROTO_IKE ? type == TRANSFORM_ESN : type == TRANSFORM_PRF)
			return false;
	}
	return true;
}

static bool choose_from(const struct offer *offer, const struct algorithm_proposal *ours,
			const struct proposal *theirs, const struct ke_desc *ke, struct suite *out)
{
	struct suite s = { .number = theirs->number };

	if (theirs->protocol != offer->protocol || !only_known_types(offer, theirs) ||
	    !choose_encr(ours, theirs, &s) || !choose_integ(ours, theirs, &s) ||
	    !choose_ke(offer, ours, theirs, ke, &s) || !choose_addke(offer, ours, theirs, &s))
		return false;
	if (offer->protocol == PROTO_IKE ? !choose_prf(offer, ours, theirs, &s)
					 : !choose_esn(offer->esn, theirs, &s))
		return false;
	if (theirs->spi.len > sizeof(s.spi))
		return false;
	s.spi_len = (uint8_t)theirs->spi.len;
	if (s.spi_len > 0)
		memcpy(s.spi, theirs->spi.ptr, s.spi_len);
	*out = s;
	return true;
}

/* Ours decides: each of ours in order against all of theirs. The body is walked each time, since
 * a full set of proposals would be large to keep. */
enum choose_result offer_choose(const struct offer *offer, struct bytes sa_body,
				const struct ke_desc *ke, struct suite *out)
{
	for (size_t i = 0; i < offer->list->count; i++) {
		struct sa_reader r = sa_reader_start(sa_body);
		struct proposal theirs;
		struct suite found = { 0 };
		bool more, chosen = false;

		for (;;) {
			if (sa_read_next(&r, &theirs, &more) != WIRE_OK)
				return CHOOSE_MALFORMED;
			if (!more)
				break;
			/* RFC 7296 3.3.1: the first MUST be 1; that of others sa_read_next() sees. */
			if (r.seen == 1 && theirs.number != 1)
				return CHOOSE_MALFORMED;
			if (!chosen)
				chosen = choose_from(offer, &offer->list->list[i], &theirs, ke,
						     &found);
		}
		if (chosen) {
			*out = found;
			return CHOOSE_OK;
		}
	}
	return CHOOSE_NONE;
}

bool offer_takes(const struct offer *offer, const struct suite *suite)
{
	struct buffer body = { 0 };
	struct suite again = *suite;
	bool takes;

	again.number = 1;
	suite_write(&again, offer->protocol, (struct bytes) { 0 }, &body);
	takes = offer_choose(offer, buffer_bytes(&body), suite->ke, &again) == CHOOSE_OK;
	buffer_done(&body);
	return takes;
}

static bool one_of_each(const struct proposal *p)
{
	unsigned seen = 0;

	for (size_t i = 0; i < p->count; i++) {
		unsigned bit = 1U << (p->transforms[i].type & 31);

		if (seen & bit)
			return false;
		seen |= bit;
	}
	return true;
}

enum choose_result offer_check_answer(const struct offer *offer, struct bytes sa_body,
				      struct suite *out)
{
	size_t index = 0;
	const struct algorithm_proposal *ours = next_offered(offer, &index);
	struct sa_reader r = sa_reader_start(sa_body);
	struct proposal answer, second;
	bool more;

	if (sa_read_next(&r, &answer, &more) != WIRE_OK || !more)
		return CHOOSE_MALFORMED;
	if (sa_read_next(&r, &second, &more) != WIRE_OK || more || !one_of_each(&answer))
		return CHOOSE_MALFORMED;
	for (unsigned number = 1; number < answer.number && ours != NULL; number++)
		ours = next_offered(offer, &index);
	if (answer.number == 0 || ours == NULL)
		return CHOOSE_NONE;
	return choose_from(offer, ours, &answer, NULL, out) ? CHOOSE_OK : CHOOSE_NONE;
}

bool suite_equal(const struct suite *a, const struct suite *b)
{
	return a->encr == b->encr && a->encr_key_bits == b->encr_key_bits && a->prf == b->prf &&
	       a->integ == b->integ && a->esn == b->esn;
}

unsigned suite_next_addke(const struct suite *suite, unsigned from)
{
	while (from < ADDKE_MAX && suite->addke[from] == NULL)
		from++;
	return from;
}

/* Each with what comes before it: "-DH31", or " addke1=DH31". */
static void print_addke(const struct suite *s, bool places, char out[SUITE_TEXT_MAX])
{
	for (unsigned n = 0; n < ADDKE_MAX; n++) {
		size_t len = strlen(out);

		if (s->addke[n] == NULL)
			continue;
		if (places)
			(void)snprintf(out + len, SUITE_TEXT_MAX - len, " addke%u=%s", n + 1,
				       s->addke[n]->name);
		else
			(void)snprintf(out + len, SUITE_TEXT_MAX - len, "-%s", s->addke[n]->name);
	}
}

static void print_encr(const struct suite *s, char *out, size_t len)
{
	if (s->encr_key_bits != 0)
		(void)snprintf(out, len, "%s_%u", s->encr->name, s->encr_key_bits);
	else
		(void)snprintf(out, len, "%s", s->encr->name);
}

const char *suite_print(const struct suite *s, char out[SUITE_TEXT_MAX])
{
	char encr[48];

	print_encr(s, encr, sizeof(encr));
	(void)snprintf(out, SUITE_TEXT_MAX, "%s%s%s%s%s%s%s", encr, s->integ ? "-" : "",
		       s->integ ? s->integ->name : "", s->prf ? "-" : "",
		       s->prf ? s->prf->name : "", s->ke ? "-" : "", s->ke ? s->ke->name : "");
	print_addke(s, false, out);
	return out;
}

const char *suite_print_ike(const struct suite *s, char out[SUITE_TEXT_MAX])
{
	char encr[48];

	print_encr(s, encr, sizeof(encr));
	(void)snprintf(out, SUITE_TEXT_MAX, "cipher=%s integ=%s prf=%s ke=%s", encr,
		       s->integ ? s->integ->name : "n/a", s->prf ? s->prf->name : "n/a",
		       s->ke ? s->ke->name : "none");
	print_addke(s, true, out);
	return out;
}
