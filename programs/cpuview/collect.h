/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CPUVIEW_COLLECT_H
#define CPUVIEW_COLLECT_H

#include "cpuview/screen.h"

/* Where it all comes from. */
struct source {
	const char *path; /* pluto's socket */
	const char *root; /* of /proc and /sys: "" but in tests */
};

/*
 * Asks pluto and the host: *out is new then. Else the code that the program ends with (33: pluto is
 * not there), *out is empty and `why` is a sentence.
 */
MUST_CHECK int collect(const struct source *source, struct sample *out, struct buffer *why);

/* Two samples, and what follows from them. Zeroed is empty. */
struct scene {
	struct sample before, now;
	struct rates rates;
	struct nic_facts nics[DEVICES_MAX];
	size_t nic_count;
	struct sentences sentences;
};
/* The next sample (taken over) becomes `now`; with the first there are no rates yet: false. */
bool scene_advance(struct scene *s, struct sample *next, const char *root);
struct picture scene_picture(const struct scene *s);
void scene_done(struct scene *s);

#endif
