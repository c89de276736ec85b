/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/check.h"
#include "conf/expand.h"

#include <stdio.h>
#include <string.h>

struct check {
	const struct conf_conn *conn;
	const struct conn_places *places;
	struct conf_errors *errors;
};

static bool is_given(const struct check *check, const char *option)
{
	return (check->conn->given >> conf_option_index(option) & 1) != 0;
}

/* At the option where it is written, else at the connection. */
static void complain(const struct check *check, const char *option, const char *text)
{
	const struct place *place = &check->places->options[conf_option_index(option)];
	char where[PLACE_TEXT_MAX];

	if (place->file == NULL)
		place = &check->places->conn;
	conf_errors_add(check->errors, place_print(*place, where), "conn %s: %s",
			check->conn->name, text);
}

static bool has_host(const struct conf_end *end)
{
	return address_is_set(&end->host) || end->default_route || end->any_host;
}

static void check_presence(const struct check *check)
{
	const struct conf_conn *conn = check->conn;

	if (!has_host(&conn->left))
		complain(check, "left", "left= is missing; an address, %any or %defaultroute is "
					"expected");
	if (!has_host(&conn->right))
		complain(check, "right", "right= is missing; an address, %any or %defaultroute is "
					 "expected");
	if (!is_given(check, "authby"))
		complain(check, "authby", "authby= is missing; only pre-shared keys are there yet, "
					  "so authby=secret is expected");
}

static void check_hosts(const struct check *check)
{
	const struct conf_end *left = &check->conn->left, *right = &check->conn->right;

	if (left->default_route && right->default_route &&
	    !address_is_set(&left->host) && !address_is_set(&right->host))
		complain(check, "right", "left= and right= are both %defaultroute; one of them is "
					 "the other end's address");
	if (!address_is_set(&left->host) || !address_is_set(&right->host))
		return;
	if (left->host.family != right->host.family)
		complain(check, "right", "left= and right= are not of one family; both are IPv4 or "
					 "both are IPv6");
	else if (address_equal(&left->host, &right->host))
		complain(check, "right", "left= and right= are the same address; they are the two "
					 "ends");
}

/* 0: it cannot be told yet. */
static uint16_t outer_family(const struct conf_conn *conn)
{
	const uint16_t families[] = { conn->left.host.family, conn->right.host.family,
				      conn->left.any_family, conn->right.any_family };

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i] != AF_UNSPEC)
			return families[i];
	return AF_UNSPEC;
}

static bool has_counterparts(const struct selectors *list, const struct selectors *other)
{
	for (size_t i = 0; i < list->count; i++) {
		bool found = false;

		for (size_t k = 0; k < other->count && !found; k++)
			found = selectors_pair(&list->list[i], &other->list[k]);
		if (!found)
			return false;
	}
	return true;
}

/* A peer of any address stands for itself by one that nobody has. */
static struct conf_end with_host(const struct conf_conn *conn, const struct conf_end *end)
{
	struct conf_end out = *end;

	if (end->any_host)
		out.host.family = outer_family(conn);
	return out;
}

/* Nothing can be said while %defaultroute has no address, where the host itself is protected. */
static bool is_known(const struct conf_end *end)
{
	return end->subnets.count > 0 || address_is_set(&end->host);
}

/* Else that is what is wrong. */
static bool hosts_are_alike(const struct conf_conn *conn)
{
	return !address_is_set(&conn->left.host) || !address_is_set(&conn->right.host) ||
	       conn->left.host.family == conn->right.host.family;
}

static void check_counterparts(const struct check *check)
{
	const struct conf_conn *conn = check->conn;
	const struct conf_end left_end = with_host(conn, &conn->left);
	const struct conf_end right_end = with_host(conn, &conn->right);
	struct selectors left = conf_end_selectors(&left_end);
	struct selectors right = conf_end_selectors(&right_end);

	if (!conn_has_pairs(conn) && conn->left.protocol == conn->right.protocol &&
	    hosts_are_alike(conn) && is_known(&left_end) && is_known(&right_end) &&
	    (!has_counterparts(&left, &right) || !has_counterparts(&right, &left)))
		complain(check, conn->right.subnets.count > 0 ? "rightsubnet" : "leftsubnet",
			 "each of what is behind left and right needs something of its family, IPv4 "
			 "or IPv6, and of its protocol at the other end");
	selectors_done(&left);
	selectors_done(&right);
}

