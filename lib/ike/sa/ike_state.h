/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_SA_IKE_STATE_H
#define IKE_SA_IKE_STATE_H

#include <stdbool.h>
#include <stddef.h>

/* Where an IKE SA can be. ike_state_meaning() says what each is; docs/state-machine.md shows all. */
enum ike_state {
	IKE_NONE,
	IKE_NEW,
	IKE_INIT_SENT,
	IKE_INTERMEDIATE_SENT,
	IKE_AUTH_SENT,
	IKE_INIT_RECEIVED,
	IKE_INTERMEDIATE_DUE,
	IKE_INIT_ANSWERED,
	IKE_SUCCESSOR,
	IKE_ESTABLISHED,
	IKE_WITHDRAWN,
	IKE_DELETING,
	IKE_GONE,
	IKE_STATES /* how many */
};

/* For users, as status shows it; for programmers, the constant; and what it means. All static. */
const char *ike_state_name(enum ike_state state);
const char *ike_state_constant(enum ike_state state);
const char *ike_state_meaning(enum ike_state state);

/* A way from one state to another. Into IKE_GONE there is one from everywhere, and no row. */
struct ike_move {
	enum ike_state from, to;
	const char *when; /* for people; without the signs that Mermaid takes for its own */
};

extern const struct ike_move ike_moves[];
extern const size_t ike_move_count;

/* Is there such a way? To stay is one. */
bool ike_state_may_move(enum ike_state from, enum ike_state to);

#endif
