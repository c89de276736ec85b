/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading ike= and esp=. A proposal is words with '-' between them, each with alternatives
 * after '+': the encryption, then a hash (PRF, integrity, or both at once), then the key
 * exchange, which may also come after ';'. Which kind a word is, its name tells. Additional key
 * exchanges come last, each after ';' and with its place: "addke1=x25519+none".
 */
#include "conf/proposals.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/algorithm_names.h"

/* Names that stand where nothing is left out: AES_CBC with 256 and 128 bits, and so on. */
static const char default_ike[] =
	"aes_gcm_16_256-sha2_512+sha2_256-dh19+dh20+dh21+dh31+modp4096+modp3072+modp2048+modp8192,"
	"aes_gcm_16_128-sha2_512+sha2_256-dh19+dh20+dh21+dh31+modp4096+modp3072+modp2048+modp8192,"
	"chacha20_poly1305-sha2_512+sha2_256-dh19+dh20+dh21+dh31+modp4096+modp3072+modp2048+"
	"modp8192,"
	"aes_cbc_256-sha2_512+sha2_256-dh19+dh20+dh21+dh31+modp4096+modp3072+modp2048+modp8192,"
	"aes_cbc_128-sha2_512+sha2_256-dh19+dh20+dh21+dh31+modp4096+modp3072+modp2048+modp8192";
static const char default_esp[] = "aes_gcm_16_256,aes_gcm_16_128,chacha20_poly1305,"
				  "aes_cbc_256-sha2_512+sha2_256,aes_cbc_128-sha2_512+sha2_256";
static const char default_hashes[] = "sha2_512+sha2_256";
static const char default_groups[] =
	"dh19+dh20+dh21+dh31+modp4096+modp3072+modp2048+modp8192";

enum { WORD_MAX = 40 };

/* One proposal while it is read. */
struct draft {
	enum proposal_kind kind;
	struct algorithm_proposal proposal;
	bool has_hash, aead;
	struct addke_choice *addke; /* the place that is being read */
	struct buffer *why;
};

/* PRF and integrity that are the same hash. */
static const struct {
	uint16_t prf, integ;
} hashes[] = {
	{ PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ PRF_HMAC_SHA2_384, INTEG_HMAC_SHA2_384_192 },
	{ PRF_HMAC_SHA2_512, INTEG_HMAC_SHA2_512_256 },
};

static const char *kind_name(enum proposal_kind kind)
{
	return kind == PROPOSAL_IKE ? "IKE" : "ESP";
}

/* False when there is no room; what is there already is there once. */
static bool algorithm_add(struct algorithms *to, unsigned int id, uint16_t key_bits)
{
	for (size_t i = 0; i < to->count; i++) {
		if (to->list[i].id == id && to->list[i].key_bits == key_bits)
			return true;
	}
	if (to->count == ALTERNATIVES_MAX)
		return false;
	to->list[to->count++] = (struct algorithm) { (uint16_t)id, key_bits };
	return true;
}

static bool complain_unknown(const struct draft *draft, const char *what, const char *word,
			     const char *(*name_of)(uint16_t id))
{
	write_format(draft->why, "%s %s '%s' is not recognized; there are ",
		     kind_name(draft->kind), what, word);
	write_names(draft->why, name_of);
	return false;
}

static bool complain_too_many(const struct draft *draft)
{
	write_format(draft->why, "an %s proposal has more than %d alternatives of one kind",
		     kind_name(draft->kind), ALTERNATIVES_MAX);
	return false;
}

enum { BITS_NOT_WRITTEN = UINT16_MAX };

/* The name and key length of "aes256", "aes_256" and "aes-256"; the whole word comes first. */
static const struct encr_desc *encr_read(const char *word, uint16_t *bits)
{
	const struct encr_desc *whole = encr_find_name(word);
	size_t len = strlen(word), end = len;
	char name[WORD_MAX + 1];
	uint64_t number;

	*bits = BITS_NOT_WRITTEN;
	if (whole != NULL)
		return whole;
	while (end > 0 && word[end - 1] >= '0' && word[end - 1] <= '9')
		end--;
	if (end == len || !text_to_u64(word + end, BITS_NOT_WRITTEN - 1, &number))
		return NULL;
	*bits = (uint16_t)number;
	if (end > 0 && (word[end - 1] == '_' || word[end - 1] == '-'))
		end--;
	memcpy(name, word, end);
	name[end] = '\0';
	return encr_find_name(name);
}

