/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cpus.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { RANGE_TEXT_MAX = 16 };

/* "5" or "5-7". */
static bool range_parse(const char *text, uint64_t *first, uint64_t *last)
{
	char start[RANGE_TEXT_MAX];
	const char *dash = strchr(text, '-');
	size_t len = dash == NULL ? strlen(text) : (size_t)(dash - text);

	if (len >= sizeof(start))
		return false;
	memcpy(start, text, len);
	start[len] = '\0';
	return text_to_u64(start, CPU_MAX - 1, first) &&
	       text_to_u64(dash == NULL ? start : dash + 1, CPU_MAX - 1, last) && *first <= *last;
}

bool cpus_parse(const char *text, uint16_t out[CPU_MAX], uint32_t *count)
{
	char *copy = mem_text(text), *save = NULL;
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	uint32_t n = 0;
	bool good = true;

	for (char *word = strtok_r(copy, ",\n", &save); good && word != NULL;
	     word = strtok_r(NULL, ",\n", &save)) {
		uint64_t first, last;

		good = range_parse(word, &first, &last) && last - first < CPU_MAX - n;
		for (uint64_t id = first; good && id <= last; id++)
			ids[n++] = (uint16_t)id;
	}
	if (good) {
		memcpy(out, ids, n * sizeof(*ids));
		*count = n;
	}
	mem_free(copy);
	mem_free(ids);
	return good;
}

void cpus_print(const uint16_t *ids, uint32_t count, struct buffer *out)
{
	for (uint32_t i = 0, last; i < count; i = last + 1) {
		last = i;
		while (last + 1 < count && ids[last + 1] == ids[last] + 1)
			last++;
		write_format(out, "%s%u", i == 0 ? "" : ",", ids[i]);
		if (last > i)
			write_format(out, "-%u", ids[last]);
	}
}
