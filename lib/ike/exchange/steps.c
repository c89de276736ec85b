/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol as a table: which message is taken in which state, and what comes of it. */

#include "ike/exchange/steps.h"

#define SA     PAYLOAD_BIT(PAYLOAD_SA)
#define KE     PAYLOAD_BIT(PAYLOAD_KE)
#define IDI    PAYLOAD_BIT(PAYLOAD_IDI)
#define IDR    PAYLOAD_BIT(PAYLOAD_IDR)
#define AUTH   PAYLOAD_BIT(PAYLOAD_AUTH)
#define NONCE  PAYLOAD_BIT(PAYLOAD_NONCE)
#define NOTIFY PAYLOAD_BIT(PAYLOAD_NOTIFY)
#define TS     (PAYLOAD_BIT(PAYLOAD_TSI) | PAYLOAD_BIT(PAYLOAD_TSR))

#define REQUEST  false
#define RESPONSE true

const struct step protocol_steps[] = {
	{ IKE_NONE, EXCHANGE_IKE_SA_INIT, REQUEST, SA | KE | NONCE, init_r_request,
	  IKE_INIT_RECEIVED, "first message of a peer" },
	{ IKE_INIT_SENT, EXCHANGE_IKE_SA_INIT, RESPONSE, SA | KE | NONCE, init_i_answer,
	  IKE_INIT_SENT, "the peer chose; keys are agreed off the loop, then IKE_AUTH is sent" },
	{ IKE_INIT_SENT, EXCHANGE_IKE_SA_INIT, RESPONSE, NOTIFY, init_i_refused, IKE_INIT_SENT,
	  "cookie wanted, other group wanted, or refused" },
	{ IKE_INTERMEDIATE_DUE, EXCHANGE_IKE_INTERMEDIATE, REQUEST, KE, intermediate_r_request,
	  IKE_INTERMEDIATE_DUE, "the next additional key exchange" },
	{ IKE_INTERMEDIATE_SENT, EXCHANGE_IKE_INTERMEDIATE, RESPONSE, KE, intermediate_i_answer,
	  IKE_INTERMEDIATE_SENT, "the peer's half of it; then the next, or IKE_AUTH is sent" },
	{ IKE_INTERMEDIATE_SENT, EXCHANGE_IKE_INTERMEDIATE, RESPONSE, NOTIFY,
	  intermediate_i_refused, IKE_INTERMEDIATE_SENT, "the peer does not go on" },
	{ IKE_INIT_ANSWERED, EXCHANGE_IKE_INTERMEDIATE, REQUEST, 0, intermediate_r_other,
	  IKE_INIT_ANSWERED, "for what we do not know: the answer is empty" },
	{ IKE_INIT_ANSWERED, EXCHANGE_IKE_AUTH, REQUEST, IDI | AUTH | SA | TS, auth_r_request,
	  IKE_ESTABLISHED, "the peer proves who it is and asks for the first Child SA" },
	{ IKE_INIT_ANSWERED, EXCHANGE_IKE_AUTH, REQUEST, IDI | AUTH, auth_r_childless,
	  IKE_ESTABLISHED, "the peer proves who it is and wants no Child SA yet (RFC 6023)" },
	{ IKE_AUTH_SENT, EXCHANGE_IKE_AUTH, RESPONSE, IDR | AUTH, auth_i_answer, IKE_ESTABLISHED,
	  "the peer proves who it is; the first Child SA, or why there is none" },
	{ IKE_AUTH_SENT, EXCHANGE_IKE_AUTH, RESPONSE, NOTIFY, auth_i_refused, IKE_AUTH_SENT,
	  "the peer does not accept us" },
	{ IKE_WITHDRAWN, EXCHANGE_IKE_AUTH, RESPONSE, IDR | AUTH, auth_i_withdrawn, IKE_DELETING,
	  "the peer has what is not wanted any more: it is deleted" },
	{ IKE_WITHDRAWN, EXCHANGE_IKE_AUTH, RESPONSE, NOTIFY, auth_i_refused, IKE_WITHDRAWN,
	  "the peer did not accept what is not wanted any more" },
	{ IKE_ESTABLISHED, EXCHANGE_CREATE_CHILD_SA, REQUEST, SA | NONCE | TS, child_r_request,
	  IKE_ESTABLISHED, "the peer asks for a Child SA: a clone, or another head" },
	{ IKE_ESTABLISHED, EXCHANGE_CREATE_CHILD_SA, REQUEST, SA | NONCE | KE,
	  rekey_ike_r_request, IKE_ESTABLISHED, "the peer wants a new IKE SA" },
	{ IKE_ESTABLISHED, EXCHANGE_CREATE_CHILD_SA, RESPONSE, SA | NONCE | TS, child_i_answer,
	  IKE_ESTABLISHED, "the peer made the Child SA that we asked for" },
	{ IKE_ESTABLISHED, EXCHANGE_CREATE_CHILD_SA, RESPONSE, SA | NONCE | KE,
	  rekey_ike_i_answer, IKE_ESTABLISHED, "the peer made the new IKE SA" },
	{ IKE_ESTABLISHED, EXCHANGE_CREATE_CHILD_SA, RESPONSE, 0, child_i_refused,
	  IKE_ESTABLISHED, "the peer refused the Child SA" },
	{ IKE_ESTABLISHED, EXCHANGE_IKE_FOLLOWUP_KE, REQUEST, KE | NOTIFY, followup_r_request,
	  IKE_ESTABLISHED, "the next additional key exchange of what the peer is making" },
	{ IKE_ESTABLISHED, EXCHANGE_IKE_FOLLOWUP_KE, RESPONSE, KE, followup_i_answer,
	  IKE_ESTABLISHED, "the peer's half of ours; then the next, or it is made" },
	{ IKE_ESTABLISHED, EXCHANGE_IKE_FOLLOWUP_KE, RESPONSE, 0, child_i_refused,
	  IKE_ESTABLISHED, "the peer does not go on with it" },
	{ IKE_ESTABLISHED, EXCHANGE_INFORMATIONAL, REQUEST, 0, informational_request,
	  IKE_ESTABLISHED, "deletes, notices, a sign of life" },
	{ IKE_ESTABLISHED, EXCHANGE_INFORMATIONAL, RESPONSE, 0, informational_answer,
	  IKE_ESTABLISHED, "our delete or sign of life was answered" },
	{ IKE_DELETING, EXCHANGE_INFORMATIONAL, REQUEST, 0, informational_request, IKE_DELETING,
	  "crosses our delete of the IKE SA" },
	{ IKE_DELETING, EXCHANGE_INFORMATIONAL, RESPONSE, 0, informational_answer, IKE_DELETING,
	  "the IKE SA is gone at the other end too" },
	{ IKE_DELETING, EXCHANGE_CREATE_CHILD_SA, REQUEST, 0, late_request, IKE_DELETING,
	  "too late for anything new" },
	{ IKE_DELETING, EXCHANGE_CREATE_CHILD_SA, RESPONSE, SA | NONCE | KE, rekey_ike_i_late,
	  IKE_DELETING, "the peer made the new IKE SA, which is closed like the old one" },
	{ IKE_DELETING, EXCHANGE_CREATE_CHILD_SA, RESPONSE, 0, late_answer, IKE_DELETING,
	  "an answer that nobody waits for any more" },
	{ IKE_DELETING, EXCHANGE_IKE_FOLLOWUP_KE, REQUEST, 0, late_request, IKE_DELETING,
	  "too late for what was half made" },
	{ IKE_DELETING, EXCHANGE_IKE_FOLLOWUP_KE, RESPONSE, KE, rekey_ike_i_late, IKE_DELETING,
	  "the same, with its last key exchange" },
	{ IKE_DELETING, EXCHANGE_IKE_FOLLOWUP_KE, RESPONSE, 0, late_answer, IKE_DELETING,
	  "an answer for what is not made any more" },
};

const size_t protocol_step_count = ARRAY_LEN(protocol_steps);

static bool same(const struct step *s, enum ike_state state, uint8_t exchange, bool response)
{
	return s->state == state && s->exchange == exchange && s->response == response;
}

const struct step *step_find(enum ike_state state, const struct message *m)
{
	bool response = (m->header.flags & FLAG_RESPONSE) != 0;
	uint32_t bits = message_payload_bits(m);

	for (size_t i = 0; i < protocol_step_count; i++) {
		const struct step *s = &protocol_steps[i];

		if (same(s, state, m->header.exchange, response) && (bits & s->must) == s->must)
			return s;
	}
	return NULL;
}

bool step_exists(enum ike_state state, uint8_t exchange, bool response)
{
	for (size_t i = 0; i < protocol_step_count; i++)
		if (same(&protocol_steps[i], state, exchange, response))
			return true;
	return false;
}
