/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_EXPAND_H
#define CONF_EXPAND_H

#include "conf/conf.h"

/*
 * leftsubnets= and rightsubnets=, as libreswan has them: connection NAME becomes NAME/1x1, NAME/1x2
 * and so on, one for each pair, and all of them have the alias NAME. A leftsubnet= beside it is
 * number 0; so is an end that has none. Pairs of two families are left out.
 */
bool conn_has_pairs(const struct conf_conn *conn);
size_t conn_pair_count(const struct conf_conn *conn); /* those that are left out as well */
/* The connection of pair `index`, for the caller to free. false: left out, or its name would be too
 * long (then *long_name is true). */
MUST_CHECK bool conn_pair(const struct conf_conn *conn, size_t index, struct conf_conn *out,
			  bool *long_name);

#endif
