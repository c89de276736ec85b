/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/expand.h"

#include <stdio.h>

#include "base/mem.h"

bool conn_has_pairs(const struct conf_conn *conn)
{
	return conn->left.each.count > 0 || conn->right.each.count > 0;
}

/* With leftsubnet=, or the end itself where there is nothing else. */
static size_t count_of(const struct conf_end *end)
{
	size_t count = end->subnets.count + end->each.count;

	return count == 0 ? 1 : count;
}

size_t conn_pair_count(const struct conf_conn *conn)
{
	return count_of(&conn->left) * count_of(&conn->right);
}

/* As it is numbered: leftsubnet= is 0, the first of leftsubnets= 1. */
static size_t number_of(const struct conf_end *end, size_t index)
{
	return end->subnets.count > 0 || end->each.count == 0 ? index : index + 1;
}

/* The only subnet of what the pair has at this end; none: the end itself. */
static struct selectors subnet_of(const struct conf_end *end, size_t index)
{
	if (index < end->subnets.count)
		return (struct selectors) { &end->subnets.list[index], 1 };
	if (index - end->subnets.count < end->each.count)
		return (struct selectors) { &end->each.list[index - end->subnets.count], 1 };
	return (struct selectors) { 0 };
}

static uint16_t family_of(const struct conf_end *end, const struct selectors *subnet)
{
	return subnet->count > 0 ? subnet->list[0].start.family : end->host.family;
}

static void say(struct conf_conn *conn, const char *option, bool given)
{
	uint64_t bit = UINT64_C(1) << conf_option_index(option);

	conn->given = given ? conn->given | bit : conn->given & ~bit;
}

/* What the file said of this pair: one subnet, and a source address where it is that subnet's. */
static void say_given(struct conf_conn *conn)
{
	say(conn, "leftsubnet", conn->left.subnets.count > 0);
	say(conn, "rightsubnet", conn->right.subnets.count > 0);
	say(conn, "leftsubnets", false);
	say(conn, "rightsubnets", false);
	if (!address_is_set(&conn->left.source_ip))
		say(conn, "leftsourceip", false);
	if (!address_is_set(&conn->right.source_ip))
		say(conn, "rightsourceip", false);
}

static void take(struct conf_end *end, const struct selectors *subnet)
{
	selectors_done(&end->subnets);
	selectors_done(&end->each);
	end->subnets = selectors_copy(subnet);
	/* leftsourceip= is within one of the subnets, and for that one. */
	if (subnet->count > 0 && !selectors_have_address(subnet, &end->source_ip))
		end->source_ip = (struct address) { 0 };
}

bool conn_pair(const struct conf_conn *conn, size_t index, struct conf_conn *out, bool *long_name)
{
	size_t left_index = index / count_of(&conn->right);
	size_t right_index = index % count_of(&conn->right);
	struct selectors left = subnet_of(&conn->left, left_index);
	struct selectors right = subnet_of(&conn->right, right_index);
	uint16_t families[] = { family_of(&conn->left, &left), family_of(&conn->right, &right) };
	char name[2 * CONN_NAME_MAX];
	int len = snprintf(name, sizeof(name), "%s/%zux%zu", conn->name,
			   number_of(&conn->left, left_index), number_of(&conn->right, right_index));

	*long_name = len < 0 || len >= CONN_NAME_MAX;
	/* An end without an address yet has no family either. */
	if (*long_name || (families[0] != 0 && families[1] != 0 && families[0] != families[1]))
		return false;
	*out = conf_conn_copy(conn);
	mem_free(out->name);
	mem_free(out->alias);
	out->name = mem_text(name);
	out->alias = mem_text(conn->name);
	take(&out->left, &left);
	take(&out->right, &right);
	say_given(out);
	return true;
}