static bool complain_key_bits(const struct draft *draft, const char *word,
			      const struct encr_desc *encr)
{
	write_format(draft->why, "%s encryption key length of '%s' is not one of ",
		     kind_name(draft->kind), word);
	write_format(draft->why, "%u and %u", encr->key_bits[0], encr->key_bits[1]);
	return false;
}

static bool complain_fixed_bits(const struct draft *draft, const char *word)
{
	write_format(draft->why, "%s encryption '%s' has a key length of its own; write none",
		     kind_name(draft->kind), word);
	return false;
}

/* Without a key length: the longer one first, then the other. */
static bool encr_add(struct draft *draft, const struct encr_desc *encr, uint16_t bits)
{
	struct algorithms *to = &draft->proposal.encr;

	if (!encr->has_key_len)
		return algorithm_add(to, encr->id, 0) || complain_too_many(draft);
	if (bits != BITS_NOT_WRITTEN)
		return algorithm_add(to, encr->id, bits) || complain_too_many(draft);
	for (size_t i = ARRAY_LEN(encr->key_bits); i-- > 0;) {
		if (encr->key_bits[i] != 0 && !algorithm_add(to, encr->id, encr->key_bits[i]))
			return complain_too_many(draft);
	}
	return true;
}

static bool take_encr(struct draft *draft, const char *word)
{
	uint16_t bits;
	const struct encr_desc *encr = encr_read(word, &bits);

	if (encr == NULL)
		return complain_unknown(draft, "encryption algorithm", word, encr_name_of);
	if (bits != BITS_NOT_WRITTEN && !encr->has_key_len)
		return complain_fixed_bits(draft, word);
	if (bits != BITS_NOT_WRITTEN && !encr_has_key_bits(encr, bits))
		return complain_key_bits(draft, word, encr);
	if (draft->proposal.encr.count > 0 && draft->aead != encr->aead) {
		write_format(draft->why,
			     "%s encryption '%s' cannot be an alternative of the one before it: "
			     "one has its integrity built in and the other has not; write two "
			     "proposals with ',' between them",
			     kind_name(draft->kind), word);
		return false;
	}
	draft->aead = encr->aead;
	return encr_add(draft, encr, bits);
}

static bool take_prf(struct draft *draft, const char *word)
{
	const struct prf_desc *prf = prf_find_name(word);

	if (prf == NULL)
		return complain_unknown(draft, "PRF", word, prf_name_of);
	return algorithm_add(&draft->proposal.prf, prf->id, 0) || complain_too_many(draft);
}

static bool take_integ(struct draft *draft, const char *word)
{
	const struct integ_desc *integ = integ_find_name(word);

	if (integ == NULL)
		return complain_unknown(draft, "integrity algorithm", word, integ_name_of);
	return algorithm_add(&draft->proposal.integ, integ->id, 0) || complain_too_many(draft);
}

static bool complain_ke(const struct draft *draft, const char *word, const struct ke_desc *ke)
{
	if (ke == NULL)
		return complain_unknown(draft, "Key Exchange Method (DH)", word,
					ke_usable_name_of);
	write_format(draft->why, "%s Key Exchange Method '%s' cannot be used: %s",
		     kind_name(draft->kind), word, ke_missing(ke));
	return false;
}

static bool take_ke(struct draft *draft, const char *word)
{
	const struct ke_desc *ke = ke_find_name(word);

	if (ke == NULL || ke_missing(ke) != NULL)
		return complain_ke(draft, word, ke);
	return algorithm_add(&draft->proposal.ke, ke->id, 0) || complain_too_many(draft);
}

