/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/option/option.h"

static void end_done(struct conf_end *end)
{
	selectors_done(&end->subnets);
	selectors_done(&end->each);
	mem_free(end->updown);
}

void conf_conn_done(struct conf_conn *conn)
{
	mem_free(conn->name);
	mem_free(conn->alias);
	mem_free(conn->where);
	end_done(&conn->left);
	end_done(&conn->right);
	algorithm_list_done(&conn->ike);
	algorithm_list_done(&conn->esp);
	mem_free(conn->clones.cpus);
	mem_free(conn->ppk_ids);
	*conn = (struct conf_conn) { 0 };
}

static struct conf_end end_copy(const struct conf_end *end)
{
	struct conf_end out = *end;

	out.subnets = selectors_copy(&end->subnets);
	out.each = selectors_copy(&end->each);
	out.updown = mem_text(end->updown);
	return out;
}

struct conf_conn conf_conn_copy(const struct conf_conn *conn)
{
	size_t cpus = conn->clones.cpu_count * sizeof(*conn->clones.cpus);
	struct conf_conn out = *conn;

	out.name = mem_text(conn->name);
	out.alias = mem_text(conn->alias);
	out.where = mem_text(conn->where);
	out.left = end_copy(&conn->left);
	out.right = end_copy(&conn->right);
	out.ike = algorithm_list_copy(&conn->ike);
	out.esp = algorithm_list_copy(&conn->esp);
	out.ppk_ids = mem_text(conn->ppk_ids);
	if (cpus > 0) {
		out.clones.cpus = mem_new(cpus);
		memcpy(out.clones.cpus, conn->clones.cpus, cpus);
	}
	return out;
}

void conf_setup_default(struct conf_setup *out)
{
	*out = (struct conf_setup) { .port = 500, .nat_port = 4500 };
	option_set_defaults(SECTION_SETUP, out);
}

void conf_setup_done(struct conf_setup *setup)
{
	mem_free(setup->logfile);
	mem_free(setup->plutodebug);
	mem_free(setup->secretsfile);
	mem_free(setup->nssdir);
	mem_free(setup->dumpdir);
	mem_free(setup->ipsecdir);
	*setup = (struct conf_setup) { 0 };
}

void conf_done(struct conf *conf)
{
	conf_setup_done(&conf->setup);
	for (size_t i = 0; i < conf->count; i++)
		conf_conn_done(&conf->conns[i]);
	mem_free(conf->conns);
	*conf = (struct conf) { 0 };
}

struct conf_conn *conf_find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->count; i++) {
		if (text_equal(conf->conns[i].name, name))
			return &conf->conns[i];
	}
	return NULL;
}

bool conf_conn_is_template(const struct conf_conn *conn)
{
	return conn->left.any_host || conn->right.any_host;
}

bool conf_conn_is(const struct conf_conn *conn, const char *name)
{
	return text_equal(conn->name, name) ||
	       (conn->alias != NULL && text_equal(conn->alias, name));
}

enum conf_orientation conf_orient(const struct conf_conn *conn,
				  bool (*is_local)(void *context, const struct address *a),
				  void *context)
{
	bool left = address_is_set(&conn->left.host) && is_local(context, &conn->left.host);
	bool right = address_is_set(&conn->right.host) && is_local(context, &conn->right.host);

	if (left && right)
		return CONF_ORIENTED_BOTH;
	if (left)
		return CONF_ORIENTED_LEFT;
	return right ? CONF_ORIENTED_RIGHT : CONF_ORIENTED_NEITHER;
}

const struct conf_end *conf_local(const struct conf_conn *conn, enum conf_orientation o)
{
	assert(o == CONF_ORIENTED_LEFT || o == CONF_ORIENTED_RIGHT);
	return o == CONF_ORIENTED_LEFT ? &conn->left : &conn->right;
}

const struct conf_end *conf_remote(const struct conf_conn *conn, enum conf_orientation o)
{
	assert(o == CONF_ORIENTED_LEFT || o == CONF_ORIENTED_RIGHT);
	return o == CONF_ORIENTED_LEFT ? &conn->right : &conn->left;
}

