/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user asks for. Every command is answered exactly once. */

#include <stdio.h>
#include "ike/engine/answers.h"
#include "ike/engine/engine.h"
#include "ike/engine/instances.h"
#include "ike/engine/names.h"
#include "ike/engine/runs.h"
#include "ike/engine/set/reauth.h"
#include "ike/exchange/ends.h"
#include "ike/exchange/create/rekey.h"

static void refuse(struct world *w, uint64_t command, enum control_code code, const char *name,
		   const char *text)
{
	w->host.report(w->host.context, &(struct ike_report) {
		.kind = REPORT_COMMAND,
		.class_ = code,
		.command = command,
		.name = name,
		.text = text,
	});
	command_end(w, command, code);
}

static void refuse_name(struct world *w, uint64_t command, const char *name)
{
	uint32_t number;
	const struct connection *c = name_find_member(w, name, &number);
	char text[2 * CONN_NAME_MAX + 160];

	if (c != NULL)
		(void)snprintf(text, sizeof(text),
			       "\"%s\" is one member of the clone set \"%s\", which comes and goes "
			       "as a whole: say \"%s\"",
			       name, c->conf->name, c->conf->name);
	else
		(void)snprintf(text, sizeof(text), "no connection or alias named \"%.*s\"",
			       CONN_NAME_MAX, name);
	refuse(w, command, CONTROL_UNKNOWN_NAME, NULL, text);
}

/* Everything that the name means, one after the other; by ids, since one may take others along. */
static void run(struct ike_engine *engine, const char *name, const struct command *command,
		int64_t now, command_part *part)
{
	struct world *w = &engine->w;
	uint64_t *ids;
	size_t count;

	engine_enter(engine, now);
	w->command = command->id;
	count = name_find(w, name, &ids);
	if (count == 0)
		refuse_name(w, command->id, name);
	if (count > 1)
		report_name(w, name, REPORT_COMMAND, "is the alias of %zu connections", count);
	command_split(w, command->id, count);
	command_run(w, command, ids, count, part);
	engine_leave(engine);
}

static const char *host_print(const struct conf_end *end, char out[ADDRESS_TEXT_MAX])
{
	return end->any_host ? "%any" : address_print(&end->host, out);
}

/* Only the peer can begin. */
static bool is_peers_to_start(struct world *w, const struct connection *c, uint64_t command)
{
	if (!conf_conn_is_template(c->conf))
		return false;
	refuse(w, command, CONTROL_NO_PEER_ADDRESS, c->name,
	       c->template != 0
		       ? "cannot initiate connection: it is an instance for a peer that called us, and "
			 "only the peer can call again"
		       : "cannot initiate connection without knowing peer IP address (%any): it comes "
			 "up when a peer calls us");
	return true;
}

/* Both ends' addresses and who they are, or why it cannot be said. */
static bool can_start(struct world *w, struct connection *c, uint64_t command)
{
	char text[256], local[IDENTITY_TEXT_MAX], remote[IDENTITY_TEXT_MAX];
	char left[ADDRESS_TEXT_MAX], right[ADDRESS_TEXT_MAX];
	bool ambiguous;

	if (is_peers_to_start(w, c, command))
		return false;
	if (!connection_is_oriented(c)) {
		(void)snprintf(text, sizeof(text),
			       "we cannot identify ourselves with either end of this connection.  "
			       "%s or %s are not usable",
			       host_print(&c->conf->left, left),
			       host_print(&c->conf->right, right));
		refuse(w, command, CONTROL_NOT_ORIENTED, c->name, text);
		return false;
	}
	if (secrets_find(&w->secrets, &c->local_id, &c->remote_id, &ambiguous) == NULL) {
		(void)snprintf(text, sizeof(text),
			       "%s in ipsec.secrets for '%.60s' and '%.60s'",
			       ambiguous ? "different pre-shared keys fit equally"
					 : "there is no pre-shared key",
			       identity_print(&c->local_id, local),
			       identity_print(&c->remote_id, remote));
		refuse(w, command, CONTROL_NO_KEY, c->name, text);
		return false;
	}
	return true;
}

/* --- add, delete --- */

