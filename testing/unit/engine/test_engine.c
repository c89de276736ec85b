/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two engines, and what can go wrong between them: losses, refusals, events in an unlucky order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "ike/sa/child_sa.h"
#include "pair/engine_pair.h"
#include "provider.h"

static struct child_sa *child_of_slot(struct side *side, uint32_t slot)
{
	LIST_FOR_EACH(link, &pair_ike(side)->children) {
		struct child_sa *child = LIST_OBJECT(link, struct child_sa, link);

		if (child->slot == slot && !child->spare && child->state != CHILD_DRAINING)
			return child;
	}
	return NULL;
}

/* The peer of `to` deletes one of its Child SAs; the answer stays in the network. */
static void inject_delete(struct side *to, uint32_t spi)
{
	struct side *from = pair_other(to);
	struct buffer datagram = { 0 };
	struct inner inner;

	inner_start(&inner);
	payload_begin(&inner.writer, PAYLOAD_DELETE, false);
	delete_write(&inner.chain, PROTO_ESP, &spi, 1);
	payload_end(&inner.writer);
	pair_seal(from, EXCHANGE_INFORMATIONAL, false, pair_next_id(from), &inner, &datagram);
	inner_done(&inner);
	pair_inject(to, buffer_bytes(&datagram));
	buffer_done(&datagram);
}

/* As the peer of `to`: asks for a Child SA just like `like`, which belongs to that peer. */
static void inject_child(struct side *to, const struct child_sa *like, uint32_t spi,
			 bool resource_info)
{
	struct side *from = pair_other(to);
	uint8_t spi_bytes[4] = { (uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8),
				 (uint8_t)spi };
	uint8_t nonce[32] = { 1, 2, 3 };
	struct buffer datagram = { 0 };
	struct suite suite = like->suite;
	struct ke_pair pair = { 0 };
	struct inner inner;

	suite.number = 1;
	suite.ke = pair_ike(from)->suite.ke;
	assert_int_equal(ke_start(suite.ke, &pair), CRYPTO_OK);
	inner_start(&inner);
	if (resource_info)
		inner_notify(&inner, NOTIFY_SA_RESOURCE_INFO, BYTES_OF(spi_bytes));
	payload_begin(&inner.writer, PAYLOAD_SA, false);
	suite_write(&suite, PROTO_ESP, BYTES_OF(spi_bytes), &inner.chain);
	payload_end(&inner.writer);
	payload_begin(&inner.writer, PAYLOAD_NONCE, false);
	write_bytes(&inner.chain, BYTES_OF(nonce));
	payload_end(&inner.writer);
	payload_begin(&inner.writer, PAYLOAD_KE, false);
	ke_write(&inner.chain, (uint16_t)suite.ke->id,
		 ke_pair_public(&pair));
	payload_end(&inner.writer);
	payload_begin(&inner.writer, PAYLOAD_TSI, false);
	ts_write(&inner.chain, like->traffic.local.list, like->traffic.local.count);
	payload_end(&inner.writer);
	payload_begin(&inner.writer, PAYLOAD_TSR, false);
	ts_write(&inner.chain, like->traffic.remote.list, like->traffic.remote.count);
	payload_end(&inner.writer);
	pair_seal(from, EXCHANGE_CREATE_CHILD_SA, false, pair_next_id(from), &inner, &datagram);
	inner_done(&inner);
	ke_pair_done(&pair);
	pair_inject(to, buffer_bytes(&datagram));
	buffer_done(&datagram);
}

/* The notify of the last answer of `side`, which is taken. */
static uint16_t answered(struct side *side)
{
	struct buffer answer = { 0 };
	uint16_t notify;

	assert_true(pair_take(side, &answer));
	notify = pair_notify_of(pair_other(side), buffer_bytes(&answer));
	buffer_done(&answer);
	return notify;
}

static void test_up_and_down(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_up(pair);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	ike_engine_down(pair->west.engine, "t", 9, pair->now);
	pair_run(pair);
	assert_int_equal(pair_ike_count(&pair->west), 0);
	assert_int_equal(pair_ike_count(&pair->east), 0);
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
	pair_free(pair);
}

