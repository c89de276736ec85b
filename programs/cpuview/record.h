/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CPUVIEW_RECORD_H
#define CPUVIEW_RECORD_H

#include "cpuview/screen.h"

/* The picture as an object of JSON (docs/control.md); the caller's. */
json_t *picture_record(const struct picture *p);

#endif
