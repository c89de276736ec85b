/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The input as ipsec.secrets, as several files of it, and as the image of it that goes from the
 * keeper to pluto. What was read is the same after writing and reading its image.
 */
#include <string.h>

#include "base/buffer.h"
#include "base/must_check.h"
#include "conf/secrets.h"
#include "files.h"
#include "must.h"

static void must_be_equal(const struct secret_entry *a, const struct secret_entry *b)
{
	must(a->id_count == b->id_count && a->id_count <= SECRET_IDS_MAX);
	must(a->key.len > 0 && a->key.len <= PSK_LEN_MAX);
	must(bytes_equal_secret(secret_bytes(&a->key), secret_bytes(&b->key)));
	must(strcmp(a->where, b->where) == 0);
	must((a->ppk_id == NULL) == (b->ppk_id == NULL));
	must(a->ppk_id == NULL || (strcmp(a->ppk_id, b->ppk_id) == 0 &&
				   ppk_id_is_good(bytes_of_text(a->ppk_id))));
	for (size_t i = 0; i < a->id_count; i++)
		must(a->ids[i].type == b->ids[i].type && a->ids[i].len == b->ids[i].len &&
		     (a->ids[i].type == 0 || identity_equal(&a->ids[i], &b->ids[i])));
}

static void rewrite(const struct secrets *s)
{
	struct buffer image = { 0 };
	struct secrets again;

	secrets_write(s, &image);
	must(secrets_read(buffer_bytes(&image), &again));
	must(again.count == s->count);
	for (size_t i = 0; i < s->count; i++)
		must_be_equal(&s->entries[i], &again.entries[i]);
	secrets_done(&again);
	/* Every shorter image is refused. */
	for (size_t len = image.len < 64 ? 0 : image.len - 64; len < image.len; len++)
		must(!secrets_read(bytes_at(image.ptr, len), &again));
	buffer_wipe(&image);
}

/* Whoever is named finds a key or is told that there are two. */
static void find_all(const struct secrets *s)
{
	for (size_t i = 0; i < s->count && i < 16; i++) {
		const struct secret_entry *e = &s->entries[i];
		bool ambiguous = false;

		if (e->id_count < 2 || e->ids[0].type == 0 || e->ids[1].type == 0)
			continue;
		if (e->ppk_id == NULL)
			must(secrets_find(s, &e->ids[0], &e->ids[1], &ambiguous) != NULL ||
			     ambiguous);
		else
			must(secrets_find_ppk(s, &e->ids[0], &e->ids[1], (struct bytes) { 0 }) !=
			     NULL);
	}
}

static void try_secrets(struct secrets *s)
{
	must(s->count <= SECRETS_MAX);
	rewrite(s);
	find_all(s);
	secrets_done(s);
}

static void try_result(bool good, struct secrets *s, struct conf_errors *errors)
{
	must(good == (errors->count == 0));
	for (size_t i = 0; i < errors->count; i++)
		must(errors->list[i].text[0] != '\0');
	if (good)
		try_secrets(s);
	conf_errors_done(errors);
}

static void try_text(struct bytes text)
{
	struct conf_errors errors = { 0 };
	struct secrets s;
	bool good = secrets_parse("input", text, &s, &errors);

	try_result(good, &s, &errors);
}

/* Files that include one another; short, for they may do so 10000 times. */
static void try_files(struct bytes files)
{
	struct conf_errors errors = { 0 };
	struct secrets s;
	bool good;

	if (files.len > FILES_LEN_MAX)
		return;
	files_begin(files);
	good = secrets_load(FILES_FIRST, &s, &errors);
	try_result(good, &s, &errors);
	files_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secrets s;

	try_text(bytes_at(data, size));
	try_files(bytes_at(data, size));
	if (secrets_read(bytes_at(data, size), &s))
		try_secrets(&s);
	return 0;
}
