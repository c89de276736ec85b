/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_ENGINE_PROGRAM_H
#define FUZZ_ENGINE_PROGRAM_H

#include "base/reader.h"
#include "pair/engine_pair.h"

/*
 * The input of fuzz_engine is a program. A head says how the two engines are set up (four bytes of
 * options), which session they have with each other (one byte) and how far that has come when the
 * steps begin (one byte: packets and jobs). Then come steps: the kind, with bit 7 at east; two bytes
 * of length; so many bytes of arguments. Arguments that are not there are zeros.
 */
enum {
	PROGRAM_HEAD = 6, STEP_HEAD = 3, PROGRAM_MAX = 8192, STEPS_MAX = 32, ARGS_MAX = 2048,
	STEP_EAST = 0x80, SESSIONS = 30, WHOLE_SESSION = 255
};

enum step_kind {
	STEP_DELIVER,       /* the oldest packet arrives */
	STEP_REPEAT,        /* the same, and it stays in the network */
	STEP_TRANSLATE,     /* the same through a NAT that changes ports: what is added to them */
	STEP_REPLAY,        /* one that arrived long ago, counted back; bit 7: at its sender */
	STEP_LOSE,          /* the side's newest packet */
	STEP_LOSE_ALL,
	STEP_REST,          /* everything happens that can without time */
	STEP_JOBS,
	STEP_TIME,          /* which duration */
	STEP_CLOCK,         /* the same, but nothing arrives and no job ends: how long */
	STEP_CHANGE,        /* the side's newest packet, which stays, arrives with bytes changed */
	STEP_DATAGRAM,      /* this arrives */
	STEP_SEALED,        /* a message is made and sealed: IKE SA, exchange, id, payloads */
	STEP_CHAIN,         /* the same, inside it these bytes, the first type before them */
	STEP_CHANGE_INSIDE, /* the newest packet to the side, with bytes changed inside SK */
	STEP_RESHAPE,       /* the same with payloads left out, repeated, moved and put in */
	STEP_COMMAND,       /* a user's: which */
	STEP_ADD,           /* a connection, or another in place of one: which */
	STEP_FRAGMENT,      /* a fragment is sealed: exchange, number, total, first type, text */
	STEP_KERNEL,        /* refusals, traffic, acquires, expiries */
	STEP_MAPPING,       /* ESP comes from elsewhere: of which SA, from which port */
	STEP_MOVE,          /* it has other addresses: which */
	STEP_CRASH,         /* it starts again and knows nothing */
	STEP_NAT,           /* the NAT forgets, and has other ports: what is added to them */
	STEP_SEE,           /* somebody asks for the status */
	STEP_RELOAD,        /* other secrets, other addresses */
	STEP_PROVIDER,      /* so many of the next jobs fail */
	STEP_CPUS,          /* these CPUs are online, as bits; 0: all */
	STEP_RESIZE,        /* the connection has another clones=: which */
	STEP_KINDS
};

/* The exchanges by the number that sealed steps have for them. */
#define STEP_EXCHANGES                                                              \
	EXCHANGE_CREATE_CHILD_SA, EXCHANGE_INFORMATIONAL, EXCHANGE_IKE_AUTH,              \
		EXCHANGE_IKE_INTERMEDIATE, EXCHANGE_IKE_FOLLOWUP_KE, EXCHANGE_IKE_SA_INIT

enum { REPLAYS = 16 };

struct program {
	struct reader args; /* of the step */
	struct pair *pair;
	struct side *side;  /* whom the step is about */
	uint64_t commands;
	int64_t time_left;  /* what may still pass */
	struct packet arrived[REPLAYS]; /* a ring */
	unsigned arrived_count;
};

/* The next byte of arguments. */
uint8_t program_next(struct program *p);

/* Splits the next step off a program. false: there is none. Any bytes at all are a program. */
MUST_CHECK bool step_read(struct reader *input, uint8_t *kind, struct bytes *args);
void step_write(struct buffer *out, uint8_t kind, struct bytes args);

/* The other connection that some setups and steps have. */
extern const char other_conn[];

/* Two engines as the head says, and their session up to where it says. */
void session_begin(struct program *p, uint32_t how, uint8_t session, uint8_t cut);
void session_end(struct program *p);

/* It has other addresses from now on. */
void side_move(struct side *side, uint8_t where);
/* It loses everything and starts again. */
void side_crash(struct side *side);

/* The oldest packet arrives; and stays if `keep`. */
void packet_arrives(struct program *p, bool keep);

/* Steps with messages; the others are in steps.c. */
void step_change(struct program *p);
void step_datagram(struct program *p);
void step_sealed(struct program *p);
void step_chain(struct program *p);
void step_change_inside(struct program *p);
void step_reshape(struct program *p);
void step_fragment(struct program *p);
void step_replay(struct program *p);

void step_run(struct program *p, uint8_t kind);

#endif