static bool are_host(const struct selectors *s, const struct address *address)
{
	struct selector host = selector_of_address(address);

	for (size_t i = 0; i < s->count; i++)
		if (!selector_contains(&host, &s->list[i]))
			return false;
	return true;
}

static void check_transport(const struct check *check, const struct conf_end *end,
			    const char *option)
{
	if (check->conn->type == TYPE_TRANSPORT && (address_is_set(&end->host) || end->any_host) &&
	    (!are_host(&end->subnets, &end->host) || !are_host(&end->each, &end->host)))
		complain(check, option, "type=transport protects the two ends themselves; a subnet "
					"behind one needs type=tunnel");
}

/* One subnet and nothing said of its protocol: leftprotoport= may say it. */
static bool is_plain(const struct conf_end *end)
{
	return end->subnets.count == 0 ||
	       (end->subnets.count == 1 && end->subnets.list[0].protocol == 0);
}

static void check_protoport(const struct check *check, const struct conf_end *end,
			    const char *option)
{
	if (end->protocol != 0 && !is_plain(end))
		complain(check, option,
			 "leftprotoport= and rightprotoport= go with one plain subnet; with others "
			 "the protocol is written behind each, such as 192.0.2.0/24/tcp/443");
}

static void check_protocols(const struct check *check)
{
	const struct conf_end *left = &check->conn->left, *right = &check->conn->right;

	if (left->protocol != right->protocol)
		complain(check, is_given(check, "rightprotoport") ? "rightprotoport" :
								   "leftprotoport",
			 "leftprotoport= and rightprotoport= name different protocols; the same is "
			 "expected in both, such as tcp/443 and tcp");
	else if (left->any_port && right->any_port)
		complain(check, "rightprotoport",
			 "leftprotoport= and rightprotoport= both leave the port to the peer; /%any "
			 "is for one of them");
}

/* Of leftsubnets= each is one connection, of the list in leftsubnet= they all are one. */
static void check_pairs(const struct check *check)
{
	const struct conf_conn *conn = check->conn;

	if (conn_has_pairs(conn) && (conn->left.subnets.count > 1 || conn->right.subnets.count > 1))
		complain(check, conn->left.subnets.count > 1 ? "leftsubnet" : "rightsubnet",
			 "a list in leftsubnet= or rightsubnet= does not go with leftsubnets= or "
			 "rightsubnets=");
	else if (conn_has_pairs(conn) && conn_pair_count(conn) > SUBNET_PAIRS_MAX)
		complain(check, conn->left.each.count > 0 ? "leftsubnets" : "rightsubnets",
			 "leftsubnets= and rightsubnets= make more than 16384 connections");
}

static void check_source_ip(const struct check *check, const struct conf_end *end,
			    const char *option)
{
	struct selectors inside;
	bool found;

	if (!address_is_set(&end->source_ip) || !is_known(end))
		return;
	inside = conf_end_selectors(end);
	found = selectors_have_address(end->each.count > 0 ? &end->each : &inside, &end->source_ip) ||
		selectors_have_address(&end->subnets, &end->source_ip);
	selectors_done(&inside);
	if (!found)
		complain(check, option, "leftsourceip= and rightsourceip= are addresses within "
					"leftsubnet= and rightsubnet=");
}

static void check_next_hop(const struct check *check, const struct conf_end *end,
			   const char *option)
{
	uint16_t outer = outer_family(check->conn);

	if (address_is_set(&end->next_hop) && outer != 0 && end->next_hop.family != outer)
		complain(check, option, "leftnexthop= and rightnexthop= are of the family of left= "
					"and right=");
}

static void check_times(const struct check *check)
{
	const struct conf_conn *conn = check->conn;

	if (conn->retransmit_interval > conn->retransmit_timeout)
		complain(check, is_given(check, "retransmit-interval") ? "retransmit-interval" :
									 "retransmit-timeout",
			 "retransmit-interval= is longer than retransmit-timeout=");
	if (conn->rekey && is_given(check, "rekeymargin") &&
	    (conn->rekey_margin >= conn->ike_lifetime ||
	     conn->rekey_margin >= conn->ipsec_lifetime))
		complain(check, "rekeymargin", "rekeymargin= is not shorter than ikelifetime= and "
					       "ipsec-lifetime=");
}

