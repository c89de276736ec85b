/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/mem.h"
#include "base/reader.h"
#include "conf/secrets.h"

enum {
	IMAGE_MAGIC = 0x43594732,
	IMAGE_ENTRY_MIN = 2 + 1 + 4 + 1 + 2, /* bytes of the smallest entry */
	WHERE_MAX = 8192
};

static void entry_done(struct secret_entry *entry)
{
	mem_free(entry->ids);
	mem_free(entry->ppk_id);
	secret_done(&entry->key);
	mem_free(entry->where);
}

void secrets_done(struct secrets *s)
{
	for (size_t i = 0; i < s->count; i++)
		entry_done(&s->entries[i]);
	mem_free(s->entries);
	*s = (struct secrets) { 0 };
}

/*
 * How well an entry fits, as libreswan ranks it; 0: not at all. A single identity is our own
 * and leaves the peer open; of several both ends must be among them. An entry that names
 * somebody is not for pairs without him, though %any would let them in.
 */
static int entry_rank(const struct secret_entry *entry, const struct identity *ours,
		      const struct identity *theirs)
{
	bool any = false, named = false, our = false, their = false;

	if (entry->id_count == 0)
		return 1;
	for (size_t i = 0; i < entry->id_count; i++) {
		const struct identity *id = &entry->ids[i];

		any = any || id->type == 0;
		named = named || id->type != 0;
		our = our || (id->type && identity_equal(id, ours));
		their = their || (id->type && identity_equal(id, theirs));
	}
	if (our && their)
		return 6;
	if (our && any)
		return 5;
	if (our && entry->id_count == 1)
		return 4;
	if (their && any)
		return 3;
	return named ? 0 : 2;
}

/*
 * The best entry that `fits`; of equal ones the first. *conflict: another one fits as well and has
 * another key.
 */
static const struct secret_entry *find_best(const struct secrets *s, const struct identity *ours,
					    const struct identity *theirs,
					    bool (*fits)(const struct secret_entry *entry,
							 struct bytes ppk_id),
					    struct bytes ppk_id, bool *conflict)
{
	const struct secret_entry *best = NULL;
	int best_rank = 0;

	*conflict = false;
	for (size_t i = 0; i < s->count; i++) {
		const struct secret_entry *entry = &s->entries[i];
		int rank = fits(entry, ppk_id) ? entry_rank(entry, ours, theirs) : 0;

		if (rank > best_rank) {
			best_rank = rank;
			best = entry;
			*conflict = false;
		} else if (rank && rank == best_rank) {
			*conflict = *conflict || !bytes_equal_secret(secret_bytes(&entry->key),
								     secret_bytes(&best->key));
		}
	}
	return best;
}

static bool is_psk(const struct secret_entry *entry, struct bytes ppk_id)
{
	(void)ppk_id;
	return entry->ppk_id == NULL;
}

static bool is_ppk(const struct secret_entry *entry, struct bytes ppk_id)
{
	return entry->ppk_id != NULL &&
	       (ppk_id.len == 0 || bytes_equal(bytes_of_text(entry->ppk_id), ppk_id));
}

const struct secret *secrets_find(const struct secrets *s, const struct identity *ours,
				  const struct identity *theirs, bool *ambiguous)
{
	const struct secret_entry *best =
		find_best(s, ours, theirs, is_psk, (struct bytes) { 0 }, ambiguous);

	return best == NULL || *ambiguous ? NULL : &best->key;
}

const struct secret_entry *secrets_find_ppk(const struct secrets *s, const struct identity *ours,
					    const struct identity *theirs, struct bytes ppk_id)
{
	bool conflict;
	const struct secret_entry *best = find_best(s, ours, theirs, is_ppk, ppk_id, &conflict);

	/* Without a wish for one those with other ids are no conflict. */
	return conflict && ppk_id.len > 0 ? NULL : best;
}

bool secrets_have_ppk(const struct secrets *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->entries[i].ppk_id != NULL)
			return true;
	return false;
}

bool ppk_id_is_good(struct bytes id)
{
	if (id.len == 0 || id.len > PPK_ID_MAX)
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (id.ptr[i] <= ' ' || id.ptr[i] == 0x7f || id.ptr[i] == ',')
			return false;
	return true;
}

