/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/ike_sa.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "ike/sa/assembly.h"
#include "ike/sa/followup.h"
#include "ike/sa/requests.h"
#include "ike/sa/world.h"

uint64_t ike_sa_own_spi(const struct ike_sa *sa)
{
	return sa->role == ROLE_INITIATOR ? sa->spi_i : sa->spi_r;
}

/* The key of the half-open table: the peer's SPI and its endpoint. */
struct peer_key {
	uint64_t spi_i;
	uint8_t ip[16];
	uint16_t family, port;
	uint32_t zero;
};

static struct peer_key peer_key(uint64_t spi_i, const struct endpoint *remote)
{
	struct peer_key key = {
		.spi_i = spi_i, .family = remote->address.family, .port = remote->port
	};

	memcpy(key.ip, remote->address.ip, sizeof(key.ip));
	return key;
}

bool ike_sa_peer_matches(const struct table_link *link, struct bytes key)
{
	const struct ike_sa *sa = TABLE_OBJECT(link, struct ike_sa, by_peer);
	struct peer_key own = peer_key(sa->spi_i, &sa->asked_from);

	return bytes_equal(bytes_at(&own, sizeof(own)), key);
}

/* Not 0, and not one of ours already. */
static uint64_t fresh_spi(struct world *w)
{
	uint64_t spi;

	do
		world_random(w, &spi, sizeof(spi));
	while (spi == 0 || ike_sa_find_spi(w, spi) != NULL);
	return spi;
}

struct ike_sa *ike_sa_new(struct world *w, enum sa_role role, uint64_t spi_i,
			  const struct endpoint *local, const struct endpoint *remote)
{
	struct ike_sa *sa = NEW(struct ike_sa);
	uint64_t own = fresh_spi(w);

	sa->id = w->next_id++;
	sa->serial = w->next_serial++;
	sa->role = role;
	sa->state = role == ROLE_INITIATOR ? IKE_NEW : IKE_INIT_RECEIVED;
	sa->spi_i = role == ROLE_INITIATOR ? own : spi_i;
	sa->spi_r = role == ROLE_INITIATOR ? 0 : own;
	sa->local = *local;
	sa->remote = *remote;
	sa->created = w->now;
	sa->peer_window = 1;
	sa->next_token = 1;
	world_random(w, &sa->next_iv, sizeof(sa->next_iv));
	list_init(&sa->requests);
	list_init(&sa->children);
	list_init(&sa->followups);
	list_init(&sa->assemblies);
	list_append(&w->ike_sas, &sa->link);
	w->ike_count++;
	table_add(&w->ike_by_id, bytes_at(&sa->id, sizeof(sa->id)), &sa->by_id);
	table_add(&w->ike_by_spi, bytes_at(&own, sizeof(own)), &sa->by_spi);
	return sa;
}

void ike_sa_enter_half_open(struct world *w, struct ike_sa *sa)
{
	struct peer_key key = peer_key(sa->spi_i, &sa->remote);

	sa->asked_from = sa->remote;
	sa->highest_request = sa->oldest_request = 1; /* IKE_SA_INIT was id 0 */
	table_add(&w->ike_by_peer, bytes_at(&key, sizeof(key)), &sa->by_peer);
	w->half_open++;
	w->guard.bytes += sa->kept;
}

void ike_sa_leave_half_open(struct world *w, struct ike_sa *sa)
{
	struct peer_key key = peer_key(sa->spi_i, &sa->asked_from);

	if (sa->role != ROLE_RESPONDER ||
	    table_find(&w->ike_by_peer, bytes_at(&key, sizeof(key))) != &sa->by_peer)
		return;
	table_remove(&w->ike_by_peer, &sa->by_peer);
	w->half_open--;
	w->guard.bytes -= sa->kept;
}

void ike_keys_done(struct ike_keys *k)
{
	struct secret *all[] = { &k->d, &k->ai, &k->ar, &k->ei, &k->er, &k->pi, &k->pr };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		secret_done(all[i]);
}

static struct bytes connection_key(const uint64_t *id)
{
	return bytes_at(id, sizeof(*id));
}

static void leave_connection(struct world *w, struct ike_sa *sa)
{
	groups_remove(&w->ike_by_connection, connection_key(&sa->connection), &sa->of_connection);
}

void ike_sa_join_peer(struct world *w, struct ike_sa *sa)
{
	uint8_t key[IDENTITY_KEY_MAX];

	groups_add(&w->ike_by_remote_id, identity_key(&sa->remote_id, key), &sa->of_peer);
}

