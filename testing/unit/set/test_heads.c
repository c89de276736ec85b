/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels that keep clones by the head between two hosts: it comes first, and there is one set's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "pair/path_facts.h"
#include "provider.h"

#define CLONES(name, right, id)                                                                 \
	"conn " name "\n left=192.1.2.45\n right=" right "\n leftid=@west\n rightid=" id "\n"   \
	" leftsubnet=192.0.1.0/24\n rightsubnet=192.0.3.0/24\n authby=secret\n clones=2\n"

static unsigned clones_named(struct side *side, const char *name)
{
	struct connection *c = connection_find_name(&side->engine->w.connections, name);

	assert_non_null(c);
	return c->conf->clones.kind == CLONES_NO ? 0 : c->set->count - 1;
}

static void the_second_set_between_two_hosts_goes_without_clones(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							    .east = " clones=2\n" });
	struct side *west = &pair->west;

	(void)state;
	pair_add(west, CLONES("free", "192.1.2.23", "@east"));
	assert_int_equal(clones_named(west, "free"), 2);
	west->facts.clones_need_head = true;
	pair_add(west, CLONES("second", "192.1.2.23", "@east"));
	assert_int_equal(clones_named(west, "second"), 0);
	assert_non_null(strstr(west->last, "WARNING: goes without clones"));
	assert_non_null(strstr(west->last, "\"t\""));
	pair_add(west, CLONES("elsewhere", "192.1.2.99", "@other"));
	assert_int_equal(clones_named(west, "elsewhere"), 2);
	pair_up(pair);
	assert_int_equal(pair_shared_sas(pair), 6);
	pair_free(pair);
}

/* Of what one end sends, the n-th request or answer that makes an SA is lost. */
static struct {
	const struct side *sender;
	unsigned n;
} lost;

static bool loses_nth(struct pair *pair, const struct packet *packet)
{
	(void)pair;
	return packet->sender == lost.sender &&
	       packet->bytes.ptr[18] == EXCHANGE_CREATE_CHILD_SA && lost.n > 0 && --lost.n == 0;
}

/* A kernel that moves no SAs: the set is rekeyed between its new ends, in whatever order the
 * network lets it. */
static void clones_at_new_ends_wait_for_their_head(void **state)
{
	const char *const away[PAIR_OWN_MAX] = { "192.1.2.46" };

	(void)state;
	for (unsigned i = 0; i < 2 * SET; i++) {
		struct pair *pair = pair_mobile(false);

		pair->west.facts.clones_need_head = pair->east.facts.clones_need_head = true;
		lost.sender = i % 2 == 0 ? &pair->west : &pair->east;
		lost.n = 1 + i / 2;
		pair->loses = loses_nth;
		pair_set_own(&pair->west, away);
		pair_advance(pair, SECONDS(60));
		assert_int_equal(lost.n, 0);
		pair_assert_set_at(pair, "192.1.2.46", "192.1.2.23");
		pair_free(pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_set_between_two_hosts_goes_without_clones),
		cmocka_unit_test(clones_at_new_ends_wait_for_their_head),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
