/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The input as a program (engine/program.h): two engines that have come to some point of a session,
 * then steps: messages lost, repeated, changed, invented, sealed under the live keys; time,
 * commands, kernel events. After each what engine_check() says must hold; in the end nothing may be
 * left.
 */
#include "base/must_check.h"
#include "engine/check.h"
#include "engine/program.h"
#include "must.h"

enum { NETWORK_MAX = 64 };

static void limit_network(struct pair *pair)
{
	size_t count = 0;

	for (const struct packet *packet = pair->network; packet != NULL; packet = packet->next)
		count++;
	if (count > NETWORK_MAX)
		pair_drop_all(pair);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char why[160];

	(void)argc;
	(void)argv;
	must(crypto_start(NULL, why, sizeof(why)) != CRYPTO_NOT_STARTED);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program p = { .commands = 0 };
	struct reader input = { bytes_at(data, size) };
	uint8_t session, cut, kind;
	uint32_t how;

	if (size > PROGRAM_MAX || !read_u32(&input, &how) || !read_u8(&input, &session) ||
	    !read_u8(&input, &cut))
		return 0;
	session_begin(&p, how, session, cut);
	for (int i = 0; i < STEPS_MAX && step_read(&input, &kind, &p.args.left); i++) {
		step_run(&p, kind);
		limit_network(p.pair);
		engine_check(&p.pair->west);
		engine_check(&p.pair->east);
	}
	session_end(&p);
	return 0;
}
