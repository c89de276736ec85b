/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/algorithm_names.h"

#include <ctype.h>

#include "crypto/names.h"

void write_lower(struct buffer *out, const char *name)
{
	for (; *name != '\0'; name++)
		write_u8(out, (uint8_t)tolower((unsigned char)*name));
}

const char *encr_name_of(uint16_t id)
{
	const struct encr_desc *desc = encr_find(id);

	return desc == NULL ? NULL : desc->name;
}

const char *prf_name_of(uint16_t id)
{
	const struct prf_desc *desc = prf_find(id);

	return desc == NULL ? NULL : desc->name;
}

const char *integ_name_of(uint16_t id)
{
	const struct integ_desc *desc = integ_find(id);

	return desc == NULL ? NULL : desc->name;
}

const char *ke_name_of(uint16_t id)
{
	const struct ke_desc *desc = ke_find(id);

	return desc == NULL ? NULL : desc->name;
}

const char *ke_usable_name_of(uint16_t id)
{
	const struct ke_desc *desc = ke_find(id);

	return desc == NULL || ke_missing(desc) != NULL ? NULL : desc->name;
}

void write_names(struct buffer *out, const char *(*name_of)(uint16_t id))
{
	bool first = true;

	for (uint16_t id = 1; id < NUMBERS_MAX; id++) {
		const char *name = name_of(id);

		if (name == NULL)
			continue;
		if (!first)
			write_text(out, ", ");
		write_lower(out, name);
		first = false;
	}
}
