/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which changes of the kernel's SAs hold a port, and which release it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pluto/daemon/ports.h"

enum { NAT_PORT = 4500, CLONE_PORT = 51234, OTHER_PORT = 60000 };

static char said[64];

static void say(const char *word, const struct endpoint *local)
{
	char where[ENDPOINT_TEXT_MAX];

	strncat(said, word, sizeof(said) - strlen(said) - 1);
	strncat(said, endpoint_print(local, where), sizeof(said) - strlen(said) - 1);
}

/* In place of the sockets. */
void udp_hold(struct udp *udp, const struct endpoint *local)
{
	(void)udp;
	say("+", local);
}

void udp_release(struct udp *udp, const struct endpoint *local)
{
	(void)udp;
	say("-", local);
}

static const struct {
	const char *what;
	enum kernel_verb verb;
	enum kernel_direction direction;
	bool encapsulated, stays_encapsulated;
	uint16_t port, next_port;
	const char *said;
	int result;
} rows[] = {
	{ "a clone is added", KERNEL_SA_ADD, KERNEL_OUT, true, false, CLONE_PORT, 0,
	  "+192.0.2.1:UDP/51234", 0 },
	{ "a head is", KERNEL_SA_ADD, KERNEL_OUT, true, false, NAT_PORT, 0, "", 0 },
	{ "one that is not in UDP is", KERNEL_SA_ADD, KERNEL_OUT, false, false, CLONE_PORT, 0, "", 0 },
	{ "what receives is", KERNEL_SA_ADD, KERNEL_IN, true, false, CLONE_PORT, 0, "", 0 },
	{ "a clone goes", KERNEL_SA_DELETE, KERNEL_OUT, true, false, CLONE_PORT, 0,
	  "-192.0.2.1:UDP/51234", 0 },
	{ "what receives goes", KERNEL_SA_DELETE, KERNEL_IN, true, false, CLONE_PORT, 0, "", 0 },
	{ "it moves to another port", KERNEL_SA_MOVE, KERNEL_OUT, true, true, CLONE_PORT,
	  OTHER_PORT, "+192.0.2.2:UDP/60000-192.0.2.1:UDP/51234", 0 },
	{ "to that of IKE", KERNEL_SA_MOVE, KERNEL_OUT, true, true, CLONE_PORT, NAT_PORT,
	  "-192.0.2.1:UDP/51234", 0 },
	{ "from there", KERNEL_SA_MOVE, KERNEL_OUT, true, true, NAT_PORT, CLONE_PORT,
	  "+192.0.2.2:UDP/51234", 0 },
	{ "out of UDP", KERNEL_SA_MOVE, KERNEL_OUT, true, false, CLONE_PORT, CLONE_PORT,
	  "-192.0.2.1:UDP/51234", 0 },
	{ "what receives moves", KERNEL_SA_MOVE, KERNEL_IN, true, true, CLONE_PORT, OTHER_PORT,
	  "", 0 },
	{ "one cannot be added", KERNEL_SA_ADD, KERNEL_OUT, true, false, CLONE_PORT, 0, "", -EINVAL },
	{ "the kernel took it out before", KERNEL_SA_DELETE, KERNEL_OUT, true, false, CLONE_PORT, 0,
	  "-192.0.2.1:UDP/51234", -ESRCH },
	{ "the kernel keeps it", KERNEL_SA_DELETE, KERNEL_OUT, true, false, CLONE_PORT, 0, "",
	  -ETIMEDOUT },
	{ "it cannot be moved", KERNEL_SA_MOVE, KERNEL_OUT, true, true, CLONE_PORT, OTHER_PORT, "",
	  -EEXIST },
	{ "it is looked at", KERNEL_SA_QUERY, KERNEL_OUT, true, false, CLONE_PORT, 0, "", 0 },
};

static void what_sends_from_a_port_of_its_own_holds_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kernel_change change = { .verb = rows[i].verb,
						.result = rows[i].result };

		print_message("%s\n", rows[i].what);
		said[0] = '\0';
		change.sa.direction = rows[i].direction;
		change.sa.encapsulated = rows[i].encapsulated;
		change.sa.encap_source_port = rows[i].port;
		change.to.encapsulated = rows[i].stays_encapsulated;
		change.to.encap_source_port = rows[i].next_port;
		assert_true(address_parse("192.0.2.1", &change.sa.source));
		assert_true(address_parse("192.0.2.2", &change.to.source));
		ports_follow(NULL, &change, NAT_PORT);
		assert_string_equal(said, rows[i].said);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_sends_from_a_port_of_its_own_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
