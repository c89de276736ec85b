/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host with a /proc and /sys of its own, in a folder. One at a time. */
#ifndef UNIT_VERIFY_MACHINE_H
#define UNIT_VERIFY_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "verify/host.h"

struct host *machine_new(void);  /* all is well, without devices or connections */
void machine_free(void);
void machine_write(const char *path, const char *text); /* below the root; folders are made */
void machine_conf(const char *text);    /* instead of what there was */
/* A card "eth1" with four queues, that hashes all; to be changed. */
struct device *machine_card(void);

/* What the area finds: a finding of that check with this verdict and these words, once. */
void assert_found(void (*check)(const struct host *h, struct findings *f), const char *word,
		  enum verdict verdict, const char *piece);
/* No finding of that check. */
void assert_silent(void (*check)(const struct host *h, struct findings *f), const char *word);

#endif