/* Calls `take` for each word of "a+b+c"; an empty one is an error. */
static bool each_alternative(struct draft *draft, const char *text,
			     bool (*take)(struct draft *draft, const char *word))
{
	for (;;) {
		size_t len = strcspn(text, "+");
		char word[WORD_MAX + 1];

		if (len == 0 || len > WORD_MAX) {
			write_format(draft->why, "%s proposal has %s word in '%.60s'",
				     kind_name(draft->kind), len == 0 ? "an empty" : "too long a",
				     text);
			return false;
		}
		memcpy(word, text, len);
		word[len] = '\0';
		if (!take(draft, word))
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

/* The first alternative of a part says what kind of part it is. */
static bool first_is(const char *part, bool (*is)(const char *word))
{
	size_t len = strcspn(part, "+");
	char word[WORD_MAX + 1];

	if (len > WORD_MAX)
		return false;
	memcpy(word, part, len);
	word[len] = '\0';
	return is(word);
}

static bool is_prf(const char *word)
{
	return prf_find_name(word) != NULL;
}

static bool is_integ(const char *word)
{
	return integ_find_name(word) != NULL;
}

static bool is_ke(const char *word)
{
	return ke_find_name(word) != NULL;
}

static bool is_none(const char *part)
{
	return text_equal_nocase(part, "none") || text_equal_nocase(part, "null");
}

static void integ_from_prf(struct algorithm_proposal *p)
{
	for (size_t i = 0; i < p->prf.count; i++) {
		for (size_t h = 0; h < ARRAY_LEN(hashes); h++) {
			if (hashes[h].prf == p->prf.list[i].id)
				p->integ.list[i].id = hashes[h].integ;
		}
	}
	p->integ.count = p->prf.count;
}

static void prf_from_integ(struct algorithm_proposal *p)
{
	for (size_t i = 0; i < p->integ.count; i++) {
		for (size_t h = 0; h < ARRAY_LEN(hashes); h++) {
			if (hashes[h].integ == p->integ.list[i].id)
				p->prf.list[i].id = hashes[h].prf;
		}
	}
	p->prf.count = p->integ.count;
}

static bool take_addke(struct draft *draft, const char *word)
{
	const struct ke_desc *ke = ke_find_name(word);
	struct addke_choice *to = draft->addke;
	uint16_t id = ke == NULL ? KE_NONE : (uint16_t)ke->id;

	if (ke == NULL ? !is_none(word) : ke_missing(ke) != NULL)
		return complain_ke(draft, word, ke);
	for (uint8_t i = 0; i < to->count; i++)
		if (to->ids[i] == id)
			return true;
	if (to->count == ADDKE_ALTERNATIVES_MAX) {
		write_format(draft->why, "an %s proposal has more than %d alternatives of one "
					 "additional key exchange", kind_name(draft->kind),
			     ADDKE_ALTERNATIVES_MAX);
		return false;
	}
	to->ids[to->count++] = id;
	return true;
}

/* "addke1=x25519+none" */
static bool take_addke_part(struct draft *draft, const char *part)
{
	static const char name[] = "addke";
	size_t len = sizeof(name) - 1;

	if (strncasecmp(part, name, len) != 0 || part[len] < '1' || part[len] > '0' + ADDKE_MAX ||
	    part[len + 1] != '=') {
		write_format(draft->why, "%s additional key exchange '%.60s' is not recognized; "
					 "they look like addke1=x25519, up to addke%d",
			     kind_name(draft->kind), part, ADDKE_MAX);
		return false;
	}
	draft->addke = &draft->proposal.addke[part[len] - '1'];
	if (draft->addke->count > 0) {
		write_format(draft->why, "%s additional key exchange %.6s is there twice",
			     kind_name(draft->kind), part);
		return false;
	}
	return each_alternative(draft, part + len + 2, take_addke);
}

static unsigned places_of(const struct algorithm_proposal *p, uint16_t id)
{
	unsigned places = 0;

	for (size_t i = 0; i < p->ke.count; i++)
		places += p->ke.list[i].id == id;
	for (size_t n = 0; n < ADDKE_MAX; n++)
		for (uint8_t i = 0; i < p->addke[n].count; i++)
			places += p->addke[n].ids[i] == id;
	return places;
}

static bool has_addke(const struct algorithm_proposal *p)
{
	for (size_t n = 0; n < ADDKE_MAX; n++)
		if (p->addke[n].count > 0)
			return true;
	return false;
}

/* RFC 9370 2.2.1: a method is never used twice, so each has its one place. */
static bool addke_check(const struct draft *draft)
{
	const struct algorithm_proposal *p = &draft->proposal;

	if (p->ke.count == 0 && has_addke(p)) {
		write_format(draft->why, "%s additional key exchanges need a first one, such as "
					 ";dh19;addke1=x25519", kind_name(draft->kind));
		return false;
	}
	for (uint16_t id = 1; id < NUMBERS_MAX; id++) {
		if (places_of(p, id) < 2)
			continue;
		write_format(draft->why, "%s key exchange %s has two places in one proposal; each "
					 "method may be used once", kind_name(draft->kind),
			     ke_name_of(id));
		return false;
	}
	return true;
}

/* What was left out takes its default; a proposal is complete after this. */
static bool draft_fill(struct draft *draft)
{
	struct algorithm_proposal *p = &draft->proposal;

	if (draft->kind == PROPOSAL_ESP) {
		if (!draft->aead && p->integ.count == 0)
			return each_alternative(draft, default_hashes, take_integ);
		return true;
	}
	if (p->prf.count == 0 && p->integ.count == 0 &&
	    !each_alternative(draft, default_hashes, take_prf))
		return false;
	if (p->prf.count == 0)
		prf_from_integ(p);
	if (!draft->aead && p->integ.count == 0)
		integ_from_prf(p);
	return p->ke.count > 0 || each_alternative(draft, default_groups, take_ke);
}

static bool complain_part(const struct draft *draft, const char *part)
{
	bool ike = draft->kind == PROPOSAL_IKE;

	write_format(draft->why, "%s algorithm '%.60s' is not recognized here; after the "
				 "encryption come ", kind_name(draft->kind), part);
	if (ike)
		write_names(draft->why, prf_name_of);
	else if (!draft->aead)
		write_names(draft->why, integ_name_of);
	if (ike || !draft->aead)
		write_text(draft->why, ", and then ");
	write_names(draft->why, ke_usable_name_of);
	return false;
}

static bool complain_no_integ(const struct draft *draft)
{
	write_format(draft->why,
		     "non-AEAD %s encryption algorithm %s cannot have 'NONE' as the integrity "
		     "algorithm", kind_name(draft->kind),
		     encr_name_of(draft->proposal.encr.list[0].id));
	return false;
}

static bool complain_aead_integ(const struct draft *draft, const char *part)
{
	write_format(draft->why, "AEAD %s encryption algorithm %s has its integrity built in; "
				 "'%.60s' is too much", kind_name(draft->kind),
		     encr_name_of(draft->proposal.encr.list[0].id), part);
	return false;
}

static bool take_esp_part(struct draft *draft, const char *part)
{
	if (!first_is(part, is_integ))
		return complain_part(draft, part);
	if (draft->aead)
		return complain_aead_integ(draft, part);
	if (draft->has_hash)
		return complain_part(draft, part);
	draft->has_hash = true;
	return each_alternative(draft, part, take_integ);
}

/* The last of two hashes is the PRF; the one before it is then the integrity. */
static bool take_ike_part(struct draft *draft, const char *part)
{
	struct algorithm_proposal *p = &draft->proposal;

	if (first_is(part, is_prf) && !draft->has_hash) {
		draft->has_hash = true;
		return each_alternative(draft, part, take_prf);
	}
	if (first_is(part, is_prf) && !draft->aead && (p->prf.count == 0 || p->integ.count == 0)) {
		if (p->integ.count == 0)
			integ_from_prf(p);
		p->prf.count = 0;
		return each_alternative(draft, part, take_prf);
	}
	if (!first_is(part, is_integ) || draft->has_hash)
		return complain_part(draft, part);
	if (draft->aead)
		return complain_aead_integ(draft, part);
	draft->has_hash = true;
	return each_alternative(draft, part, take_integ);
}

/* A part after the encryption. A key exchange ends the proposal. */
static bool take_part(struct draft *draft, const char *part, bool last)
{
	if (is_none(part) && !draft->has_hash && draft->proposal.ke.count == 0)
		return draft->aead || complain_no_integ(draft);
	if (last && first_is(part, is_ke))
		return each_alternative(draft, part, take_ke);
	return draft->kind == PROPOSAL_IKE ? take_ike_part(draft, part) :
					     take_esp_part(draft, part);
}

/* Cuts at the next `separator`; NULL after the last piece. */
static char *piece_next(char **rest, char separator)
{
	char *piece = *rest, *end;

	if (piece == NULL)
		return NULL;
	end = strchr(piece, separator);
	if (end != NULL)
		*end++ = '\0';
	*rest = end;
	return piece;
}

/* "aes-256" is one word: the '-' before a key length is not a separator. */
static void key_length_join(char *text)
{
	char *dash = strchr(text, '-');

	if (dash != NULL) {
		size_t digits = strspn(dash + 1, "0123456789");

		if (digits > 0 && strchr("-;+", dash[1 + digits]) != NULL)
			*dash = '_';
	}
}

static bool is_addke(const char *part)
{
	return strchr(part, '=') != NULL;
}

/* What comes after the first ';': the key exchange, and the additional ones. */
static bool groups_read(struct draft *draft, char *groups)
{
	const char *part = piece_next(&groups, ';');

	if (part != NULL && !is_addke(part)) {
		if (!each_alternative(draft, part, take_ke))
			return false;
		part = piece_next(&groups, ';');
	}
	for (; part != NULL; part = piece_next(&groups, ';'))
		if (!take_addke_part(draft, part))
			return false;
	return true;
}

static bool draft_read(struct draft *draft, char *text)
{
	char *groups, *part;
	bool ke_later;

	key_length_join(text);
	groups = strchr(text, ';');
	if (groups != NULL)
		*groups++ = '\0';
	ke_later = groups != NULL && strncasecmp(groups, "addke", 5) != 0;
	part = piece_next(&text, '-');
	if (part[0] == '\0') {
		write_format(draft->why, "%s proposal is empty", kind_name(draft->kind));
		return false;
	}
	if (!each_alternative(draft, part, take_encr))
		return false;
	while ((part = piece_next(&text, '-')) != NULL) {
		if (!take_part(draft, part, text == NULL && !ke_later))
			return false;
	}
	return groups_read(draft, groups) && draft_fill(draft) && addke_check(draft);
}

static bool list_read(enum proposal_kind kind, char *text, struct algorithm_list *list,
		      struct buffer *why)
{
	char *piece;

	while ((piece = piece_next(&text, ',')) != NULL) {
		struct draft draft = { .kind = kind, .why = why };

		if (list->count == ALGORITHM_PROPOSALS_MAX) {
			write_format(why, "there are more than %d %s proposals",
				     ALGORITHM_PROPOSALS_MAX, kind_name(kind));
			return false;
		}
		if (!draft_read(&draft, piece))
			return false;
		list->list = mem_grow(list->list, list->count + 1, sizeof(*list->list));
		list->list[list->count++] = draft.proposal;
	}
	return true;
}

/* Blanks have no meaning: the list may be spread over lines. */
static char *copy_without_blanks(const char *text)
{
	char *copy = mem_new(strlen(text) + 1), *end = copy;

	for (; *text != '\0'; text++) {
		if (*text != ' ' && *text != '\t')
			*end++ = *text;
	}
	return copy;
}

bool algorithm_list_parse(enum proposal_kind kind, const char *text, struct algorithm_list *out,
			  struct buffer *why)
{
	struct algorithm_list list = { 0 };
	char *copy;
	bool ok;

	if (text == NULL)
		text = kind == PROPOSAL_IKE ? default_ike : default_esp;
	copy = copy_without_blanks(text);
	ok = list_read(kind, copy, &list, why);
	mem_free(copy);
	if (!ok) {
		algorithm_list_done(&list);
		return false;
	}
	algorithm_list_done(out);
	*out = list;
	return true;
}

bool algorithm_list_has_addke(const struct algorithm_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (has_addke(&list->list[i]))
			return true;
	return false;
}