static void test_clones(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });

	(void)state;
	pair_up(pair);
	assert_int_equal(pair->west.kernel.sa_count, 6);
	assert_int_equal(pair->east.kernel.sa_count, 6);
	assert_int_equal(pair->west.kernel.policy_count, 3);
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
	pair_free(pair);
}

static bool loses_first_auth_answer(struct pair *pair, const struct packet *packet)
{
	return pair->lost == 0 && packet->bytes.ptr[18] == EXCHANGE_IKE_AUTH &&
	       (packet->bytes.ptr[19] & FLAG_RESPONSE) != 0;
}

static void test_lost_auth_answer(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair->loses = loses_first_auth_answer;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(pair->lost, 1);
	assert_int_equal(pair->west.commands_done, 1);
	assert_int_equal(pair->west.last_code, CONTROL_OK);
	assert_int_equal(pair->west.kernel.sa_count, 2);
	pair_free(pair);
}

/* The head goes while the key of a clone is being agreed: the clone must not come up headless.
 * `wish`: the set's own wish comes in between. */
static void head_deleted_while_clone_agrees(bool wish)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });
	const struct child_sa *head;

	pair_up(pair);
	head = child_of_slot(&pair->west, 0);
	assert_non_null(head);
	inject_child(&pair->east, head, 0x5000, true);
	inject_delete(&pair->east, head->spi_in);
	if (wish)
		ike_engine_on_time(pair->east.engine, pair->now);
	pair_run_jobs(pair);
	pair_drop_all(pair);
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair->east.kernel.sa_count % 2, 0);
	pair_free(pair);
}

static void test_head_deleted_while_clone_agrees(void **state)
{
	(void)state;
	head_deleted_while_clone_agrees(false);
	head_deleted_while_clone_agrees(true);
}

/* East has more CPUs and fills them; its last word is answered when its head is gone already. */
static void test_head_deleted_before_batch_ends(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=4\n" });
	struct buffer datagram = { 0 };
	struct inner inner;

	(void)state;
	pair_up(pair);
	for (int i = 0; i < 100 && !connection_find_name(&pair->east.engine->w.connections,
							  "t")->set->batch_sent; i++) {
		if (pair->network != NULL) {
			struct packet *packet = pair->network;

			pair->network = packet->next;
			packet->next = NULL;
			pair_inject(address_equal(&packet->to.address, &pair->east.address.address)
					    ? &pair->east : &pair->west,
				    buffer_bytes(&packet->bytes));
			buffer_done(&packet->bytes);
			free(packet);
		} else if (pair->jobs != NULL) {
			pair_run_jobs(pair);
		} else {
			int64_t next = ike_engine_deadline(pair->east.engine);

			pair->now = next > pair->now ? next : pair->now;
			ike_engine_on_time(pair->east.engine, pair->now);
		}
	}
	assert_true(connection_find_name(&pair->east.engine->w.connections, "t")->set->batch_sent);
	pair_drop_all(pair);
	inject_delete(&pair->east, child_of_slot(&pair->west, 0)->spi_in);
	inner_start(&inner);
	pair_seal(&pair->west, EXCHANGE_INFORMATIONAL, true,
		  pair_ike(&pair->east)->next_message_id - 1, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->east, buffer_bytes(&datagram));
	buffer_done(&datagram);
	pair_advance(pair, SECONDS(120));
	pair_free(pair);
}

/* West wants the set up; its head is gone and due again when the peer refuses a clone. */
static void test_refusal_after_head_is_gone(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });
	struct child_sa *clone;
	struct buffer datagram = { 0 };
	struct inner inner;
	uint32_t id;

	(void)state;
	pair_up(pair);
	clone = child_of_slot(&pair->west, 1);
	inject_delete(&pair->west, child_of_slot(&pair->east, 1)->spi_in);
	pair_drop_all(pair);
	for (int i = 0; i < 20 && child_of_slot(&pair->west, 1) == NULL; i++) {
		pair->now += MILLISECONDS(100);
		ike_engine_on_time(pair->west.engine, pair->now);
	}
	clone = child_of_slot(&pair->west, 1);
	assert_non_null(clone);
	pair_run_jobs(pair);
	id = pair_ike(&pair->west)->next_message_id - 1;
	pair_drop_all(pair);
	inject_delete(&pair->west, child_of_slot(&pair->east, 0)->spi_in);
	ike_engine_on_time(pair->west.engine, pair->now);
	pair->now += SECONDS(2);
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_NO_ADDITIONAL_SAS, (struct bytes) { 0 });
	pair_seal(&pair->east, EXCHANGE_CREATE_CHILD_SA, true, id, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->west, buffer_bytes(&datagram));
	buffer_done(&datagram);
	pair_drop_all(pair);
	pair_advance(pair, SECONDS(120));
	pair_free(pair);
}

