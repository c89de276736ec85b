/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/conf.h"
#include "conf/option/option.h"
#include "conf/text/source.h"

/* Where a connection's options were written; file NULL: nowhere. */
struct conn_places {
	struct place conn;
	struct place options[OPTION_SLOTS_MAX];
};

/* Identities that nobody wrote are the hosts' addresses. */
void conn_complete(struct conf_conn *conn);

/* What no option can see alone. Each finding goes to `errors`, at the option it is about. */
void conn_check(const struct conf_conn *conn, const struct conn_places *places,
		struct conf_errors *errors);

#endif
