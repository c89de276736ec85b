/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints docs/state-machine.md: the states of an IKE SA, the moves between them, and for each
 * state the messages that are taken there. Build: links libike and what it stands on.
 */
#include <stdio.h>

#include "ike/exchange/steps.h"

static const char head[] =
	"# The state machine of an IKE SA\n"
	"\n"
	"Made from lib/ike/exchange/steps.c and lib/ike/sa/ike_state.c by `make docs`; a unit test\n"
	"compares it with them. Change it there.\n"
	"\n"
	"A message reaches a row only when it is of this IKE SA, in the window, authentic (but for\n"
	"IKE_SA_INIT, which nothing protects) and well formed. The first row that has all its\n"
	"payloads takes it. A protected request of an exchange that has rows here, but with the\n"
	"payloads of none of them, is answered with INVALID_SYNTAX; every other message without a\n"
	"row is dropped. A request with an unknown critical payload is refused, such a response\n"
	"dropped. Where a row needs a key agreement first, its move comes when that is done.\n";

static void print_states(void)
{
	puts("\n## States\n\n| state | shown as | meaning |\n| --- | --- | --- |");
	for (enum ike_state s = IKE_NONE; s < IKE_STATES; s++)
		printf("| %s | %s | %s |\n", ike_state_constant(s), ike_state_name(s),
		       ike_state_meaning(s));
}

static void print_moves(void)
{
	puts("\n## Moves\n\n```mermaid\nstateDiagram-v2");
	for (size_t i = 0; i < ike_move_count; i++)
		printf("    %s --> %s: %s\n", ike_state_constant(ike_moves[i].from),
		       ike_state_constant(ike_moves[i].to), ike_moves[i].when);
	puts("```\n\nFrom each of them there is one more, to IKE_GONE: given up, refused, answered\n"
	     "or told to end. There is no other; ike_sa_enter() stops at an attempt.");
}

static void print_payloads(uint32_t bits)
{
	const char *between = "";

	if (bits == 0)
		fputs("any", stdout);
	for (int type = PAYLOAD_SA; bits >> (type - PAYLOAD_SA) != 0; type++) {
		if ((bits & PAYLOAD_BIT(type)) == 0)
			continue;
		printf("%s%s", between, payload_name(type));
		between = ", ";
	}
}

static void print_step(const struct step *s)
{
	printf("| %s | %s | ", exchange_name(s->exchange), s->response ? "response" : "request");
	print_payloads(s->must);
	printf(" | %s | %s |\n", s->what, s->next == s->state ? "" : ike_state_constant(s->next));
}

/* What is taken in one state; nothing for a state without rows. */
static void print_steps_of(enum ike_state state)
{
	bool begun = false;

	for (size_t i = 0; i < protocol_step_count; i++) {
		if (protocol_steps[i].state != state)
			continue;
		if (!begun)
			printf("\n### %s\n\n| exchange | message | payloads | what happens | next |\n"
			       "| --- | --- | --- | --- | --- |\n", ike_state_constant(state));
		begun = true;
		print_step(&protocol_steps[i]);
	}
}

int main(void)
{
	fputs(head, stdout);
	print_states();
	print_moves();
	puts("\n## Messages\n\nWhere `next` is empty the state stays. In states that are not here no\n"
	     "message is taken.");
	for (enum ike_state s = IKE_NONE; s < IKE_STATES; s++)
		print_steps_of(s);
	return fflush(stdout) == 0 ? 0 : 1;
}