/* A peer may replace its Child SA by one just like it, but not pile them up. */
static void test_heads_are_bounded(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });

	(void)state;
	pair_up(pair);
	for (uint32_t i = 0; i < 100; i++) {
		inject_child(&pair->east, child_of_slot(&pair->west, 0), 0x5000 + i, false);
		pair_run_jobs(pair);
		pair_drop_all(pair);
	}
	assert_in_range(pair_ike(&pair->east)->child_count, 1, 20);
	inject_child(&pair->east, child_of_slot(&pair->west, 0), 0x6000, false);
	pair_run_jobs(pair);
	assert_int_equal(answered(&pair->east), NOTIFY_NO_ADDITIONAL_SAS);
	pair_free(pair);
}

static bool loses_deletes_of_west(struct pair *pair, const struct packet *packet)
{
	return packet->bytes.ptr[18] == EXCHANGE_INFORMATIONAL &&
	       address_equal(&packet->from.address, &pair->west.address.address);
}

/* IKE SAs whose Child SA was refused replace one another, also when nobody deletes them. */
static void test_childless_ike_sas_are_bounded(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .east = " narrowing=no\n" });

	(void)state;
	pair_add(&pair->west, "conn t\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n"
			      " rightid=@east\n leftsubnet=10.0.0.0/8\n rightsubnet=10.9.0.0/16\n"
			      " authby=secret\n");
	pair->loses = loses_deletes_of_west;
	for (int i = 0; i < 5; i++) {
		ike_engine_up(pair->west.engine, "t", true, 0, pair->now);
		pair_advance(pair, SECONDS(1));
		ike_engine_down(pair->west.engine, "t", 3, pair->now);
	}
	assert_in_range(pair->west.reports[REPORT_REFUSED], 5, 100);
	assert_int_equal(pair_ike_count(&pair->east), 1);
	pair_free(pair);
}

/* A Delete of the IKE SA that is answered by another exchange is not answered. */
static void test_answer_of_another_exchange(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct buffer datagram = { 0 };
	struct inner inner;

	(void)state;
	pair_up(pair);
	ike_engine_down(pair->west.engine, "t", 9, pair->now);
	pair_drop_all(pair);
	inner_start(&inner);
	inner_notify(&inner, NOTIFY_NO_ADDITIONAL_SAS, (struct bytes) { 0 });
	pair_seal(&pair->east, EXCHANGE_CREATE_CHILD_SA, true,
		  pair_ike(&pair->west)->next_message_id - 1, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->west, buffer_bytes(&datagram));
	buffer_done(&datagram);
	pair->loses = NULL;
	pair_advance(pair, SECONDS(60));
	assert_int_equal(pair_ike_count(&pair->west), 0);
	pair_free(pair);
}

static const char other_conn[] =
	"conn u\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
	" leftsubnet=192.0.11.0/24\n rightsubnet=192.0.12.0/24\n authby=secret\n";

static struct child_sa likeness(struct side *side)
{
	struct connection *c = connection_find_name(&side->engine->w.connections, "u");
	struct child_sa like = *child_of_slot(side, 0);

	like.traffic = c->traffic;
	return like;
}

/* The peer puts the head of a second connection on the IKE SA of the first. */
static struct pair *pair_shared(void)
{
	struct pair *pair = pair_new(&(struct pair_setup) { 0 });
	struct child_sa like;

	pair_add(&pair->west, other_conn);
	pair_add(&pair->east, other_conn);
	pair_up(pair);
	like = likeness(&pair->west);
	inject_child(&pair->east, &like, 0x5000, false);
	pair_run_jobs(pair);
	assert_int_equal(answered(&pair->east), 0);
	pair_drop_all(pair);
	assert_int_equal(pair->east.kernel.sa_count, 4);
	return pair;
}

