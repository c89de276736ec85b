/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_SECRETS_H
#define PLUTO_KEEPER_SECRETS_H

#include "pluto/keeper/child.h"

/*
 * Reads ipsec.secrets in a child, which may trip over the file and takes what it read with it when
 * it ends. The parent never looks into the image.
 */
struct secrets_reader;

enum { SECRETS_SECONDS = 60, SECRETS_WAITING_MAX = 300 };

/* answer: the image for pluto where `good`, else the reasons, one per line. */
struct secrets_reader *secrets_reader_new(struct children *children, const char *path,
					  void (*answer)(void *context, uint64_t request, bool good,
							 struct bytes body),
					  void *context);
void secrets_reader_free(struct secrets_reader *r);

/* One read after the other; more than SECRETS_WAITING_MAX requests are refused at once. */
void secrets_reader_ask(struct secrets_reader *r, uint64_t request);

#endif