static void report_added_one(struct world *w, const struct connection *c, const char *name)
{
	char left[ADDRESS_TEXT_MAX], right[ADDRESS_TEXT_MAX];

	if (connection_is_oriented(c))
		report_name(w, name, REPORT_COMMAND, "added oriented IKEv2 connection");
	else if (c->orientation == CONF_ORIENTED_BOTH)
		report_name(w, name, REPORT_COMMAND,
			    "added unoriented IKEv2 connection (both left=%s and right=%s are ours)",
			    host_print(&c->conf->left, left), host_print(&c->conf->right, right));
	else
		report_name(w, name, REPORT_COMMAND,
			    "added unoriented IKEv2 connection (neither left=%s nor right=%s match "
			    "an interface)",
			    host_print(&c->conf->left, left), host_print(&c->conf->right, right));
}

static void report_added(struct world *w, const struct connection *c)
{
	char name[CHILD_NAME_MAX];

	if (c->conf->clones.kind == CLONES_NO) {
		report_added_one(w, c, c->name);
		return;
	}
	for (uint32_t i = 0; i < c->set->count; i++)
		report_added_one(w, c, connection_member_name(c, i, name));
}

static void warn_clones(struct world *w, const struct connection *c)
{
	const struct conf_clones *clones = &c->conf->clones;
	size_t wished = clones->kind == CLONES_NUMBER ? clones->number
			: clones->kind == CLONES_CPUS ? clones->cpu_count
						      : 0;

	if (wished > set_cpus_in_use(c->set))
		report_name(w, c->name, REPORT_COMMAND,
			    "WARNING: clones= asks for %zu, but only %u of these CPUs are online: "
			    "one clone for each of those, and for others when they come online",
			    wished, set_cpus_in_use(c->set));
	else if (clones->kind != CLONES_NO && !w->facts->per_cpu)
		report_name(w, c->name, REPORT_COMMAND,
			    "WARNING: this kernel cannot bind SAs to CPUs: the clones will be made, "
			    "and the newest of them used by every CPU");
}

/* A kernel that keeps clones by their two hosts has no place for another set's: whose is there. */
static const struct connection *clones_between(struct world *w, const struct connection *c)
{
	struct list *between =
		connections_between(&w->connections, &c->local_host, &c->remote_host);

	if (!w->facts->clones_need_head || c->conf->clones.kind == CLONES_NO)
		return NULL;
	LIST_FOR_EACH(link, between) {
		const struct connection *other = CONNECTION_BETWEEN(link);

		if (other != c && other->conf->clones.kind != CLONES_NO)
			return other;
	}
	return NULL;
}

/* Nothing is torn down where only the CPUs are others: what is missing comes, what is too much goes. */
static bool is_resized(const struct connection *c, const struct conf_conn *conf)
{
	return c->conf->clones.kind != CLONES_NO && conf->clones.kind != CLONES_NO &&
	       conf_conn_differs_only_in(c->conf, conf, "clones");
}

static void resize_set(struct world *w, struct clone_set *set)
{
	set_choose_cpus(w, set);
	set_run(w, set);
}

static void resize(struct world *w, struct connection *c, struct conf_conn *conf)
{
	struct conf_clones clones = conf->clones;

	conf->clones = c->configured->clones;
	conf_conn_done(conf);
	c->configured->clones = clones;
	report_name(w, c->name, REPORT_COMMAND,
		    "only clones= is other than before: what is up stays, clones come or go");
	resize_set(w, c->set);
	LIST_FOR_EACH(link, &c->instances)
		resize_set(w, INSTANCE_OF_TEMPLATE(link)->set);
	warn_clones(w, c);
}

/* Its name would be that of a clone, too. */
static bool is_named_as_clone(struct world *w, const struct conf_conn *conf, uint64_t command)
{
	uint32_t number;
	const struct connection *c = name_find_member(w, conf->name, &number);
	char text[2 * CONN_NAME_MAX + 160];

	if (c == NULL)
		return false;
	(void)snprintf(text, sizeof(text),
		       "\"%s\" is one member of the clone set \"%s\", which comes and goes as a "
		       "whole: say \"%s\", or choose another name",
		       conf->name, c->conf->name, c->conf->name);
	refuse(w, command, CONTROL_DUPLICATE_NAME, conf->name, text);
	return true;
}