static void test_down_of_a_guest(void **state)
{
	struct pair *pair = pair_shared();

	(void)state;
	ike_engine_down(pair->east.engine, "u", 3, pair->now);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.policy_count, 3);
	assert_int_equal(pair_ike(&pair->east)->state, IKE_ESTABLISHED);
	pair_free(pair);
}

static void test_delete_of_a_guest(void **state)
{
	struct pair *pair = pair_shared();

	(void)state;
	ike_engine_delete(pair->east.engine, "u", 3, pair->now);
	assert_int_equal(pair->east.kernel.sa_count, 2);
	assert_int_equal(pair->east.kernel.policy_count, 3);
	pair_free(pair);
}

/* A guest that is wanted and loses its head gets an IKE SA of its own; its host stays. */
static void test_guest_loses_its_head(void **state)
{
	struct pair *pair = pair_shared();
	uint32_t serial = pair_ike(&pair->east)->serial;

	(void)state;
	ike_engine_up(pair->east.engine, "u", true, 3, pair->now);
	inject_delete(&pair->east, 0x5000);
	pair_drop_all(pair);
	pair_advance(pair, SECONDS(5));
	assert_int_equal(pair_ike_count(&pair->east), 2);
	assert_int_equal(LIST_OBJECT(pair->east.engine->w.ike_sas.next, struct ike_sa,
				     link)->serial, serial);
	assert_int_equal(pair->east.kernel.sa_count, 4);
	pair_free(pair);
}

/* The host's IKE SA goes: a guest that is wanted comes back. */
static void test_host_of_a_guest_goes(void **state)
{
	struct pair *pair = pair_shared();

	(void)state;
	ike_engine_up(pair->east.engine, "u", true, 3, pair->now);
	ike_engine_down(pair->east.engine, "t", 4, pair->now);
	pair_drop_all(pair); /* the Delete is lost for now */
	pair_advance(pair, SECONDS(10));
	assert_int_equal(connection_find_name(&pair->east.engine->w.connections, "u")
				 ->set->slots[0].state, SLOT_UP);
	pair_free(pair);
}

/* The host's connection is deleted: its IKE SA is the guest's from now on, and goes with it. */
static void test_guest_inherits_the_ike_sa(void **state)
{
	struct pair *pair = pair_shared();
	struct child_sa like = likeness(&pair->west);
	struct ike_sa *sa = pair_ike(&pair->east);

	(void)state;
	ike_engine_delete(pair->east.engine, "t", 4, pair->now);
	pair_drop_all(pair); /* the other end may not know yet */
	assert_ptr_equal(pair_ike(&pair->east), sa);
	assert_string_equal(ike_sa_name(&pair->east.engine->w, sa), "u");
	/* the peer is served, and we can ask for a new one */
	inject_child(&pair->east, &like, 0x6000, false);
	pair_run_jobs(pair);
	assert_int_equal(answered(&pair->east), 0);
	ike_engine_rekey(pair->east.engine, "u", REKEY_IKE, 5, pair->now);
	assert_int_equal(pair->east.last_code, CONTROL_OK);
	pair_drop_all(pair);
	ike_engine_down(pair->east.engine, "u", 6, pair->now);
	assert_int_equal(sa->state, IKE_DELETING);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair_free(pair);
}

static void test_down_while_a_clone_is_made(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });

	(void)state;
	pair_up(pair);
	inject_delete(&pair->west, child_of_slot(&pair->east, 1)->spi_in);
	pair_drop_all(pair);
	pair->hold_jobs = true;
	pair_advance(pair, SECONDS(2));
	assert_non_null(pair->jobs);
	ike_engine_down(pair->west.engine, "t", 4, pair->now);
	assert_int_equal(pair_ike(&pair->west)->state, IKE_DELETING);
	pair->hold_jobs = false;
	pair_run(pair);
	assert_int_equal(pair_ike_count(&pair->west), 0);
	assert_int_equal(pair->west.kernel.sa_count, 0);
	assert_int_equal(pair->east.kernel.sa_count, 0);
	pair_free(pair);
}