static void write_entry(struct buffer *out, const struct secret_entry *entry)
{
	size_t where_len = entry->where ? strlen(entry->where) : 0;
	size_t ppk_id_len = entry->ppk_id ? strlen(entry->ppk_id) : 0;

	if (where_len > WHERE_MAX)
		where_len = WHERE_MAX;
	write_u16(out, (uint16_t)entry->id_count);
	for (size_t i = 0; i < entry->id_count; i++) {
		write_u8(out, entry->ids[i].type);
		write_u16(out, entry->ids[i].len);
		write_bytes(out, bytes_at(entry->ids[i].data, entry->ids[i].len));
	}
	write_u8(out, (uint8_t)ppk_id_len);
	write_bytes(out, bytes_at(entry->ppk_id, ppk_id_len));
	write_u32(out, (uint32_t)entry->key.len);
	write_bytes(out, secret_bytes(&entry->key));
	write_u16(out, (uint16_t)where_len);
	write_bytes(out, bytes_at(entry->where, where_len));
}

void secrets_write(const struct secrets *s, struct buffer *out)
{
	write_u32(out, IMAGE_MAGIC);
	write_u32(out, (uint32_t)s->count);
	for (size_t i = 0; i < s->count; i++)
		write_entry(out, &s->entries[i]);
}

static bool read_identity(struct reader *r, struct identity *out)
{
	struct bytes data;
	uint8_t type;
	uint16_t len;

	if (!read_u8(r, &type) || !read_u16(r, &len) || !read_bytes(r, len, &data))
		return false;
	if (type == 0) {
		*out = (struct identity) { 0 };
		return len == 0;
	}
	return identity_from(type, data, out);
}

static bool read_identities(struct reader *r, struct secret_entry *entry)
{
	uint16_t count;

	if (!read_u16(r, &count) || count > SECRET_IDS_MAX)
		return false;
	entry->ids = count ? mem_new_array(count, sizeof(*entry->ids)) : NULL;
	for (entry->id_count = 0; entry->id_count < count; entry->id_count++) {
		if (!read_identity(r, &entry->ids[entry->id_count]))
			return false;
	}
	return true;
}

/* A text of `len` bytes without NUL, owned. */
static bool read_owned_text(struct reader *r, size_t len, char **out)
{
	struct bytes text;

	if (!read_bytes(r, len, &text) || (len && memchr(text.ptr, 0, len)))
		return false;
	*out = mem_new(len + 1);
	if (len)
		memcpy(*out, text.ptr, len);
	return true;
}

static bool read_ppk_id(struct reader *r, struct secret_entry *entry)
{
	uint8_t len;

	if (!read_u8(r, &len))
		return false;
	return len == 0 || (read_owned_text(r, len, &entry->ppk_id) &&
			    ppk_id_is_good(bytes_of_text(entry->ppk_id)));
}

static bool read_entry(struct reader *r, struct secret_entry *entry)
{
	struct bytes key;
	uint32_t key_len;
	uint16_t where_len;

	if (!read_identities(r, entry) || !read_ppk_id(r, entry) || !read_u32(r, &key_len) ||
	    key_len == 0 || key_len > PSK_LEN_MAX || !read_bytes(r, key_len, &key))
		return false;
	entry->key = secret_copy(key);
	return read_u16(r, &where_len) && where_len <= WHERE_MAX &&
	       read_owned_text(r, where_len, &entry->where);
}

bool secrets_read(struct bytes image, struct secrets *out)
{
	struct reader r = { image };
	struct secrets s = { 0 };
	uint32_t magic, count;
	bool ok = true;

	if (!read_u32(&r, &magic) || magic != IMAGE_MAGIC || !read_u32(&r, &count) ||
	    count > SECRETS_MAX || (size_t)count * IMAGE_ENTRY_MIN > r.left.len)
		return false;
	s.entries = count ? mem_new_array(count, sizeof(*s.entries)) : NULL;
	while (ok && s.count < count)
		ok = read_entry(&r, &s.entries[s.count++]);
	if (!ok || r.left.len) {
		secrets_done(&s);
		return false;
	}
	*out = s;
	return true;
}