static size_t clone_count(const struct conf_clones *clones)
{
	switch (clones->kind) {
	case CLONES_NUMBER:
		return clones->number;
	case CLONES_CPUS:
		return clones->cpu_count;
	default:
		return 0;
	}
}

static void check_clones(const struct check *check)
{
	const struct conf_conn *conn = check->conn;
	size_t asked = clone_count(&conn->clones);
	char text[128];

	if (conn->clone_acquire && conn->clone_mode != CLONE_MODE_ONDEMAND)
		complain(check, "clone-acquire", "clone-acquire=yes goes with "
						 "clone-mode=ondemand; else all clones are there "
						 "before anything asks for one");
	if (conn->clone_ports == CLONE_PORTS_SPREAD &&
	    conn->encapsulation == ENCAPSULATION_NO)
		complain(check, "clone-ports", "clone-ports=spread goes with encapsulation=yes or "
					       "auto; ESP that is not in UDP has no ports");
	if (conn->max_clones == 0 || asked <= conn->max_clones)
		return;
	(void)snprintf(text, sizeof(text),
		       "max-clones=%u is less than what clones= asks for: at least %zu, or auto",
		       (unsigned)conn->max_clones, asked);
	complain(check, "max-clones", text);
}

static void check_any_id(const struct check *check, const struct conf_end *end, const char *option)
{
	if (end->any_id && !end->any_host)
		complain(check, option, "leftid=%any goes with left=%any, and rightid=%any with "
					"right=%any; of a peer whose address is known the id is, too");
}

/* Who they are is known when they have come. */
static void check_template(const struct check *check)
{
	const struct conf_conn *conn = check->conn;
	const struct conf_end *any = conn->left.any_host ? &conn->left : &conn->right;
	const struct conf_end *own = conn->left.any_host ? &conn->right : &conn->left;
	const char *option = conn->left.any_host ? "left" : "right";

	if (!conf_conn_is_template(conn))
		return;
	if (own->any_host)
		complain(check, option, "left= and right= are both %any; one of them is this host's "
					"address, or %defaultroute");
	else if (any->any_family != AF_UNSPEC && address_is_set(&own->host) &&
		 any->any_family != own->host.family)
		complain(check, option, "left= and right= are not of one family; both are IPv4 or "
					"both are IPv6");
	if (conn->startup != AUTO_IGNORE && conn->startup != AUTO_ADD)
		complain(check, "auto", "a peer of any address (%any) cannot be called, as where it is "
					"is known only when it calls; auto=add is expected");
	if (conn->reqid != 0)
		complain(check, "reqid", "reqid= is for one peer; with %any each peer gets a number "
					 "of its own");
}

void conn_complete(struct conf_conn *conn)
{
	if (conn->left.id.type == 0)
		conn->left.id = identity_of_address(&conn->left.host);
	if (conn->right.id.type == 0)
		conn->right.id = identity_of_address(&conn->right.host);
}

void conn_check(const struct conf_conn *conn, const struct conn_places *places,
		struct conf_errors *errors)
{
	struct check check = { conn, places, errors };

	check_presence(&check);
	check_hosts(&check);
	check_template(&check);
	check_any_id(&check, &conn->left, "leftid");
	check_any_id(&check, &conn->right, "rightid");
	check_protoport(&check, &conn->left, "leftprotoport");
	check_protoport(&check, &conn->right, "rightprotoport");
	check_transport(&check, &conn->left, "leftsubnet");
	check_transport(&check, &conn->right, "rightsubnet");
	check_protocols(&check);
	check_counterparts(&check);
	check_pairs(&check);
	check_source_ip(&check, &conn->left, "leftsourceip");
	check_source_ip(&check, &conn->right, "rightsourceip");
	check_next_hop(&check, &conn->left, "leftnexthop");
	check_next_hop(&check, &conn->right, "rightnexthop");
	check_times(&check);
	check_clones(&check);
}
