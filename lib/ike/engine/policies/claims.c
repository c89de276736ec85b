/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/engine/policies/claims.h"

#include "base/mem.h"
#include "ike/engine/set/set.h"

/* A pair of selectors as bytes without holes. */
struct claim_key {
	struct address addresses[4];
	uint16_t ports[4];
	uint16_t protocols[2];
};
_Static_assert(sizeof(struct claim_key) == 4 * sizeof(struct address) + 6 * sizeof(uint16_t),
	       "a hole in the key");

/* Owned by the set's list. */
struct claim {
	struct list of_pair, of_set;
	struct claim_key key;
	struct selector local, remote; /* the pair */
	struct clone_set *set;
	enum claim_kind kind;
};

#define CLAIM_OF_PAIR(link) LIST_OBJECT(link, struct claim, of_pair)
#define CLAIM_OF_SET(link)  LIST_OBJECT(link, struct claim, of_set)

static struct claim_key key_of(const struct traffic_pair *pair)
{
	const struct selector *a = pair->local, *b = pair->remote;

	return (struct claim_key) {
		{ a->start, a->end, b->start, b->end },
		{ a->port_start, a->port_end, b->port_start, b->port_end },
		{ a->protocol, b->protocol },
	};
}

static struct bytes key_bytes(const struct claim_key *key)
{
	return bytes_at(key, sizeof(*key));
}

/* Those on that pair, the oldest first, or NULL. */
static struct list *claims_on(const struct world *w, const struct traffic_pair *pair)
{
	struct claim_key key = key_of(pair);

	return groups_find(&w->claims, key_bytes(&key));
}

static struct claim *find(const struct world *w, const struct clone_set *set, enum claim_kind kind,
			  const struct traffic_pair *pair)
{
	struct list *claims = claims_on(w, pair);

	if (claims == NULL)
		return NULL;
	LIST_FOR_EACH(link, claims)
		if (CLAIM_OF_PAIR(link)->set == set && CLAIM_OF_PAIR(link)->kind == kind)
			return CLAIM_OF_PAIR(link);
	return NULL;
}

void claim_add(struct world *w, struct clone_set *set, enum claim_kind kind,
	       const struct traffic_pair *pair)
{
	struct claim *claim;

	if (find(w, set, kind, pair) != NULL)
		return;
	claim = NEW(struct claim);
	claim->key = key_of(pair);
	claim->local = *pair->local;
	claim->remote = *pair->remote;
	claim->set = set;
	claim->kind = kind;
	list_append(&set->claims, &claim->of_set);
	groups_add(&w->claims, key_bytes(&claim->key), &claim->of_pair);
}

static void drop(struct world *w, struct claim *claim)
{
	groups_remove(&w->claims, key_bytes(&claim->key), &claim->of_pair);
	list_remove(&claim->of_set);
	mem_free(claim);
}

void claim_drop(struct world *w, struct clone_set *set, enum claim_kind kind,
		const struct traffic_pair *pair)
{
	struct claim *claim = find(w, set, kind, pair);

	if (claim != NULL)
		drop(w, claim);
}

void claims_drop_all(struct world *w, struct clone_set *set)
{
	while (!list_empty(&set->claims))
		drop(w, CLAIM_OF_SET(set->claims.next));
}

struct clone_set *claim_owner(const struct world *w, const struct traffic_pair *pair)
{
	struct list *claims = claims_on(w, pair);

	return claims == NULL ? NULL : CLAIM_OF_PAIR(claims->prev)->set;
}

bool claim_is_there(const struct world *w, const struct clone_set *set, enum claim_kind kind,
		    const struct traffic_pair *pair)
{
	return find(w, set, kind, pair) != NULL;
}

/* By its identity: its address may be another one's tomorrow. */
static bool is_with(const struct world *w, const struct clone_set *set, const struct connection *c)
{
	return identity_equal(&set_connection(w, set)->remote_id, &c->remote_id);
}

/* It is within what `c` may have altogether, and so may be meant for others, too. */
static bool is_offered(const struct connection *c, const struct selector *remote)
{
	for (size_t i = 0; i < c->traffic.remote.count; i++)
		if (selector_contains(&c->traffic.remote.list[i], remote))
			return true;
	return false;
}

static bool meets(const struct claim *claim, const struct connection *c,
		  const struct traffic_pair *pair)
{
	struct selector common;

	return selector_intersect(&claim->local, pair->local, &common) &&
	       selector_intersect(&claim->remote, pair->remote, &common) &&
	       is_offered(c, &claim->remote);
}

static struct clone_set *overlapping(const struct world *w, const struct connection *c,
				     const struct traffic_pair *pair)
{
	LIST_FOR_EACH(link, &w->connections.all) {
		struct clone_set *set = LIST_OBJECT(link, struct connection, link)->set;

		LIST_FOR_EACH(inner, &set->claims)
			if (meets(CLAIM_OF_SET(inner), c, pair) && !is_with(w, set, c))
				return set;
	}
	return NULL;
}

struct clone_set *claim_of_another(const struct world *w, const struct connection *c,
				   const struct traffic *t, struct traffic_pair *pair)
{
	size_t at = 0;

	while (traffic_next(t, &at, pair)) {
		struct clone_set *set = claim_owner(w, pair);

		/* Those before it are of the same peer. */
		if (set != NULL && !is_with(w, set, c))
			return set;
		set = c->template != 0 && connection_narrows(c) ? overlapping(w, c, pair) : NULL;
		if (set != NULL)
			return set;
	}
	return NULL;
}
