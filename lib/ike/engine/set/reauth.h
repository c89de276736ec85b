/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_REAUTH_H
#define IKE_ENGINE_REAUTH_H

#include "ike/engine/set/set.h"

/*
 * An IKE SA is replaced: by new keys (rekey_ike()), or where reauth=yes by a whole new one, which
 * takes over from it. What is under way already is not begun twice; what
 * fails is tried again.
 */
void reauth_or_rekey(struct world *w, struct ike_sa *sa);

#endif
