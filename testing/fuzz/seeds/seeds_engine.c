/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seeds_engine DIR: programs for fuzz_engine: one for each session, some with steps, and what hosts of
 * the simulation said to each other, said to an engine with a session of its own.
 */
#include <stdio.h>

#include "base/must_check.h"
#include "../engine/payloads.h"
#include "../engine/program.h"
#include "../must.h"
#include "seed_file.h"
#include "traffic.h"

/* How the two are set up: the clones of both, and which options. */
#define SET_UP(clones, options)                                                           \
	0, (options) >> 14 & 255, (options) >> 6 & 255, ((options) << 2 & 255) | (clones)
/* Their sessions, of engine/session.c. */
enum { NOTHING, UP, UP_FROM_EAST, UP_BOTH, UP_AND_WAIT, DOWN };

#define STEP(kind, ...)                                                                   \
	(kind), 0, sizeof((const uint8_t[]) { __VA_ARGS__ }), __VA_ARGS__
#define EAST(kind, ...) STEP((kind) | STEP_EAST, __VA_ARGS__)

/* What a sealed step begins with: which IKE SA, the exchange, and the change of the message id. */
#define CREATE_CHILD           0, 0, 0
#define CREATE_CHILD_ANSWER    0, 0x80, 0
#define INFORMATIONAL          0, 1, 0
#define INFORMATIONAL_ANSWER   0, 0x81, 0
/* and goes on with: how many payloads, and which */
#define CHILD_PAYLOADS         READY_SA, 36, READY_NONCE, READY_KE, 0, READY_TSI, 0, READY_TSR, 0
#define GUEST_PAYLOADS         READY_SA, 36, READY_NONCE, READY_KE, 0, READY_TSI, 2, READY_TSR, 2

#define PROGRAM(...) BYTES_OF(((const uint8_t[]) { __VA_ARGS__ }))