struct selectors conf_end_selectors(const struct conf_end *end)
{
	struct selector host = selector_of_address(&end->host);
	struct selectors out = end->subnets.count > 0 ? selectors_copy(&end->subnets)
						       : selectors_copy(&(struct selectors) { &host, 1 });

	/* leftprotoport= goes with the host or one plain subnet only. */
	if (end->protocol != 0) {
		out.list[0].protocol = end->protocol;
		out.list[0].port_start = end->port_start;
		out.list[0].port_end = end->port_end;
	}
	return out;
}

bool conf_name_is_good(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= CONN_NAME_MAX || name[0] == '-' || name[0] == '%')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] >= 0x7f || strchr("\"'\\=,[]{}#", name[i]) != NULL)
			return false;
	}
	return true;
}

bool conf_instance_of(const char *name, char base[CONN_NAME_MAX])
{
	const char *dash = strrchr(name, '-');
	size_t digits = dash == NULL ? 0 : strspn(dash + 1, "0123456789");

	if (digits == 0 || dash[1 + digits] != '\0' || dash == name)
		return false;
	if (dash[1] == '0' && digits > 1) /* clones are not counted 01, 02 */
		return false;
	if ((size_t)(dash - name) >= CONN_NAME_MAX)
		return false;
	memcpy(base, name, (size_t)(dash - name));
	base[dash - name] = '\0';
	return true;
}

int conf_option_index(const char *name)
{
	struct option_found found = option_find(SECTION_CONN, name);

	return found.option == NULL ? -1 : (int)found.slot;
}

static bool is_given(const struct conf_conn *conn, size_t slot)
{
	return (conn->given >> slot & 1) != 0;
}

/* Only a file sets them. */
static bool is_proposals(const struct option *option)
{
	return option->kind == &kind_ike || option->kind == &kind_esp;
}

/* Printed, whatever else could be written for the same. */
static bool is_default(const struct option *option, const char *value)
{
	return option->default_text != NULL && text_equal(option->default_text, value);
}

void conf_conn_each(const struct conf_conn *conn, enum conf_which which,
		    void (*each)(void *context, const char *name, const char *value, bool given),
		    void *context)
{
	struct buffer value = { 0 };
	char name[OPTION_NAME_MAX];

	for (size_t i = 0; i < option_slot_count(SECTION_CONN); i++) {
		struct option_found found = option_at(SECTION_CONN, i);
		bool given = is_given(conn, i), maybe_default = which == CONF_SAID && !given;

		if (maybe_default && is_proposals(found.option))
			continue;
		buffer_clear(&value);
		option_print(SECTION_CONN, &found, conn, &value);
		if (value.len == 0 ||
		    (maybe_default && is_default(found.option, buffer_text(&value))))
			continue;
		each(context, option_name(&found, name), buffer_text(&value), given);
	}
	buffer_done(&value);
}

/* One option of each, as text. */
static bool same_value(const struct conf_conn *a, const struct conf_conn *b, size_t slot)
{
	struct option_found found = option_at(SECTION_CONN, slot);
	struct buffer one = { 0 }, other = { 0 };
	bool same;

	option_print(SECTION_CONN, &found, a, &one);
	option_print(SECTION_CONN, &found, b, &other);
	same = bytes_equal(buffer_bytes(&one), buffer_bytes(&other));
	buffer_done(&one);
	buffer_done(&other);
	return same;
}

bool conf_conn_differs_only_in(const struct conf_conn *a, const struct conf_conn *b,
			       const char *option)
{
	int index = conf_option_index(option);

	assert(index >= 0);
	if (!text_equal(a->name, b->name) || !text_equal(a->alias, b->alias))
		return false;
	for (size_t i = 0; i < option_slot_count(SECTION_CONN); i++)
		if (same_value(a, b, i) == (i == (size_t)index))
			return false;
	return true;
}