void ike_engine_add(struct ike_engine *engine, struct conf_conn *conf, bool replace,
		    uint64_t command, int64_t now)
{
	struct world *w = &engine->w;
	struct connection *c = connection_find_name(&w->connections, conf->name);
	const struct connection *other;

	engine_enter(engine, now);
	w->command = command;
	if (c != NULL && !replace) {
		refuse(w, command, CONTROL_DUPLICATE_NAME, conf->name,
		       "attempt to redefine connection; say replace");
		conf_conn_done(conf);
		engine_leave(engine);
		return;
	}
	if (c == NULL && is_named_as_clone(w, conf, command)) {
		conf_conn_done(conf);
		engine_leave(engine);
		return;
	}
	if (c != NULL && is_resized(c, conf)) {
		resize(w, c, conf);
		command_end(w, command, CONTROL_OK);
		engine_leave(engine);
		return;
	}
	if (c != NULL)
		engine_forget(w, c);
	w->command = command;
	c = connection_new(&w->connections, conf);
	connection_orient(&w->connections, c, w->own, w->own_count);
	other = clones_between(w, c);
	if (other != NULL)
		c->configured->clones.kind = CLONES_NO;
	c->set = set_new(w, c);
	report_added(w, c);
	warn_clones(w, c);
	if (other != NULL)
		report_name(w, c->name, REPORT_COMMAND,
			    "WARNING: goes without clones: this kernel keeps those of one "
			    "connection between two hosts, and \"%s\" has them already",
			    other->name);
	command_end(w, command, CONTROL_OK);
	engine_leave(engine);
}

static void delete_one(struct world *w, struct connection *c, const struct command *command)
{
	char name[CONNECTION_NAME_MAX];

	if (c->template != 0) {
		refuse(w, command->id, CONTROL_BUSY, c->name,
		       "cannot be deleted by itself: it goes with the last SA of its peer; take it "
		       "down, or delete the connection that it is an instance of");
		return;
	}
	(void)snprintf(name, sizeof(name), "%s", c->name);
	report_name(w, name, REPORT_COMMAND, "terminating SAs using this connection");
	engine_forget(w, c);
	w->command = command->id;
	report_name(w, name, REPORT_COMMAND, "deleted connection");
	command_end(w, command->id, CONTROL_OK);
}

void ike_engine_delete(struct ike_engine *engine, const char *name, uint64_t command, int64_t now)
{
	run(engine, name, &(struct command) { .id = command }, now, delete_one);
}

/* --- up, down --- */

static bool is_up(const struct world *w, const struct clone_set *set)
{
	return set_head(w, set) != NULL && set->complete;
}

static void start(struct world *w, struct connection *c)
{
	struct clone_set *set = c->set;

	set->wanted = true;
	if (c->conf->startup == AUTO_START)
		c->keep_up = true;
	set->failures = 0;
	for (uint32_t i = 0; i < set->count; i++)
		if (set->slots[i].state == SLOT_EMPTY || set->slots[i].state == SLOT_REFUSED)
			set->slots[i].retry_at = 0;
	set_run(w, set);
}

static void up_one(struct world *w, struct connection *c, const struct command *command)
{
	const char *name = c->name;

	if (!can_start(w, c, command->id))
		return;
	if (is_up(w, c->set)) {
		report_name(w, name, REPORT_COMMAND, "is up already, by IKE SA #%u",
			    ike_sa_find_id(w, c->ike_sa)->serial);
		c->set->wanted = true;
		command_end(w, command->id, CONTROL_OK);
	} else if (command->async || command->id == 0) {
		start(w, c);
		command_end(w, command->id, CONTROL_OK);
	} else if (!set_wait(c->set, command->id)) {
		refuse(w, command->id, CONTROL_BUSY, name,
		       "too many commands wait for this connection already");
	} else {
		start(w, c);
	}
}

void ike_engine_up(struct ike_engine *engine, const char *name, bool async, uint64_t command,
		   int64_t now)
{
	run(engine, name, &(struct command) { .id = command, .async = async }, now, up_one);
}

static void down_set(struct world *w, struct connection *c, uint64_t command)
{
	w->command = command;
	if (c->ike_sa == 0)
		report_name(w, c->name, REPORT_COMMAND, "is not up");
	set_answer(w, c->set, CONTROL_FATAL);
	c->keep = false;
	set_down(w, c->set, END_BY_COMMAND);
}

static void down_one(struct world *w, struct connection *c, const struct command *command)
{
	if (c->instance_count == 0)
		down_set(w, c, command->id);
	LIST_FOR_EACH(link, &c->instances)
		down_set(w, INSTANCE_OF_TEMPLATE(link), command->id);
	command_end(w, command->id, CONTROL_OK);
}

void ike_engine_down(struct ike_engine *engine, const char *name, uint64_t command, int64_t now)
{
	run(engine, name, &(struct command) { .id = command }, now, down_one);
}

/* --- rekey --- */