static const struct {
	const char *name;
	struct bytes program;
} programs[] = {
	{ "by-hand",
	  PROGRAM(SET_UP(1, 0), NOTHING, 0, STEP(STEP_COMMAND, 0), STEP(STEP_JOBS, 0),
		  STEP(STEP_DELIVER, 0), STEP(STEP_JOBS, 0), STEP(STEP_DELIVER, 0),
		  STEP(STEP_JOBS, 0), STEP(STEP_DELIVER, 0), STEP(STEP_DELIVER, 0),
		  STEP(STEP_REST, 0), STEP(STEP_TIME, 3), STEP(STEP_COMMAND, 2),
		  STEP(STEP_REST, 0)) },
	{ "deleted-child",
	  PROGRAM(SET_UP(1, 0x1), UP_AND_WAIT, WHOLE_SESSION,
		  EAST(STEP_SEALED, INFORMATIONAL, 1, READY_DELETE, 0), STEP(STEP_REST, 0),
		  STEP(STEP_TIME, 3), EAST(STEP_COMMAND, 2), STEP(STEP_REST, 0)) },
	{ "clones",
	  PROGRAM(SET_UP(2, 0), UP_AND_WAIT, WHOLE_SESSION,
		  EAST(STEP_SEALED, CREATE_CHILD, 6, READY_CLONE, CHILD_PAYLOADS),
		  STEP(STEP_JOBS, 0), STEP(STEP_REST, 0),
		  EAST(STEP_SEALED, CREATE_CHILD, 6, READY_CLONE, CHILD_PAYLOADS),
		  STEP(STEP_JOBS, 0), EAST(STEP_SEE, 0)) },
	{ "cpus",
	  PROGRAM(SET_UP(2, 0), UP_AND_WAIT, WHOLE_SESSION, EAST(STEP_CPUS, 0x1),
		  STEP(STEP_REST, 0), STEP(STEP_CPUS, 0x2), STEP(STEP_REST, 0),
		  STEP(STEP_TIME, 3), EAST(STEP_CPUS, 0xf), STEP(STEP_TIME, 3),
		  STEP(STEP_SEE, 0)) },
	{ "resized",
	  PROGRAM(SET_UP(2, 0), UP_AND_WAIT, WHOLE_SESSION, STEP(STEP_RESIZE, 3),
		  STEP(STEP_REST, 0), STEP(STEP_RESIZE, 0), STEP(STEP_TIME, 3),
		  EAST(STEP_RESIZE, 6), STEP(STEP_TIME, 4), STEP(STEP_SEE, 0)) },
	{ "rekeyed-child",
	  PROGRAM(SET_UP(0, 0), UP, WHOLE_SESSION,
		  EAST(STEP_SEALED, CREATE_CHILD, 6, READY_REKEY, 0, CHILD_PAYLOADS),
		  STEP(STEP_REST, 0), STEP(STEP_TIME, 4)) },
	{ "rekeyed-ike",
	  PROGRAM(SET_UP(1, 0), UP, WHOLE_SESSION,
		  EAST(STEP_SEALED, CREATE_CHILD, 3, READY_SA_IKE, 36, READY_NONCE, READY_KE, 0),
		  STEP(STEP_JOBS, 0), STEP(STEP_REST, 0), STEP(STEP_TIME, 5)) },
	{ "changed-auth",
	  PROGRAM(SET_UP(1, 0), UP, 4, STEP(STEP_CLOCK, 9),
		  EAST(STEP_CHANGE_INSIDE, 0, 1, 0, 40, 7, 0), STEP(STEP_JOBS, 0),
		  STEP(STEP_REST, 0), STEP(STEP_TIME, 4)) },
	{ "reshaped-auth",
	  PROGRAM(SET_UP(1, 0), UP, 4, EAST(STEP_RESHAPE, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1,
					    READY_STATUS, 1), STEP(STEP_REST, 0)) },
	{ "changed-first",
	  PROGRAM(SET_UP(1, 0x8), UP, 1, STEP(STEP_CHANGE, 1, 0, 30, 1), STEP(STEP_REPEAT, 0),
		  STEP(STEP_REST, 0), STEP(STEP_TIME, 2), STEP(STEP_REPLAY, 1),
		  STEP(STEP_REPLAY, 0x82), STEP(STEP_SEE, 0)) },
	{ "crossing-deletes",
	  PROGRAM(SET_UP(1, 0), DOWN, 8, STEP(STEP_SEALED, INFORMATIONAL_ANSWER, 0),
		  STEP(STEP_SEALED, INFORMATIONAL, 1, READY_DELETE_IKE), STEP(STEP_REST, 0)) },
	{ "refused-child",
	  PROGRAM(SET_UP(1, 0x30), UP, WHOLE_SESSION, STEP(STEP_COMMAND, 0),
		  STEP(STEP_KERNEL, 0x20), STEP(STEP_TIME, 5), STEP(STEP_KERNEL, 0x13),
		  STEP(STEP_REST, 0),
		  STEP(STEP_SEALED, CREATE_CHILD_ANSWER, 1, READY_ERROR, 35),
		  STEP(STEP_REST, 0)) },
	{ "guest",
	  PROGRAM(SET_UP(0, 0x10000), UP, WHOLE_SESSION,
		  EAST(STEP_SEALED, CREATE_CHILD, 5, GUEST_PAYLOADS), STEP(STEP_JOBS, 0),
		  STEP(STEP_LOSE_ALL, 0), EAST(STEP_COMMAND, 0x32), STEP(STEP_TIME, 2),
		  STEP(STEP_SEE, 0)) },
	{ "replaced",
	  PROGRAM(SET_UP(0, 0x40), UP, WHOLE_SESSION, STEP(STEP_ADD, 0), EAST(STEP_ADD, 0),
		  STEP(STEP_COMMAND, 0x30), STEP(STEP_REST, 0), STEP(STEP_COMMAND, 0x36),
		  STEP(STEP_REST, 0), STEP(STEP_ADD, 2), STEP(STEP_COMMAND, 0),
		  STEP(STEP_KERNEL, 2), STEP(STEP_TIME, 6), STEP(STEP_SEE, 0)) },
	{ "behind-a-nat",
	  PROGRAM(SET_UP(1, 0x10), NOTHING, 0, STEP(STEP_COMMAND, 0), STEP(STEP_JOBS, 0),
		  STEP(STEP_TRANSLATE, 0x30), STEP(STEP_JOBS, 0), STEP(STEP_TRANSLATE, 3),
		  STEP(STEP_JOBS, 0), STEP(STEP_DELIVER, 0), STEP(STEP_DELIVER, 0),
		  STEP(STEP_TIME, 4), STEP(STEP_TIME, 5), STEP(STEP_RELOAD, 1),
		  STEP(STEP_COMMAND, 0), STEP(STEP_PROVIDER, 1), EAST(STEP_RELOAD, 128),
		  STEP(STEP_REST, 0)) },
	{ "routed",
	  PROGRAM(SET_UP(0, 0), UP_BOTH, WHOLE_SESSION, STEP(STEP_TIME, 1),
		  STEP(STEP_COMMAND, 3), STEP(STEP_COMMAND, 4), STEP(STEP_COMMAND, 6),
		  EAST(STEP_TIME, 7)) },
	{ "fragments",
	  PROGRAM(SET_UP(0, 0), UP, WHOLE_SESSION, STEP(STEP_FRAGMENT, 3, 1, 2, 0, 0, 0, 0),
		  STEP(STEP_FRAGMENT, 3, 2, 2, 0, 8, 0, 0, 0, 0),
		  EAST(STEP_FRAGMENT, 3, 1, 1, 0), STEP(STEP_REST, 0),
		  EAST(STEP_FRAGMENT, 0x13, 1, 3, 41, 1, 2, 3), STEP(STEP_TIME, 5)) },
	{ "another-mapping",
	  PROGRAM(SET_UP(1, 0x20000), UP, WHOLE_SESSION, STEP(STEP_NAT, 0x11),
		  EAST(STEP_MAPPING, 0, 17), STEP(STEP_TIME, 2), STEP(STEP_TIME, 4),
		  EAST(STEP_MAPPING, 2, 99, 1), STEP(STEP_REST, 0)) },
	{ "another-mapping-immobile",
	  PROGRAM(SET_UP(0, 0x60200), UP_AND_WAIT, WHOLE_SESSION, STEP(STEP_NAT, 0x21),
		  STEP(STEP_TIME, 4), STEP(STEP_TIME, 5)) },
	{ "childless-ppk",
	  PROGRAM(SET_UP(0, 0x3000), UP_BOTH, WHOLE_SESSION, STEP(STEP_RELOAD, 3),
		  EAST(STEP_COMMAND, 2), STEP(STEP_COMMAND, 0), STEP(STEP_REST, 0)) },
	{ "additional-keys",
	  PROGRAM(SET_UP(1, 2), UP, WHOLE_SESSION, STEP(STEP_COMMAND, 7), STEP(STEP_REST, 0),
		  EAST(STEP_COMMAND, 0x87), STEP(STEP_JOBS, 0), STEP(STEP_LOSE, 0),
		  STEP(STEP_TIME, 5)) },
	{ "additional-keys-half",
	  PROGRAM(SET_UP(1, 3), UP, 7, STEP(STEP_CHANGE, 1, 0, 60, 1), STEP(STEP_REPLAY, 1),
		  EAST(STEP_RESHAPE, 0, 1), STEP(STEP_REST, 0)) },
	{ "followed-up",
	  PROGRAM(SET_UP(0, 2), UP, WHOLE_SESSION, STEP(STEP_COMMAND, 7), STEP(STEP_JOBS, 0),
		  STEP(STEP_DELIVER, 0), STEP(STEP_JOBS, 0),
		  EAST(STEP_SEALED, 0, 4, 0, 2, READY_KE, 0, READY_LINK), STEP(STEP_JOBS, 0),
		  STEP(STEP_REST, 0), STEP(STEP_TIME, 4)) },
	{ "mobile",
	  PROGRAM(SET_UP(1, 0x4000), UP, WHOLE_SESSION, STEP(STEP_MOVE, 1), STEP(STEP_REST, 0),
		  EAST(STEP_MOVE, 2), STEP(STEP_TIME, 3), STEP(STEP_MOVE, 3), STEP(STEP_TIME, 4),
		  STEP(STEP_MOVE, 0), STEP(STEP_LOSE_ALL, 0), STEP(STEP_TIME, 5)) },
	{ "silent",
	  PROGRAM(SET_UP(1, 0xe80), UP, WHOLE_SESSION, STEP(STEP_CLOCK, 9), STEP(STEP_CLOCK, 9),
		  STEP(STEP_LOSE_ALL, 0), STEP(STEP_TIME, 5), STEP(STEP_KERNEL, 0x21),
		  STEP(STEP_TIME, 6), STEP(STEP_TIME, 7)) },
};