/* The n-th addition is refused, for every n, at either end: nothing is left half made. */
static void refuse_at(bool at_east, unsigned n, const char *more)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = more, .east = more });
	struct side *side = at_east ? &pair->east : &pair->west;

	side->kernel.refuse_in = n;
	ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
	pair_advance(pair, MILLISECONDS(500));
	if (pair->west.kernel.policy_count != 0 && pair->west.kernel.policy_count != 3)
		fail_msg("addition %u: %zu policies", n, pair->west.kernel.policy_count);
	if (pair->east.kernel.policy_count != 0 && pair->east.kernel.policy_count != 3)
		fail_msg("addition %u: %zu policies", n, pair->east.kernel.policy_count);
	ike_engine_down(pair->west.engine, "t", 8, pair->now);
	ike_engine_down(pair->east.engine, "t", 9, pair->now);
	pair_advance(pair, SECONDS(1));
	assert_int_equal(pair->west.kernel.sa_count + pair->east.kernel.sa_count, 0);
	assert_int_equal(pair->west.kernel.policy_count + pair->east.kernel.policy_count, 0);
	assert_int_equal(pair->west.kernel.errors + pair->east.kernel.errors, 0);
	assert_int_equal(pair_ike_count(&pair->west) + pair_ike_count(&pair->east), 0);
	assert_int_equal(pair->west.commands_done, 2);
	pair_free(pair);
}

static void test_kernel_refuses(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 10; n++)
		for (int at_east = 0; at_east < 2; at_east++) {
			refuse_at(at_east, n, " clones=2\n");
			refuse_at(at_east, n, " clones=2\n pfs=no\n");
			refuse_at(at_east, n, " type=tunnel\n");
		}
}

static unsigned lose_this;

static bool loses_nth(struct pair *pair, const struct packet *packet)
{
	(void)packet;
	return --lose_this == 0 && pair->now > 0;
}

/* Whichever single datagram is lost, the set comes up and goes down. */
static void test_any_datagram_lost(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 20; n++) {
		struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
								     .east = " clones=2\n" });

		lose_this = n;
		pair->loses = loses_nth;
		ike_engine_up(pair->west.engine, "t", false, 7, pair->now);
		pair_advance(pair, SECONDS(20));
		assert_int_equal(pair->west.last_code, CONTROL_OK);
		assert_int_equal(pair->west.kernel.sa_count, 6);
		assert_int_equal(pair->east.kernel.sa_count, 6);
		ike_engine_down(pair->west.engine, "t", 8, pair->now);
		pair_advance(pair, SECONDS(40));
		assert_int_equal(pair_ike_count(&pair->west) + pair_ike_count(&pair->east), 0);
		pair_free(pair);
	}
}

/* A Delete for a clone whose key this end has not agreed yet. */
static void test_deleted_while_agreed(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=2\n",
							     .east = " clones=2\n" });
	struct child_sa *half;
	uint32_t serial;

	(void)state;
	pair_up(pair);
	inject_delete(&pair->west, child_of_slot(&pair->east, 1)->spi_in);
	pair_drop_all(pair);
	for (int i = 0; i < 20 && pair->jobs == NULL; i++) {
		pair->now += MILLISECONDS(100);
		ike_engine_on_time(pair->west.engine, pair->now);
	}
	/* key pair, request, answer; the agreement waits */
	pair_run_jobs(pair);
	pair->hold_jobs = true;
	while (pair->network != NULL || pair->jobs != NULL) {
		struct side *side = pair->jobs != NULL && (pair->jobs->ike_sa & 1) == 0
					    ? &pair->west : NULL;

		if (side != NULL)
			break;
		pair_run_jobs(pair);
		pair_run(pair);
	}
	half = NULL;
	LIST_FOR_EACH(link, &pair_ike(&pair->west)->children)
		if (LIST_OBJECT(link, struct child_sa, link)->state == CHILD_NEGOTIATING)
			half = LIST_OBJECT(link, struct child_sa, link);
	assert_non_null(half);
	serial = half->serial;
	inject_delete(&pair->west, half->spi_out);
	pair_run_jobs(pair);
	LIST_FOR_EACH(link, &pair_ike(&pair->west)->children)
		assert_int_not_equal(LIST_OBJECT(link, struct child_sa, link)->serial, serial);
	pair->hold_jobs = false;
	pair_drop_all(pair);
	pair_free(pair);
}

