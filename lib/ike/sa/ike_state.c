/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/ike_state.h"

#include "base/must_check.h"

#define STATE(constant, user, what) [constant] = { #constant, user, what }

static const struct {
	const char *constant, *name, *meaning;
} states[] = {
	STATE(IKE_NONE, "no IKE SA", "no IKE SA yet: a peer's first message"),
	STATE(IKE_NEW, "preparing IKE_SA_INIT request", "initiator: the key pair is being made"),
	STATE(IKE_INIT_SENT, "sent IKE_SA_INIT request",
	      "initiator: waits for the IKE_SA_INIT response, or works on it"),
	STATE(IKE_INTERMEDIATE_SENT, "sent IKE_INTERMEDIATE request",
	      "initiator: an additional key exchange is under way"),
	STATE(IKE_AUTH_SENT, "sent IKE_AUTH request",
	      "initiator: waits for the IKE_AUTH response"),
	STATE(IKE_INIT_RECEIVED, "received IKE_SA_INIT request",
	      "responder: key agreement under way"),
	STATE(IKE_INTERMEDIATE_DUE, "waiting for IKE_INTERMEDIATE request",
	      "responder: there are additional key exchanges before IKE_AUTH"),
	STATE(IKE_INIT_ANSWERED, "sent IKE_SA_INIT response",
	      "responder: waits for the IKE_AUTH request"),
	STATE(IKE_SUCCESSOR, "agreeing on a new IKE SA",
	      "agreed under an older IKE SA that it will replace; no messages yet"),
	STATE(IKE_ESTABLISHED, "established IKE SA", "authenticated; Child SAs live under it"),
	STATE(IKE_WITHDRAWN, "given up after IKE_AUTH request",
	      "initiator: closed by us, but the peer may have it: its answer is waited for"),
	STATE(IKE_DELETING, "deleting IKE SA",
	      "our Delete is on its way; everything else is over"),
	STATE(IKE_GONE, "deleted IKE SA", "freed when the call that found this out ends"),
};

const struct ike_move ike_moves[] = {
	{ IKE_NONE, IKE_NEW, "a connection is to come up" },
	{ IKE_NEW, IKE_INIT_SENT, "the key pair is there and IKE_SA_INIT is sent" },
	{ IKE_INIT_SENT, IKE_NEW, "the peer wants another group" },
	{ IKE_INIT_SENT, IKE_AUTH_SENT, "keys are agreed and IKE_AUTH is sent" },
	{ IKE_INIT_SENT, IKE_INTERMEDIATE_SENT, "keys are agreed, and there are more to come" },
	{ IKE_INTERMEDIATE_SENT, IKE_AUTH_SENT, "all keys are agreed and IKE_AUTH is sent" },
	{ IKE_AUTH_SENT, IKE_ESTABLISHED, "the IKE_AUTH response came" },
	{ IKE_NONE, IKE_INIT_RECEIVED, "the first message of a peer" },
	{ IKE_INIT_RECEIVED, IKE_INIT_ANSWERED, "keys are agreed and the answer is sent" },
	{ IKE_INIT_RECEIVED, IKE_INTERMEDIATE_DUE, "the answer is sent, and more keys are to come" },
	{ IKE_INTERMEDIATE_DUE, IKE_INIT_ANSWERED, "all keys are agreed" },
	{ IKE_INIT_ANSWERED, IKE_ESTABLISHED, "the IKE_AUTH request came" },
	{ IKE_NEW, IKE_SUCCESSOR, "we ask the peer to rekey the IKE SA" },
	{ IKE_INIT_RECEIVED, IKE_SUCCESSOR, "the peer asks us to rekey the IKE SA" },
	{ IKE_SUCCESSOR, IKE_ESTABLISHED, "the IKE SA is rekeyed" },
	{ IKE_AUTH_SENT, IKE_WITHDRAWN, "closed by us before the answer" },
	{ IKE_WITHDRAWN, IKE_DELETING, "the IKE_AUTH response came" },
	{ IKE_ESTABLISHED, IKE_DELETING, "closed by us, or replaced" },
};

const size_t ike_move_count = ARRAY_LEN(ike_moves);

const char *ike_state_name(enum ike_state state)
{
	return states[state].name;
}

const char *ike_state_constant(enum ike_state state)
{
	return states[state].constant;
}

const char *ike_state_meaning(enum ike_state state)
{
	return states[state].meaning;
}

bool ike_state_may_move(enum ike_state from, enum ike_state to)
{
	if (from == IKE_GONE)
		return false;
	if (from == to || to == IKE_GONE)
		return true;
	for (size_t i = 0; i < ike_move_count; i++)
		if (ike_moves[i].from == from && ike_moves[i].to == to)
			return true;
	return false;
}