static const char *dir;
static unsigned written;

/* Every session, whole and up to a point. */
static void write_sessions(void)
{
	for (unsigned i = 0; i < SESSIONS; i++) {
		const uint8_t whole[] = { SET_UP(1, 0xc000), (uint8_t)i, WHOLE_SESSION,
					  STEP(STEP_TIME, 5) };
		const uint8_t half[] = { SET_UP(2, 0), (uint8_t)i, (uint8_t)(12 + i),
					 STEP(STEP_LOSE, 0), STEP(STEP_REST, 0) };
		const uint8_t keys[] = { SET_UP(1, 2), (uint8_t)i, (uint8_t)(24 + i),
					 STEP(STEP_REST, 0), STEP(STEP_TIME, 4) };
		char name[32];

		snprintf(name, sizeof(name), "keys-session-%u", i);
		seed_write(dir, name, BYTES_OF(keys));
		snprintf(name, sizeof(name), "whole-session-%u", i);
		seed_write(dir, name, BYTES_OF(whole));
		snprintf(name, sizeof(name), "half-session-%u", i);
		seed_write(dir, name, BYTES_OF(half));
	}
}

/* Of an IKE SA: sealed under the keys of a session. A first message: to who has none. */
static void on_message(const struct tap *tap, struct bytes plain)
{
	static const uint8_t exchanges[] = { STEP_EXCHANGES };
	bool response = (tap->header.flags & FLAG_RESPONSE) != 0;
	const uint8_t head[] = { SET_UP(1, 0), tap->sealed ? UP : NOTHING, WHOLE_SESSION };
	struct buffer program = { 0 }, args = { 0 };
	uint8_t exchange = 0;
	char name[32];

	if (plain.len > ARGS_MAX - 8)
		return;
	while (exchange + 1U < ARRAY_LEN(exchanges) && exchanges[exchange] != tap->header.exchange)
		exchange++;
	write_bytes(&program, BYTES_OF(head));
	if (tap->sealed) {
		write_u8(&args, 0);
		write_u8(&args, (uint8_t)(exchange | (response ? 0x80 : 0)));
		write_u8(&args, 0);
		write_bytes(&args, plain);
		step_write(&program, STEP_CHAIN | STEP_EAST, buffer_bytes(&args));
	} else {
		step_write(&program, STEP_DATAGRAM | STEP_EAST, tap->message);
	}
	step_write(&program, STEP_REST, (struct bytes) { 0 });
	snprintf(name, sizeof(name), "traffic-%u", written++);
	seed_write(dir, name, buffer_bytes(&program));
	buffer_done(&args);
	buffer_done(&program);
}

int main(int argc, char **argv)
{
	dir = seed_dir(argc, argv);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		seed_write(dir, programs[i].name, programs[i].program);
	write_sessions();
	traffic_each(on_message);
	return 0;
}
