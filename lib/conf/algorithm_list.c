/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ike= and esp= say, once it is read: kept, compared and printed. */
#include <string.h>

#include "base/mem.h"
#include "conf/algorithm_names.h"
#include "conf/proposals.h"

void algorithm_list_done(struct algorithm_list *list)
{
	mem_free(list->list);
	*list = (struct algorithm_list) { 0 };
}

static size_t size_of(const struct algorithm_list *list)
{
	return list->count * sizeof(*list->list);
}

struct algorithm_list algorithm_list_copy(const struct algorithm_list *list)
{
	struct algorithm_list out = { .count = list->count };

	if (list->count == 0)
		return out;
	out.list = mem_new(size_of(list));
	memcpy(out.list, list->list, size_of(list));
	return out;
}

/* They are made field by field in zeroed room. */
bool algorithm_list_equal(const struct algorithm_list *a, const struct algorithm_list *b)
{
	return a->count == b->count &&
	       (a->count == 0 || memcmp(a->list, b->list, size_of(a)) == 0);
}

static void encrs_print(const struct algorithms *encrs, struct buffer *out)
{
	for (size_t i = 0; i < encrs->count; i++) {
		if (i > 0)
			write_text(out, "+");
		write_lower(out, encr_name_of(encrs->list[i].id));
		if (encrs->list[i].key_bits != 0)
			write_format(out, "_%u", encrs->list[i].key_bits);
	}
}

static void names_print(const struct algorithms *from, const char *(*name_of)(uint16_t id),
			const char *before, struct buffer *out)
{
	for (size_t i = 0; i < from->count; i++) {
		write_text(out, i == 0 ? before : "+");
		write_lower(out, name_of(from->list[i].id));
	}
}

static void addkes_print(const struct algorithm_proposal *p, struct buffer *out)
{
	for (size_t n = 0; n < ADDKE_MAX; n++) {
		for (uint8_t i = 0; i < p->addke[n].count; i++) {
			const char *name = ke_name_of(p->addke[n].ids[i]);

			if (i == 0)
				write_format(out, ";addke%zu=", n + 1);
			else
				write_text(out, "+");
			write_lower(out, name == NULL ? "none" : name);
		}
	}
}

void algorithm_list_print(enum proposal_kind kind, const struct algorithm_list *list,
			  struct buffer *out)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct algorithm_proposal *p = &list->list[i];

		if (i > 0)
			write_text(out, ",");
		encrs_print(&p->encr, out);
		names_print(&p->integ, integ_name_of, "-", out);
		if (kind == PROPOSAL_IKE)
			names_print(&p->prf, prf_name_of, "-", out);
		names_print(&p->ke, ke_name_of, "-", out);
		addkes_print(p, out);
	}
}
