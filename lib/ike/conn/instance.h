/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_CONN_INSTANCE_H
#define IKE_CONN_INSTANCE_H

#include "ike/conn/connection.h"

/*
 * Instances of a template: connections with one peer each, who has proven who it is. They share the
 * template's configuration, so that they go before it does, and are found by their peer's identity,
 * since it may come from anywhere. They have no name of their own to be found by.
 */

/* With a peer that is at that address now. */
struct connection *instance_new(struct connections *all, struct connection *template,
				const struct identity *peer, const struct address *address);

/* The oldest of that template with that peer, or NULL. */
struct connection *instance_find(const struct connections *all, const struct connection *template,
				 const struct identity *peer);
struct connection *instance_find_number(const struct connection *template, uint32_t number);
#define INSTANCE_OF_TEMPLATE(link) LIST_OBJECT(link, struct connection, of_template)

/* Its peer is at another address now. What they may send each other is the same. */
void instance_move(struct connection *c, const struct address *address);

/* connection_free()'s part of it; nothing for other connections. */
void instance_leave(struct connections *all, struct connection *c);

#endif
