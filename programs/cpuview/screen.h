/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CPUVIEW_SCREEN_H
#define CPUVIEW_SCREEN_H

#include "cpuview/rates.h"

/* How rates look on a screen. Pure: text in, with a line feed after each line. */

enum { SCREEN_WIDTH_MIN = 60, SCREEN_HEIGHT_MIN = 10 };

enum layout {
	LAYOUT_FIT,    /* a line for each CPU where all have room, else cells */
	LAYOUT_LINES,
	LAYOUT_CELLS   /* several CPUs in a line, with less of each */
};

struct view {
	uint32_t width, height; /* of the screen; height 0: as long as it takes */
	bool colour, live;      /* live: with a last line of keys */
	enum layout layout;
	size_t page;            /* the first is 0; past the last means the last */
};

/* What one picture is made of; borrowed. */
struct picture {
	const struct rates *rates;
	const struct nic_facts *nics;
	size_t nic_count;
	const struct sentences *sentences;
};

/* Draws the page and gives how many there are. No line is longer than the width. */
size_t screen_draw(const struct picture *p, const struct view *view, struct buffer *out);

#endif