/* One number, or all: of the connection's Child SAs. */
static uint32_t rekey_children(struct world *w, struct connection *c, bool all, uint32_t number)
{
	struct ike_sa *sa = ike_sa_find_id(w, c->ike_sa);
	uint32_t count = 0;

	LIST_FOR_EACH(link, &c->instances)
		count += rekey_children(w, INSTANCE_OF_TEMPLATE(link), all, number);
	if (sa == NULL)
		return count;
	LIST_FOR_EACH(link, child_sas_of_connection(w, c->id)) {
		struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->ike_sa != sa->id || child->state != CHILD_UP || child->spare ||
		    (!all && child->number != number))
			continue;
		rekey_child(w, sa, child);
		count++;
	}
	return count;
}

static uint32_t rekey_one_ike(struct world *w, struct connection *c)
{
	struct ike_sa *sa = ike_sa_find_id(w, c->ike_sa);
	uint32_t count = 0;

	LIST_FOR_EACH(link, &c->instances)
		count += rekey_one_ike(w, INSTANCE_OF_TEMPLATE(link));
	if (sa == NULL || sa->state != IKE_ESTABLISHED)
		return count;
	reauth_or_rekey(w, sa);
	return 1;
}

static bool is_spare(struct world *w, const struct connection *c, uint32_t number)
{
	LIST_FOR_EACH(link, &c->instances)
		if (is_spare(w, INSTANCE_OF_TEMPLATE(link), number))
			return true;
	LIST_FOR_EACH(link, child_sas_of_connection(w, c->id))
		if (CHILD_OF_CONNECTION(link)->number == number)
			return CHILD_OF_CONNECTION(link)->spare;
	return false;
}

static void rekeyed(struct world *w, const char *name, uint64_t command, uint32_t count)
{
	if (count == 0)
		refuse(w, command, CONTROL_FATAL, name, "is not up: nothing to rekey");
	else
		command_end(w, command, CONTROL_OK);
}

static void rekey_one(struct world *w, struct connection *c, const struct command *command)
{
	rekeyed(w, c->name, command->id,
		command->what == REKEY_IKE ? rekey_one_ike(w, c) : rekey_children(w, c, true, 0));
}

void ike_engine_rekey(struct ike_engine *engine, const char *name, enum rekey_what what,
		      uint64_t command, int64_t now)
{
	struct world *w = &engine->w;
	struct connection *c;
	uint32_t number;

	c = what == REKEY_CHILD && !name_is_known(w, name) ? name_find_member(w, name, &number)
							    : NULL;
	if (c == NULL) {
		run(engine, name, &(struct command) { .id = command, .what = what }, now, rekey_one);
		return;
	}
	engine_enter(engine, now);
	w->command = command;
	if (is_spare(w, c, number))
		refuse(w, command, CONTROL_FATAL, name,
		       "is a spare SA, which only the peer uses and rekeys");
	else
		rekeyed(w, name, command, rekey_children(w, c, false, number));
	engine_leave(engine);
}

/* --- route, unroute --- */

static void route_one(struct world *w, struct connection *c, const struct command *command)
{
	if (!can_start(w, c, command->id))
		return;
	if (set_trap(w, c->set) != 0) {
		refuse(w, command->id, CONTROL_ROUTE, c->name, "could not route");
		return;
	}
	c->routed = true;
	report_name(w, c->name, REPORT_COMMAND, "routed: traffic brings the connection up");
	command_end(w, command->id, CONTROL_OK);
}

void ike_engine_route(struct ike_engine *engine, const char *name, uint64_t command, int64_t now)
{
	run(engine, name, &(struct command) { .id = command }, now, route_one);
}

static void unroute_one(struct world *w, struct connection *c, const struct command *command)
{
	if (is_peers_to_start(w, c, command->id))
		return;
	if (set_head(w, c->set) != NULL) {
		refuse(w, command->id, CONTROL_BUSY, c->name,
		       "cannot unroute: the connection is up; take it down first");
		return;
	}
	c->routed = false;
	set_untrap(w, c->set);
	report_name(w, c->name, REPORT_COMMAND, "unrouted");
	command_end(w, command->id, CONTROL_OK);
}

void ike_engine_unroute(struct ike_engine *engine, const char *name, uint64_t command,
			int64_t now)
{
	run(engine, name, &(struct command) { .id = command }, now, unroute_one);
}

void ike_engine_forget_command(struct ike_engine *engine, uint64_t command)
{
	LIST_FOR_EACH(link, &engine->w.connections.all)
		set_forget(LIST_OBJECT(link, struct connection, link)->set, command);
	command_runs_forget(&engine->w, command);
	command_forget(&engine->w, command);
}