static void leave_peer(struct world *w, struct ike_sa *sa)
{
	uint8_t key[IDENTITY_KEY_MAX];

	groups_remove(&w->ike_by_remote_id, identity_key(&sa->remote_id, key), &sa->of_peer);
}

void ike_sa_forget_initial(struct ike_sa *sa)
{
	ike_keys_done(&sa->old_keys);
	ike_keys_done(&sa->without_ppk);
	secret_done(&sa->int_auth_i);
	secret_done(&sa->int_auth_r);
	buffer_done(&sa->init_own);
	buffer_done(&sa->init_peer);
}

void ike_sa_free(struct world *w, struct ike_sa *sa)
{
	assert(list_empty(&sa->children));
	ike_sa_leave_half_open(w, sa);
	timer_stop(w, &sa->requests_timer);
	timer_stop(w, &sa->half_open_timer);
	timer_stop(w, &sa->life_timer);
	timer_stop(w, &sa->keepalive_timer);
	timer_stop(w, &sa->rekey_timer);
	timer_stop(w, &sa->liveness_timer);
	timer_stop(w, &sa->replies_timer);
	requests_drop_all(w, sa);
	assemblies_drop_all(w, sa);
	followups_free_all(w, sa);
	replies_done(sa);
	w->ike_count--;
	table_remove(&w->ike_by_id, &sa->by_id);
	table_remove(&w->ike_by_spi, &sa->by_spi);
	leave_connection(w, sa);
	leave_peer(w, sa);
	list_remove(&sa->link);
	ke_pair_done(&sa->pair);
	ike_keys_done(&sa->keys);
	ike_sa_forget_initial(sa);
	mem_free(sa->mobike);
	mem_free(sa);
}

void ike_sa_enter(struct ike_sa *sa, enum ike_state state)
{
	assert(ike_state_may_move(sa->state, state));
	sa->state = state;
}

struct ike_sa *ike_sa_find_id(const struct world *w, uint64_t id)
{
	struct table_link *link = table_find(&w->ike_by_id, bytes_at(&id, sizeof(id)));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct ike_sa, by_id);
}

struct ike_sa *ike_sa_find_spi(const struct world *w, uint64_t own_spi)
{
	struct table_link *link = table_find(&w->ike_by_spi, bytes_at(&own_spi, sizeof(own_spi)));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct ike_sa, by_spi);
}

struct ike_sa *ike_sa_find_peer(const struct world *w, uint64_t spi_i,
				const struct endpoint *remote)
{
	struct peer_key key = peer_key(spi_i, remote);
	struct table_link *link = table_find(&w->ike_by_peer, bytes_at(&key, sizeof(key)));

	return link == NULL ? NULL : TABLE_OBJECT(link, struct ike_sa, by_peer);
}

void ike_sa_set_connection(struct world *w, struct ike_sa *sa, uint64_t connection)
{
	leave_connection(w, sa);
	sa->connection = connection;
	groups_add(&w->ike_by_connection, connection_key(&connection), &sa->of_connection);
}

struct list *ike_sas_of_connection(struct world *w, uint64_t connection)
{
	struct list *members = groups_find(&w->ike_by_connection, connection_key(&connection));

	return members == NULL ? &w->connections.none : members;
}

struct list *ike_sas_of_peer(struct world *w, const struct ike_sa *sa)
{
	uint8_t key[IDENTITY_KEY_MAX];
	struct list *members =
		groups_find(&w->ike_by_remote_id, identity_key(&sa->remote_id, key));

	return members == NULL ? &w->connections.none : members;
}

bool ike_sa_is_only(struct world *w, const struct ike_sa *sa)
{
	LIST_FOR_EACH(link, ike_sas_of_peer(w, sa)) {
		const struct ike_sa *other = IKE_OF_PEER(link);

		if (other != sa && other->state != IKE_WITHDRAWN && other->state != IKE_DELETING &&
		    other->state != IKE_GONE &&
		    identity_equal(&other->local_id, &sa->local_id))
			return false;
	}
	return true;
}

struct connection *ike_sa_connection(const struct world *w, const struct ike_sa *sa)
{
	return connection_find_id(&w->connections, sa->connection);
}

const char *ike_sa_name(const struct world *w, const struct ike_sa *sa)
{
	const struct connection *c = ike_sa_connection(w, sa);

	return c == NULL ? NULL : c->name;
}

bool ike_sa_encapsulates(const struct ike_sa *sa, const struct connection *c)
{
	if (c->conf->encapsulation == ENCAPSULATION_NO)
		return false;
	return sa->nat_local || sa->nat_remote || c->conf->encapsulation == ENCAPSULATION_YES;
}
