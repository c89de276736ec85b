/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_CONN_CONNECTION_H
#define IKE_CONN_CONNECTION_H

#include "base/groups.h"
#include "conf/conf.h"
#include "crypto/names.h"
#include "net/traffic.h"

struct clone_set;

/* "NAME-1[2] 192.1.2.45" at most */
enum { CONNECTION_NAME_MAX = CONN_NAME_MAX + 2 * 12 + ADDRESS_TEXT_MAX };

/*
 * A loaded connection, seen from our side: left and right are gone. Owned by the connections
 * table; others keep its id and look it up.
 *
 * One whose peers may have any address is a template. It is never up. For each peer that has proven
 * who it is there is an instance of it, a connection with that peer (ike/conn/instance.h).
 */
struct connection {
	struct list link;              /* of struct connections, in the order of loading */
	struct table_link by_name, by_id;
	struct list by_hosts;          /* of those between the same two hosts; while oriented */
	struct list by_ends;           /* of those among them with the same remote_id */
	struct list by_reqid, by_alias;
	uint64_t id;
	const struct conf_conn *conf;  /* of `configured`, or of its template's */
	const char *name;              /* conf->name; of an instance with number and peer behind it */
	struct conf_conn *configured;  /* owned; NULL in an instance */
	char *own_name;                /* owned; NULL but in an instance */
	uint64_t template;             /* id of what it is an instance of; 0: it is none */
	uint32_t number;               /* among those of its template: from 1 on; 0: it is none */
	uint32_t last_number, instance_count; /* a template's */
	struct list instances;         /* a template's, the oldest first */
	struct list of_template, by_peer, idle; /* an instance's */
	enum conf_orientation orientation;
	struct address local_host;
	struct address remote_host;    /* a template has none */
	struct identity local_id;
	struct identity remote_id;     /* type 0 in a template: whoever has a key */
	struct traffic traffic;        /* what the configuration allows; owned. A template's depends on
	                                  the peer: connection_traffic() */
	uint32_t reqid;
	uint32_t priority;             /* of its policies */
	bool routed;                   /* a trap is wished for */
	struct traffic_packet trigger; /* of its traffic, for which it is being brought up; or none */
	bool keep;                     /* auto=keep: once it is up it is supposed to be up */
	bool keep_up;                  /* supposed to be up: re-made when it is lost */
	uint64_t ike_sa;               /* id of the IKE SA that carries or makes the set; 0: none */
	struct clone_set *set;         /* owned by the engine, made with the connection */
};

struct connections {
	struct list all;
	struct table by_name, by_id;
	struct groups by_hosts, by_ends, by_reqid, by_alias, by_peer;
	struct list none;
	uint64_t next_id;
	uint32_t next_reqid;
	uint32_t count;
};

enum { REQID_FIRST_AUTO = 16384 }; /* below are those that a person may choose */

void connections_init(struct connections *all, const uint8_t seed[16]);
void connections_done(struct connections *all); /* all connections must be gone */

/* Takes *conf. The name must be free. */
struct connection *connection_new(struct connections *all, struct conf_conn *conf);
/* Of a template all instances must be gone. */
void connection_free(struct connections *all, struct connection *c);

/* Not an instance: those go by their template's. */
struct connection *connection_find_name(const struct connections *all, const char *name);
/* Those with that alias, the oldest first; of each link CONNECTION_OF_ALIAS(). */
struct list *connections_of_alias(struct connections *all, const char *alias);
#define CONNECTION_OF_ALIAS(link) LIST_OBJECT(link, struct connection, by_alias)

/* Of automatic ones: none that is in use. */
uint32_t connections_fresh_reqid(struct connections *all);

struct connection *connection_find_id(const struct connections *all, uint64_t id);
/* The oldest with that reqid, or NULL. */
struct connection *connection_find_reqid(const struct connections *all, uint32_t reqid);

/* Of one member of its clone set: "NAME-1", of an instance with number and peer behind it. Without
 * clones= its own. Into `out`, which is returned. */
const char *connection_member_name(const struct connection *c, uint32_t member,
				   char out[CONNECTION_NAME_MAX]);

/* Finds which end is ours and fills the fields that depend on it. */
void connection_orient(struct connections *all, struct connection *c, const struct address *own,
		       size_t count);
bool connection_is_oriented(const struct connection *c);

/* The connections between these hosts, the oldest first; of each link CONNECTION_BETWEEN(). */
struct list *connections_between(struct connections *all, const struct address *local,
				 const struct address *remote);
#define CONNECTION_BETWEEN(link) LIST_OBJECT(link, struct connection, by_hosts)

/* What a peer at `remote` may mean that calls us at `local`: those between the two, then our
 * templates, the oldest first. */
struct connection_walk {
	struct list *heads[4], *link;
	unsigned at, count;
	bool by_ends;
};
struct connection_walk connections_for_peer(struct connections *all, const struct address *local,
					    const struct address *remote);
/* Of those only the ones that it may mean once it says who it is: first those for that id, then those
 * for whoever has a key. */
struct connection_walk connections_for_id(struct connections *all, const struct address *local,
					  const struct address *remote,
					  const struct identity *peer);
struct connection *connection_walk_next(struct connection_walk *walk); /* NULL after the last */

bool connection_is_template(const struct connection *c);

/* Whether the connection has these ids, or is for everybody; local_id NULL: whoever we are. */
bool connection_has_ids(const struct connection *c, const struct identity *local_id,
			const struct identity *remote_id);

/* The end's options that depend on the side. */
const struct conf_end *connection_local_end(const struct connection *c);

/* The ends may agree on less than the configuration has. */
bool connection_narrows(const struct connection *c);

/*
 * What of the offered traffic this connection may have (RFC 7296 2.9), in *out, which is the
 * caller's. Without narrowing all of ours must be among it. *cut: some of what was offered, and is
 * ours, had to go. false: TS_UNACCEPTABLE.
 */
MUST_CHECK bool connection_narrow(const struct connection *c, const struct traffic *offered,
				  struct traffic *out, bool *cut);
/* The same for a template too, with a peer at that address. */
MUST_CHECK bool connection_narrow_for(const struct connection *c, const struct address *peer,
				      const struct traffic *offered, struct traffic *out, bool *cut);
/* Whether it may have any. */
bool connection_takes(const struct connection *c, const struct address *peer,
		      const struct traffic *offered);
/* What its configuration allows a peer at that address; the caller's. */
struct traffic connection_traffic(const struct connection *c, const struct address *peer);

/* libreswan's formula: the narrower the selectors, the lower the number, the earlier it matches. */
uint32_t policy_priority(const struct selector *local, const struct selector *remote);

#endif