/* East answers west's request for a clone with a net that is smaller than the head's. */
static void answer_narrower(struct pair *pair, const struct child_sa *clone)
{
	struct side *east = &pair->east;
	uint8_t spi[4] = { 0, 1, 2, 3 }, nonce[32] = { 9 };
	struct suite suite = child_of_slot(east, 0)->suite;
	struct selector small = clone->traffic.local.list[0];
	struct buffer datagram = { 0 };
	struct inner inner;

	small.end = small.start;
	inner_start(&inner);
	payload_begin(&inner.writer, PAYLOAD_SA, false);
	suite_write(&suite, PROTO_ESP, BYTES_OF(spi), &inner.chain);
	payload_end(&inner.writer);
	payload_begin(&inner.writer, PAYLOAD_NONCE, false);
	write_bytes(&inner.chain, BYTES_OF(nonce));
	payload_end(&inner.writer);
	payload_begin(&inner.writer, PAYLOAD_TSI, false);
	ts_write(&inner.chain, &small, 1);
	payload_end(&inner.writer);
	payload_begin(&inner.writer, PAYLOAD_TSR, false);
	ts_write(&inner.chain, clone->traffic.remote.list, 1);
	payload_end(&inner.writer);
	pair_seal(east, EXCHANGE_CREATE_CHILD_SA, true,
		  pair_ike(&pair->west)->next_message_id - 1, &inner, &datagram);
	inner_done(&inner);
	pair_inject(&pair->west, buffer_bytes(&datagram));
	buffer_done(&datagram);
}

/* The head's policies would send it what the peer's clone does not take. */
static void test_clone_narrower_than_its_head(void **state)
{
	struct pair *pair = pair_new(&(struct pair_setup) { .west = " clones=1\n pfs=no\n",
							     .east = " clones=1\n pfs=no\n" });

	(void)state;
	pair_up(pair);
	inject_delete(&pair->west, child_of_slot(&pair->east, 1)->spi_in);
	for (int i = 0; i < 20 && child_of_slot(&pair->west, 1) == NULL; i++) {
		pair->now += MILLISECONDS(100);
		ike_engine_on_time(pair->west.engine, pair->now);
	}
	pair_drop_all(pair);
	assert_non_null(child_of_slot(&pair->west, 1));
	answer_narrower(pair, child_of_slot(&pair->west, 1));
	assert_null(child_of_slot(&pair->west, 1));
	/* the head, and what may still arrive on the clone that was deleted */
	assert_int_equal(pair->west.kernel.sa_count, 3);
	assert_int_equal(pair_ike(&pair->west)->state, IKE_ESTABLISHED);
	pair_drop_all(pair);
	pair_free(pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up_and_down),
		cmocka_unit_test(test_clones),
		cmocka_unit_test(test_lost_auth_answer),
		cmocka_unit_test(test_head_deleted_while_clone_agrees),
		cmocka_unit_test(test_head_deleted_before_batch_ends),
		cmocka_unit_test(test_refusal_after_head_is_gone),
		cmocka_unit_test(test_heads_are_bounded),
		cmocka_unit_test(test_childless_ike_sas_are_bounded),
		cmocka_unit_test(test_answer_of_another_exchange),
		cmocka_unit_test(test_down_of_a_guest),
		cmocka_unit_test(test_delete_of_a_guest),
		cmocka_unit_test(test_guest_loses_its_head),
		cmocka_unit_test(test_host_of_a_guest_goes),
		cmocka_unit_test(test_guest_inherits_the_ike_sa),
		cmocka_unit_test(test_down_while_a_clone_is_made),
		cmocka_unit_test(test_kernel_refuses),
		cmocka_unit_test(test_any_datagram_lost),
		cmocka_unit_test(test_deleted_while_agreed),
		cmocka_unit_test(test_clone_narrower_than_its_head),
	};

	return cmocka_run_group_tests(tests, provider_start, provider_stop);
}
