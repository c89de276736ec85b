/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_EXCHANGE_STEPS_H
#define IKE_EXCHANGE_STEPS_H

#include "ike/exchange/message.h"
#include "ike/sa/protect.h"
#include "ike/sa/requests.h"
#include "ike/sa/world.h"

/* What a handler makes of a message. Dispatch alone acts on it: moves the state, keeps the reply
 * for retransmission, ends the SA. */
enum outcome_kind {
	OUTCOME_DONE,   /* request: send what was written; response: the request is over */
	OUTCOME_WAIT,   /* a job is under way; the answer comes later */
	OUTCOME_REFUSE, /* request: answer with just this notify */
	OUTCOME_DROP,   /* as if it had never come */
	OUTCOME_KILL    /* the IKE SA ends; a request is answered first with what was written */
};

struct outcome {
	enum outcome_kind kind;
	uint16_t notify;        /* REFUSE */
	enum end_reason reason; /* KILL */
	const char *why;        /* KILL: a sentence for the log; static */
};

#define DONE             ((struct outcome) { .kind = OUTCOME_DONE })
#define WAIT_FOR_WORK    ((struct outcome) { .kind = OUTCOME_WAIT })
#define REFUSE(n)        ((struct outcome) { .kind = OUTCOME_REFUSE, .notify = (n) })
#define DROP             ((struct outcome) { .kind = OUTCOME_DROP })
#define KILL(r, text)    ((struct outcome) { .kind = OUTCOME_KILL, .reason = (r), .why = (text) })

/* One message for one handler. */
struct step_call {
	struct world *w;
	struct ike_sa *sa;        /* NULL in IKE_NONE */
	const struct message *m;
	struct reply *reply;      /* a request's; NULL for a first message */
	struct request *request;  /* that a response answers */
	struct inner *inner;      /* where a protected request's answer is written */
};

/* A row of the protocol. The first one that fits a message is taken. */
struct step {
	enum ike_state state;
	uint8_t exchange;
	bool response;
	uint32_t must;            /* PAYLOAD_BIT()s that have to be there */
	struct outcome (*handle)(struct step_call *call);
	enum ike_state next;      /* after OUTCOME_DONE */
	const char *what;         /* for people */
};

extern const struct step protocol_steps[];
extern const size_t protocol_step_count;

/* The row for a message in this state, or NULL. */
const struct step *step_find(enum ike_state state, const struct message *m);
/* Is there any row for this exchange and direction in this state, whatever its payloads? */
bool step_exists(enum ike_state state, uint8_t exchange, bool response);

/* The handlers, one file per exchange. */
struct outcome init_r_request(struct step_call *call);
struct outcome init_i_answer(struct step_call *call);
struct outcome init_i_refused(struct step_call *call);
struct outcome intermediate_r_request(struct step_call *call);
struct outcome intermediate_r_other(struct step_call *call);
struct outcome intermediate_i_answer(struct step_call *call);
struct outcome intermediate_i_refused(struct step_call *call);
struct outcome auth_r_request(struct step_call *call);
struct outcome auth_r_childless(struct step_call *call);
struct outcome auth_i_answer(struct step_call *call);
struct outcome auth_i_refused(struct step_call *call);
struct outcome auth_i_withdrawn(struct step_call *call);
struct outcome child_r_request(struct step_call *call);
struct outcome rekey_ike_r_request(struct step_call *call);
struct outcome rekey_ike_i_answer(struct step_call *call);
struct outcome rekey_ike_i_late(struct step_call *call);
struct outcome child_i_answer(struct step_call *call);
struct outcome child_i_refused(struct step_call *call);
struct outcome followup_r_request(struct step_call *call);
struct outcome followup_i_answer(struct step_call *call);
struct outcome informational_request(struct step_call *call);
struct outcome informational_answer(struct step_call *call);
struct outcome late_request(struct step_call *call);
struct outcome late_answer(struct step_call *call);

#endif
